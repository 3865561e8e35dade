// What a click does to a filter: adds, changes or removes one term and leaves the rest as typed.
import { isBareOr, pillText, quoted, type Term, type Test, termsOf } from './filter-text'

export { type Op, type Pill, pillText, quoted, type Term, type Test, termsOf, unquoted } from './filter-text'

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
  if (!term) return trimmed
  const whole = (part: string) => (isBareOr(part) ? `(${part})` : part)
  return `${whole(trimmed)} ${whole(term)}`
}

export function removed(text: string, index: number): string {
  return joined(termsOf(text).filter((_, i) => i !== index))
}

/** The term in its place, or, when it is there already, none. */
export function replaced(text: string, index: number, raw: string): string {
  return joined(termsOf(text).flatMap((t, i) => (i !== index ? t : raw ? { raw } : [])))
}

export function inverted(term: Term): string {
  if (term.field !== null || term.tests.length) return pillText({ ...term, negated: !term.negated })
  if (term.negated) return term.raw.replace(/^(-|NOT\s+)/, '')
  return /^\(.*\)$/s.test(term.raw) ? `-${term.raw}` : `-(${term.raw})`
}

/** A class of status codes is asked of the status. */
const meantField = (field: string | null) => (field === 'status_class' ? 'status' : field)
const isOf = (t: Term, field: string) => meantField(t.field) === meantField(field)
/** The value as a test reads it back: nothing is `empty`, and for a status `unknown` too. */
const isValue = (t: Term, { op, value }: Test, wanted: string) =>
  wanted === ''
    ? op === 'empty' || (op === 'is' && value === 'unknown' && isOf(t, 'status'))
    : op === 'is' && value === wanted
const holdsValue = (t: Term, value: string) => t.tests.some((test) => isValue(t, test, value))
const holds = (t: Term, field: string, value: string, negated: boolean) =>
  isOf(t, field) && t.negated === negated && holdsValue(t, value)

export function includes(text: string, field: string, value: string): boolean {
  return termsOf(text).some((t) => holds(t, field, value, false))
}

export function excludes(text: string, field: string, value: string): boolean {
  return termsOf(text).some((t) => holds(t, field, value, true))
}

/** Only this value of the field; a second call removes it again. */
export function only(text: string, field: string, value: string): string {
  const terms = termsOf(text)
  const rest = terms.filter((t) => !isOf(t, field) || (t.negated && !holdsValue(t, value)))
  const alone = terms.some((t) => t.tests.length === 1 && holds(t, field, value, false))
  return alone ? joined(rest) : withTerm(joined(rest), termText(field, value))
}

/** Not this value; a second call removes the exclusion. */
export function without(text: string, field: string, value: string): string {
  const terms = termsOf(text)
  const already = terms.some((t) => holds(t, field, value, true))
  const rest = terms.flatMap((t) => (isOf(t, field) && holdsValue(t, value) ? lessOne(t, value) : t))
  return already ? joined(rest) : withTerm(joined(rest), termText(field, value, true))
}

/** A term without one of its values; none when it was the last. */
function lessOne(term: Term, value: string): { raw: string }[] {
  const tests = term.tests.filter((test) => !isValue(term, test, value))
  return tests.length ? [{ raw: pillText({ ...term, tests }) }] : []
}

/** Adds the value to those already chosen of this field, or takes it out: what a facet's check box does. */
export function toggled(text: string, field: string, value: string): string {
  const terms = termsOf(text)
  const isList = (t: Term) => t.tests.every((test) => test.op === 'is' || test.op === 'empty')
  const at = terms.findIndex((t) => isOf(t, field) && !t.negated && isList(t))
  const term = terms[at]
  if (!term) return withTerm(text, termText(field, value))
  if (holdsValue(term, value)) return replaced(text, at, lessOne(term, value)[0]?.raw ?? '')
  const test = value === '' ? { op: 'empty' as const, value } : { op: 'is' as const, value }
  return replaced(text, at, pillText({ ...term, tests: [...term.tests, test] }))
}

/** The one included value of a field, for the environment and gateway switches. */
export function chosenValue(text: string, field: string): string | null {
  const term = termsOf(text).find((t) => t.field === field && !t.negated && t.tests.length === 1)
  return term?.tests[0]?.op === 'is' ? term.tests[0].value : null
}

export function withValue(text: string, field: string, value: string | null): string {
  const rest = joined(termsOf(text).filter((t) => t.field !== field || t.negated))
  return value === null ? rest : withTerm(rest, termText(field, value))
}

/** A term as a whole, for values that `is` cannot say; a second call takes it back. */
export function termClicked(text: string, raw: string, excludes: boolean): string {
  const wanted = excludes ? `-${raw}` : raw
  if (has(text, wanted)) return less(text, wanted)
  return withTerm(less(text, excludes ? raw : `-${raw}`), wanted)
}

/** The filter and what is kept beside it: terms switched off, and terms that stay when the others are removed. */
export type Kept = { filter: string; off: string; pins: string }

const has = (text: string, raw: string) => termsOf(text).some((t) => t.raw === raw)
const less = (text: string, raw: string) => joined(termsOf(text).filter((t) => t.raw !== raw))

export function isPinned(kept: Kept, raw: string): boolean {
  return has(kept.pins, raw)
}

export function switchedOff(kept: Kept, raw: string): Kept {
  return { ...kept, filter: less(kept.filter, raw), off: withTerm(kept.off, raw) }
}

export function switchedOn(kept: Kept, raw: string): Kept {
  return { ...kept, filter: withTerm(kept.filter, raw), off: less(kept.off, raw) }
}

export function pinToggled(kept: Kept, raw: string): Kept {
  return { ...kept, pins: has(kept.pins, raw) ? less(kept.pins, raw) : withTerm(kept.pins, raw) }
}

/** A changed term keeps its pin. */
export function changed(kept: Kept, index: number, raw: string): Kept {
  const before = termsOf(kept.filter)[index]?.raw ?? ''
  const pins = raw && has(kept.pins, before) ? withTerm(less(kept.pins, before), raw) : less(kept.pins, before)
  return { ...kept, filter: replaced(kept.filter, index, raw), pins }
}

/** Nothing but what is pinned. */
export function cleared(kept: Kept): Kept {
  const pinned = (text: string) => joined(termsOf(text).filter((t) => has(kept.pins, t.raw)))
  return { filter: pinned(kept.filter), off: pinned(kept.off), pins: kept.pins }
}
