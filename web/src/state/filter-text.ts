// Filter text to pills and back: two views of one thing. The server's parser decides what is valid; this one knows where
// terms start and end and what each asks, and keeps what it does not understand as it was typed. Knows no field list.

export type Op =
  | 'is'
  | 'contains'
  | 'starts'
  | 'like'
  | 'matches'
  | 'empty'
  | 'present'
  | 'gte'
  | 'lte'
  | 'gt'
  | 'lt'
  | 'between'
  | 'cidr'

export type Test = { op: Op; value: string }

/** What a pill says. Without a field: free text (one test) or something only its text can say (no test). */
export type Pill = { negated: boolean; field: string | null; tests: Test[] }
export type Term = Pill & { raw: string; start: number; end: number }

const HEAD = /^(-?)([A-Za-z0-9_.]+)([:~])/
const SIGNS: [sign: string, op: Op][] = [
  ['>=', 'gte'],
  ['=>', 'gte'],
  ['<=', 'lte'],
  ['=<', 'lte'],
  ['>', 'gt'],
  ['<', 'lt'],
]
const SIGN_OF: Partial<Record<Op, string>> = { gte: '>=', lte: '<=', gt: '>', lt: '<' }
const KEYWORD = /^(OR|AND|NOT)$/
const BETWEEN = /^-?[\d.]*\d[\w:.-]*?\.\.-?\d[\w:.-]*$/
const NETWORK = /^[\da-fA-F:.]+\/\d{1,3}$/
const IP_NAMES = new Set(['ip', 'client_ip'])

/** Where the quoted text or the `/expression/` that starts here ends; the next character for anything else. */
function skipped(text: string, at: number): number {
  const c = text[at]
  if (c === '"') {
    for (let i = at + 1; i < text.length; i++) {
      if (text[i] === '\\') i++
      else if (text[i] === '"') return i + 1
    }
    return text.length
  }
  if (c === '/' && text[at - 1] === '~') {
    for (let i = at + 1; i < text.length && !/\s/.test(text[i] as string); i++) {
      if (text[i] === '\\') i++
      else if (text[i] === '/' && /^($|[\s),])/.test(text.slice(i + 1, i + 2))) return i + 1
    }
  }
  return at + 1
}

type Piece = { raw: string; start: number }

/** Cuts where `isEnd` says so, outside of quotes, expressions and parentheses. */
function cut(text: string, isEnd: (c: string) => boolean): Piece[] {
  const found: Piece[] = []
  let start = 0
  let depth = 0
  const close = (end: number) => {
    if (end > start) found.push({ raw: text.slice(start, end), start })
  }
  for (let i = 0; i < text.length; ) {
    const c = text[i] as string
    if (depth === 0 && isEnd(c)) {
      close(i)
      i++
      start = i
      continue
    }
    if (c === '(') depth++
    else if (c === ')') depth = Math.max(0, depth - 1)
    i = skipped(text, i)
  }
  close(text.length)
  return found
}

const pieces = (text: string) => cut(text, (c) => /\s/.test(c))

/** A bare OR binds its neighbours: such a text is one expression only inside parentheses. */
export const isBareOr = (text: string) => pieces(text).some((piece) => piece.raw === 'OR')

export function unquoted(value: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"?$/s.exec(value)
  return match ? (match[1] as string).replace(/\\(["\\])/g, '$1') : value
}

export function quoted(value: string): string {
  const isPlain = /^[^\s"()\\<>~*=,-][^\s"()\\*,]*$/.test(value) && !KEYWORD.test(value) && !BETWEEN.test(value)
  return isPlain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

/** Quoted text before a star: what a value begins with. */
const QUOTED_START = /^"(?:[^"\\]|\\.)*"\*$/s

/** What stands between the slashes holds no spaces, and its slashes are escaped. */
const expressionText = (value: string) =>
  value.replace(/\\[\s\S]|[/\s]/g, (part) => {
    if (part === '/') return '\\/'
    const space = /\s$/.exec(part)
    return space ? `\\x{${space[0].charCodeAt(0).toString(16)}}`.replace('x{20}', 'x20') : part
  })
const expressionOf = (text: string) =>
  text.replace(/\\x20|\\[\s\S]/g, (part) => (part === '\\x20' ? ' ' : part === '\\/' ? '/' : part))

function testOf(field: string, written: string, isSearch: boolean): Test {
  // `=` says what is meant without it.
  const item = written.replace(/^=(?![<>=])/, '')
  if (isSearch || item.startsWith('~')) {
    const rest = item.replace(/^~/, '')
    const expression = /^\/(.*)\/$/s.exec(rest)
    if (!expression) return { op: 'contains', value: unquoted(rest) }
    return { op: 'matches', value: expressionOf(expression[1] as string) }
  }
  if (item === '""') return { op: 'empty', value: '' }
  if (item === '*' || item === '""*') return { op: 'present', value: '' }
  if (QUOTED_START.test(item)) return { op: 'starts', value: unquoted(item.slice(0, -1)) }
  if (item.startsWith('"')) return { op: 'is', value: unquoted(item) }
  const sign = SIGNS.find(([s]) => item.startsWith(s))
  if (sign) return { op: sign[1], value: unquoted(item.slice(sign[0].length)) }
  if (BETWEEN.test(item)) return { op: 'between', value: item }
  if (IP_NAMES.has(field) && NETWORK.test(item)) return { op: 'cidr', value: item }
  if (item.includes('*')) {
    const isStart = item.indexOf('*') === item.length - 1
    return isStart ? { op: 'starts', value: item.slice(0, -1) } : { op: 'like', value: item }
  }
  return { op: 'is', value: item }
}

/** The tests of `a:1,2` and of `(a:1 OR a:2)`; null when the piece says something else. */
function pillOf(raw: string): Pill | null {
  const group = /^(-?)\((.*)\)$/s.exec(raw)
  if (group) {
    const either = alternatives(group[2] as string)
    if (!either) return null
    return { ...either, negated: group[1] === '-' }
  }
  const head = HEAD.exec(raw)
  if (!head) {
    if (raw.includes('(') && !raw.startsWith('"') && !raw.startsWith('-"')) return null
    const negated = raw.startsWith('-') && raw.length > 1
    const word = negated ? raw.slice(1) : raw
    // A free text is looked for anywhere: a star behind it says nothing more.
    const value = unquoted(QUOTED_START.test(word) ? word.slice(0, -1) : word)
    return { negated, field: null, tests: [{ op: 'contains', value }] }
  }
  const [whole, minus, field, sign] = head as unknown as [string, string, string, string]
  const items = cut(`${sign}${raw.slice(whole.length)}`, (c) => c === ',').map((piece) => piece.raw)
  const tests = items.map((item, i) => testOf(field, i === 0 ? item.slice(1) : item, i === 0 && sign === '~'))
  return { negated: minus === '-', field, tests }
}

function alternatives(text: string): Pill | null {
  const found = pieces(text)
  const isOr = found.length % 2 === 1 && found.every((piece, i) => (piece.raw === 'OR') === (i % 2 === 1))
  const parts = isOr ? found.filter((_, i) => i % 2 === 0).map((piece) => pillOf(piece.raw)) : []
  const field = parts[0]?.field
  if (!field || parts.some((part) => !part || part.negated || part.field !== field)) return null
  return { negated: false, field, tests: parts.flatMap((part) => part?.tests ?? []) }
}

export function termsOf(text: string): Term[] {
  const found = pieces(text)
  const whole = text.trim()
  // Cutting at a bare OR would change the meaning: it stays one piece.
  if (isBareOr(text)) {
    const start = text.indexOf(whole)
    const pill = alternatives(whole) ?? { negated: false, field: null, tests: [] }
    return [{ ...pill, raw: whole, start, end: start + whole.length }]
  }
  const terms: Term[] = []
  let not: Piece | null = null
  for (const piece of found) {
    if (piece.raw === 'AND') continue
    if (piece.raw === 'NOT' && !not) {
      not = piece
      continue
    }
    const pill = pillOf(piece.raw) ?? { negated: /^-\(/.test(piece.raw), field: null, tests: [] }
    const start = not?.start ?? piece.start
    const end = piece.start + piece.raw.length
    const negated = not ? !pill.negated : pill.negated
    terms.push({ ...pill, negated, raw: text.slice(start, end), start, end })
    not = null
  }
  if (not) terms.push({ negated: false, field: null, tests: [], raw: not.raw, start: not.start, end: not.start + 3 })
  return terms
}

function testText({ op, value }: Test): string {
  const sign = SIGN_OF[op]
  if (sign) return `${sign}${quoted(value)}`
  if (op === 'empty') return '""'
  if (op === 'present') return '*'
  if (op === 'contains') return `~${/^[\w.-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`
  if (op === 'matches') return `~/${expressionText(value)}/`
  if (op === 'starts') return `${quoted(value)}*`
  if (op === 'is') return quoted(value)
  return value
}

/** The text of a pill that `termsOf` reads back as the same pill. */
export function pillText({ negated, field, tests }: Pill): string {
  const minus = negated ? '-' : ''
  if (field === null) return minus + quotedWord(tests[0]?.value ?? '')
  const list = tests.map(testText).join(',')
  return `${minus}${field}${list.startsWith('~') ? '' : ':'}${list}`
}

function quotedWord(text: string): string {
  const isPlain = /^[^\s"()\\:~-][^\s"()\\:~]*$/.test(text) && !KEYWORD.test(text)
  return isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
