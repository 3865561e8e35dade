// Filter text and its terms are two views of one thing. The server's parser decides what is valid; this one only
// finds where terms start and end, so that a click can add, change or remove one and leave the rest as typed.

export type Op = ':' | '~' | '>=' | '<=' | '>' | '<' | 'text' | 'group'
export type Term = {
  raw: string
  start: number
  end: number
  negated: boolean
  field: string | null
  op: Op
  value: string
  /** The alternatives of `a:1,2` and of `(a:1 OR a:2)`. */
  either: Term[]
}

const HEAD = /^(-?)([A-Za-z_][\w.]*)(:|~)(>=|<=|>|<|~)?/
const KEYWORD = /^(OR|AND|NOT)$/

/** Cuts at spaces outside quotes and parentheses. */
function pieces(text: string): { raw: string; start: number }[] {
  const found: { raw: string; start: number }[] = []
  let start = -1
  let depth = 0
  let quoted = false
  for (let i = 0; i <= text.length; i++) {
    const c = text[i]
    const ends = c === undefined || (/\s/.test(c) && !quoted && depth === 0)
    if (ends) {
      if (start >= 0) found.push({ raw: text.slice(start, i), start })
      start = -1
      continue
    }
    if (start < 0) start = i
    if (c === '\\' && quoted) i++
    else if (c === '"') quoted = !quoted
    else if (!quoted && c === '(') depth++
    else if (!quoted && c === ')') depth = Math.max(0, depth - 1)
  }
  return found
}

export function unquoted(value: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"?$/.exec(value)
  return match ? (match[1] as string).replace(/\\(.)/g, '$1') : value
}

export function quoted(value: string): string {
  const plain = /^[^\s"()\\<>~*=,-][^\s"()\\*,]*$/.test(value) && !KEYWORD.test(value)
  return plain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

function termOf(raw: string, start: number): Term {
  const base = { raw, start, end: start + raw.length, either: [] as Term[] }
  const group = /^(-?)\((.*)\)$/s.exec(raw)
  if (group) {
    const inner = pieces(group[2] as string)
    const either = inner.filter((p) => p.raw !== 'OR').map((p) => termOf(p.raw, 0))
    const field = either[0]?.field ?? null
    const same = either.length > 0 && either.every((t) => t.field === field && !t.negated && t.op === ':')
    const value = either.map((t) => t.value).join(' or ')
    return { ...base, negated: group[1] === '-', field: same ? field : null, op: 'group', value, either }
  }
  const head = HEAD.exec(raw)
  if (!head) {
    const negated = raw.startsWith('-') && raw.length > 1
    return { ...base, negated, field: null, op: 'text', value: unquoted(negated ? raw.slice(1) : raw) }
  }
  const op = (head[4] ?? head[3]) as Op
  const values = op === ':' ? listOf(raw.slice(head[0].length)) : []
  if (values.length > 1) {
    const field = head[2] as string
    const either = values.map((value) => ({ ...base, negated: false, field, op, value: unquoted(value) }))
    return {
      ...base,
      negated: head[1] === '-',
      field,
      op: 'group',
      value: either.map((t) => t.value).join(' or '),
      either,
    }
  }
  return {
    ...base,
    negated: head[1] === '-',
    field: head[2] as string,
    op,
    value: unquoted(raw.slice(head[0].length)),
  }
}

/** The values of `200,404,"a, b"`. */
function listOf(text: string): string[] {
  return text.match(/"(?:[^"\\]|\\.)*"?|[^,]+/g) ?? []
}

export function termsOf(text: string): Term[] {
  const found = pieces(text)
  // A bare OR binds its neighbours, so cutting there would change the meaning: it stays one piece.
  if (found.some((p) => KEYWORD.test(p.raw)) && text.trim()) {
    const raw = text.trim()
    return [{ raw, start: 0, end: text.length, negated: false, field: null, op: 'text', value: raw, either: [] }]
  }
  return found.map((p) => termOf(p.raw, p.start))
}

export function termText(field: string, value: string, negated = false): string {
  return `${negated ? '-' : ''}${field}:${quoted(value)}`
}

export function joined(terms: { raw: string }[]): string {
  return terms.map((t) => t.raw).join(' ')
}

/** Keeps a filter one expression when another term is put beside it. */
export function withTerm(text: string, term: string): string {
  const trimmed = text.trim()
  if (!trimmed) return term
  const bareOr = pieces(trimmed).some((p) => p.raw === 'OR')
  return `${bareOr ? `(${trimmed})` : trimmed} ${term}`
}

export function removed(text: string, index: number): string {
  return joined(termsOf(text).filter((_, i) => i !== index))
}

export function replaced(text: string, index: number, raw: string): string {
  return joined(termsOf(text).map((t, i) => (i === index ? { raw } : t)))
}

export function inverted(term: Term): string {
  return term.negated ? term.raw.slice(1) : `-${term.raw}`
}

const holds = (t: Term, field: string, value: string, negated: boolean) =>
  t.field === field &&
  t.negated === negated &&
  ((t.op === ':' && t.value === value) || (t.op === 'group' && t.either.some((e) => e.value === value)))

export function includes(text: string, field: string, value: string): boolean {
  return termsOf(text).some((t) => holds(t, field, value, false))
}

export function excludes(text: string, field: string, value: string): boolean {
  return termsOf(text).some((t) => holds(t, field, value, true))
}

/** Only this value of the field; a second call removes it again. */
export function only(text: string, field: string, value: string): string {
  const terms = termsOf(text)
  const rest = terms.filter((t) => t.field !== field || (t.negated && t.value !== value))
  const alone = terms.some((t) => t.op === ':' && holds(t, field, value, false))
  return alone ? joined(rest) : withTerm(joined(rest), termText(field, value))
}

/** Not this value; a second call removes the exclusion. */
export function without(text: string, field: string, value: string): string {
  const terms = termsOf(text)
  const already = terms.some((t) => holds(t, field, value, true))
  const rest = terms
    .filter((t) => !holds(t, field, value, true))
    .flatMap((t) => (holds(t, field, value, false) ? lessOne(t, field, value) : t))
  return already ? joined(rest) : withTerm(joined(rest), termText(field, value, true))
}

function listText(field: string, values: string[]): string {
  return `${field}:${values.map(quoted).join(',')}`
}

/** A term without one of its values; none when it was the last. */
function lessOne(term: Term, field: string, value: string): { raw: string }[] {
  const rest = term.either.map((t) => t.value).filter((v) => v !== value)
  return rest.length ? [{ raw: listText(field, rest) }] : []
}

/** Adds the value to those already chosen of this field, or takes it out: what a facet's check box does. */
export function toggled(text: string, field: string, value: string): string {
  const terms = termsOf(text)
  const at = terms.findIndex((t) => t.field === field && !t.negated && (t.op === ':' || t.op === 'group'))
  if (at < 0) return withTerm(text, termText(field, value))
  const term = terms[at] as Term
  const chosen = term.op === 'group' ? term.either.map((e) => e.value) : [term.value]
  const next = chosen.includes(value) ? chosen.filter((v) => v !== value) : [...chosen, value]
  if (next.length === 0) return removed(text, at)
  return replaced(text, at, listText(field, next))
}

/** The one included value of a field, for the environment and gateway switches. */
export function chosenValue(text: string, field: string): string | null {
  const term = termsOf(text).find((t) => t.field === field && !t.negated && t.op === ':')
  return term ? term.value : null
}

export function withValue(text: string, field: string, value: string | null): string {
  const rest = joined(termsOf(text).filter((t) => t.field !== field || t.negated))
  return value === null ? rest : withTerm(rest, termText(field, value))
}
