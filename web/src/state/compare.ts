// What a range is compared with: the period before it, the same period of last week, month or year, or any other.
// All in wall clocks of the page's zone, so that 09:00 is compared with 09:00 on both sides of a DST change.
import { type CalendarUnit, moved, startOf, wholeUnits } from './calendar'
import { instantOfEnd, iso, type Range, RELATIVE, type Span, spanOf } from './range'

export type CompareMode = 'none' | 'previous' | 'week' | 'month' | 'year' | 'custom'
/** `asked` are the parameters of the API: its own previous period needs no instants. */
export type Comparison = { mode: CompareMode; span: Span | null; asked: Record<string, string> }

type Choice = { mode: CompareMode; label: string; short: string; unit?: CalendarUnit; longest?: number }

const DAY = 864e5
export const COMPARISONS: Choice[] = [
  { mode: 'previous', label: 'Previous period', short: 'previous' },
  { mode: 'week', label: 'Same period last week', short: 'last week', unit: 'w', longest: 7 * DAY },
  { mode: 'month', label: 'Same period last month', short: 'last month', unit: 'M', longest: 31 * DAY },
  { mode: 'year', label: 'Same period last year', short: 'last year', unit: 'y', longest: 366 * DAY },
  { mode: 'none', label: 'No comparison', short: '' },
]

/** `from..to` as the URL holds a period of one's own; null when it is none. */
export function customPeriod(text: string | undefined): Range | null {
  const [from, to, more] = (text ?? '').split('..')
  if (!from || !to || more !== undefined) return null
  const [start, end] = [instantOfEnd(from, 0), instantOfEnd(to, 0)]
  return start !== null && end !== null && start < end ? { from, to } : null
}

export function modeOf(text: string | undefined): CompareMode {
  if (customPeriod(text)) return 'custom'
  return COMPARISONS.find(({ mode }) => mode === text)?.mode ?? 'previous'
}

type Step = (ms: number) => number

/** By how much the period before lies back: whole calendar units and days by the wall clock, other lengths exactly. */
function stepBack(range: Range, { from, to }: Span, now: number, tz: string): Step {
  const unit = RELATIVE.exec(range.from)?.[3] as CalendarUnit | undefined
  const end = unit && range.to === 'now' ? moved(startOf(now, unit, tz), 1, unit, tz) : to
  const whole = wholeUnits(from, end, tz)
  if (whole) return (ms) => moved(ms, -whole.count, whole.unit, tz)
  const days = (to - from) / DAY
  if (Number.isInteger(days)) return (ms) => moved(ms, -days, 'd', tz)
  return (ms) => ms - (to - from)
}

const isRelative = (end: string) => {
  const match = RELATIVE.exec(end)
  return match !== null && match[3] === undefined
}

/** Relative where the range is, so that the same question keeps the same text while time goes on. */
function endText(at: number, relativeTo: number | null): string {
  if (relativeTo === null) return iso(at)
  const seconds = Math.round((relativeTo - at) / 1000)
  if (seconds % 3600 === 0) return `now-${seconds / 3600}h`
  if (seconds % 60 === 0 && seconds < 6e6) return `now-${seconds / 60}m`
  return seconds < 1e5 ? `now-${seconds}s` : iso(at)
}

export function comparisonOf(text: string | undefined, range: Range, now: number, tz: string): Comparison {
  const mode = modeOf(text)
  if (mode === 'none') return { mode, span: null, asked: { compare: 'none' } }
  const custom = customPeriod(text)
  if (custom) {
    const span = spanOf(custom, now, tz)
    const end = (typed: string, at: number) => (isRelative(typed) ? typed : iso(at))
    return { mode, span, asked: asks(end(custom.from, span.from), end(custom.to, span.to)) }
  }
  const whole = spanOf(range, now, tz)
  const unit = COMPARISONS.find((choice) => choice.mode === mode)?.unit
  const step: Step = unit ? (ms) => moved(ms, -1, unit, tz) : stepBack(range, whole, now, tz)
  // What is not over yet is compared with as much of the other period.
  const isCut = whole.to > now && whole.from < now
  const until = isCut ? now : whole.to
  const span = { from: step(whole.from), to: step(until) }
  const length = whole.to - whole.from
  const isServers = Math.abs(whole.from - length - span.from) + Math.abs(until - length - span.to) < 2
  if (mode === 'previous' && isServers) return { mode, span, asked: { compare: 'previous' } }
  const from = endText(span.from, isRelative(range.from) ? now : null)
  const to = endText(span.to, isCut || isRelative(range.to) ? now : null)
  return { mode, span, asked: asks(from, to) }
}

const asks = (from: string, to: string) => ({ compare: 'previous', compare_from: from, compare_to: to })
