// The filter language in miniature, enough for the fixtures: the real parser is the server's.
export class FilterError extends Error {
  constructor(message, position, suggestions = []) {
    super(message)
    this.position = position
    this.suggestions = suggestions
  }
}

function tokens(text) {
  const found = []
  const pattern =
    /\s+|\(|\)|-(?=[^\s])|((?:[A-Za-z_][\w.-]*)(?:[:~](?:>=|<=|>|<|~)?)(?:(?:"(?:[^"\\]|\\.)*"\*?|[^\s()",]+),?)*)|("(?:[^"\\]|\\.)*"\*?)|([^\s()"]+)/gy
  let match
  while (pattern.lastIndex < text.length) {
    const position = pattern.lastIndex
    match = pattern.exec(text)
    if (!match) throw new FilterError('a quote is not closed', position)
    if (match[0].trim()) found.push({ text: match[0], position, field: match[1], quoted: match[2] })
  }
  return found
}

const bare = (value) => (value.startsWith('"') ? value.replace(/\*$/, '').slice(1, -1).replace(/\\(.)/g, '$1') : value)
const millis = (value) => Number.parseFloat(value) * (/\ds$/.test(value) ? 1000 : 1)

function inCidr(ip, cidr) {
  const [base, bits] = cidr.split('/')
  const n = (text) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  return Math.floor(n(ip) / size) === Math.floor(n(base) / size)
}

function distance(a, b) {
  const row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    let last = row[0]
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]
      row[j] = Math.min(above + 1, row[j - 1] + 1, last + (a[i - 1] === b[j - 1] ? 0 : 1))
      last = above
    }
  }
  return row[b.length]
}

function term(token, fields) {
  if (!token.field) {
    const needle = bare(token.text).toLowerCase()
    return (e) => JSON.stringify(e).toLowerCase().includes(needle)
  }
  const [, name, op, rest] = /^([\w.-]+?)((?:[:~])(?:>=|<=|>|<|~)?)(.*)$/s.exec(token.field)
  const field = fields.find((f) => f.name === name)
  if (!field) {
    const near = [...fields].sort((a, b) => distance(name, a.name) - distance(name, b.name))
    throw new FilterError(
      `there is no field "${name}"`,
      token.position,
      near.slice(0, 3).map((f) => f.name),
    )
  }
  const list = rest.match(/"(?:[^"\\]|\\.)*"\*?|[^,]+/g) ?? []
  if (list.length > 1) {
    const each = list.map((one) => term({ ...token, field: `${name}${op}${one}` }, fields))
    return (e) => each.some((test) => test(e))
  }
  if (rest === '') throw new FilterError('a value is missing here; "" means empty', token.position + token.field.length)
  const value = bare(rest)
  const number = field.kind === 'duration' ? millis(value) : Number(value)
  if (op === '~' || op === ':~')
    return (e) =>
      String(field.get(e) ?? '')
        .toLowerCase()
        .includes(value.toLowerCase())
  if (op === ':>=') return (e) => field.get(e) >= number
  if (op === ':<=') return (e) => field.get(e) <= number
  if (op === ':>') return (e) => field.get(e) > number
  if (op === ':<') return (e) => field.get(e) < number
  if (value === '*') return (e) => field.get(e) !== undefined && field.get(e) !== null
  if (value === '') return (e) => field.get(e) === undefined || field.get(e) === null
  if (field.kind === 'ip' && value.includes('/')) return (e) => inCidr(field.get(e), value)
  if (/^".*"\*$/s.test(rest)) return (e) => String(field.get(e) ?? '').startsWith(value)
  if (value.endsWith('*')) return (e) => String(field.get(e) ?? '').startsWith(value.slice(0, -1))
  return (e) => String(field.get(e) ?? 'unknown') === value
}

export function compile(text, fields) {
  const list = tokens(text)
  let at = 0
  const one = () => {
    const token = list[at++]
    if (token.text === '-') {
      if (at >= list.length) throw new FilterError('a term is missing after -', token.position)
      const inner = one()
      return (e) => !inner(e)
    }
    if (token.text === '(') {
      const inner = any()
      if (list[at]?.text !== ')') throw new FilterError('a ) is missing', token.position)
      at++
      return inner
    }
    if (token.text === ')') throw new FilterError('this ) closes nothing', token.position)
    return term(token, fields)
  }
  const all = () => {
    const parts = []
    while (at < list.length && list[at].text !== ')' && !/^OR$/i.test(list[at].text)) {
      if (/^AND$/i.test(list[at].text)) at++
      else parts.push(one())
    }
    return (e) => parts.every((part) => part(e))
  }
  const any = () => {
    const parts = [all()]
    while (list[at] && /^OR$/i.test(list[at].text)) {
      at++
      parts.push(all())
    }
    return (e) => parts.some((part) => part(e))
  }
  const keep = any()
  if (at < list.length) throw new FilterError('this ) closes nothing', list[at].position)
  return keep
}
