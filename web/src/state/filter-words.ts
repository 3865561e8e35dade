// The operators of a pill in words, and which of them a kind of field can have.
import type { Op, Pill, Test } from './filter-text'

/** One choice of the editor: an operator, told apart by whether the pill is negated. */
export type Choice = { id: string; op: Op; negated: boolean; label: string }

const words: [op: Op, is: string, isNot: string][] = [
  ['is', 'is', 'is not'],
  ['contains', 'contains', 'does not contain'],
  ['starts', 'starts with', 'does not start with'],
  ['matches', 'matches', 'does not match'],
  ['like', 'is like', 'is not like'],
  ['cidr', 'in network', 'not in network'],
  ['gte', '≥', 'not ≥'],
  ['lte', '≤', 'not ≤'],
  ['gt', '>', 'not >'],
  ['lt', '<', 'not <'],
  ['between', 'between', 'not between'],
  ['empty', 'is empty', 'is not empty'],
  ['present', 'is not empty', 'is empty'],
]

export function opWord(op: Op, negated: boolean): string {
  return words.find(([id]) => id === op)?.[negated ? 2 : 1] ?? op
}

/** Operators of a kind; the first is what a click means. */
const BOTH: Record<string, Op[]> = {
  text: ['is', 'contains', 'starts', 'matches', 'empty'],
  list: ['is', 'contains', 'matches', 'empty'],
  ip: ['is', 'cidr', 'starts', 'empty'],
  bool: ['is', 'empty'],
  number: ['is', 'between', 'empty'],
}
/** `not ≥` says what `<` says. */
const ONCE: Record<string, Op[]> = {
  number: ['gte', 'lte', 'gt', 'lt'],
}
const KINDS: Record<string, string> = { duration: 'number', size: 'number', time: 'number' }

/** The server's names of the same operators. */
const SERVED: Record<string, Op> = {
  one_of: 'is',
  starts_with: 'starts',
  in_network: 'cidr',
  at_least: 'gte',
  at_most: 'lte',
}

/** The operators of a field: those the server names, else those of its kind. */
export function choicesOf(kind: string, served: string[] = []): Choice[] {
  const known = new Set(served.map((name) => SERVED[name] ?? name))
  // Greater and less come with at least and at most.
  const isServed = (op: Op) => known.has(op === 'gt' ? 'gte' : op === 'lt' ? 'lte' : op)
  const all = choicesOfKind(kind)
  return known.size ? all.filter(({ op }) => isServed(op)) : all
}

function choicesOfKind(kind: string): Choice[] {
  const name = KINDS[kind] ?? (BOTH[kind] ? kind : 'text')
  const choice = (op: Op, negated: boolean) => ({ id: `${op} ${negated}`, op, negated, label: opWord(op, negated) })
  const both = (BOTH[name] ?? []).flatMap((op) => [choice(op, false), choice(op, true)])
  const once = (ONCE[name] ?? []).map((op) => choice(op, false))
  return [...both.slice(0, 2), ...once, ...both.slice(2)]
}

export const hasValue = (op: Op) => op !== 'empty' && op !== 'present'

/** The pill with another operator; its values stay where they still can be meant. */
export function withChoice(pill: Pill, { op, negated }: Choice): Pill {
  if (!hasValue(op)) return { ...pill, negated, tests: [{ op, value: '' }] }
  const values = pill.tests.filter((test) => hasValue(test.op) && test.value).map((test) => test.value)
  return { ...pill, negated, tests: (values.length ? values : ['']).map((value) => ({ op, value })) }
}

/** A pill as people read it: field, operator and values. */
export function spoken(pill: Pill): { word: string; values: string[] } {
  const first = pill.tests[0]
  if (!first) return { word: pill.negated ? 'none of' : '', values: [] }
  if (pill.field === null) return { word: pill.negated ? 'without text' : 'text', values: [first.value] }
  const isAlike = pill.tests.every((test) => test.op === first.op)
  if (isAlike)
    return {
      word: opWord(first.op, pill.negated),
      values: pill.tests.filter((t) => hasValue(t.op)).map((t) => t.value),
    }
  return { word: pill.negated ? 'none of' : 'any of', values: pill.tests.map(testWords) }
}

const testWords = ({ op, value }: Test) => {
  if (op === 'is') return value
  return hasValue(op) ? `${opWord(op, false)} ${value}` : op === 'empty' ? 'empty' : 'not empty'
}
