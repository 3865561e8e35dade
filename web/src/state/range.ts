// Time ranges as the URL holds them: relative stays relative (`now-24h`, `now-1d/d`), absolute is RFC 3339 UTC.
// `/d`, `/w`, `/M`, `/y` is the start of that day, week, month or year in the zone of the page; the API is asked for the
// instant it means.
import { type CalendarUnit, moved, startOf, wholeUnits } from './calendar'
import { clockText, dateText, dayText, startOfDay, wallOf } from './zone'

export type Range = { from: string; to: string }
export type Span = { from: number; to: number }

export const DEFAULT_RANGE: Range = { from: 'now-24h', to: 'now' }

export const UNIT_MS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }
const UNIT_WORD: Record<string, string> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  y: 'year',
}

export const PRESETS: { label: string; text: string }[] = [
  { text: '15m', label: 'Last 15 minutes' },
  { text: '1h', label: 'Last hour' },
  { text: '6h', label: 'Last 6 hours' },
  { text: '24h', label: 'Last 24 hours' },
  { text: '7d', label: 'Last 7 days' },
  { text: '30d', label: 'Last 30 days' },
  { text: '90d', label: 'Last 90 days' },
]

/** Ranges of the calendar; they go on until now, or end where the next one starts. */
export const CALENDAR: { label: string; range: Range }[] = [
  { label: 'Today', range: { from: 'now/d', to: 'now' } },
  { label: 'Yesterday', range: { from: 'now-1d/d', to: 'now/d' } },
  { label: 'This week', range: { from: 'now/w', to: 'now' } },
  { label: 'Previous week', range: { from: 'now-1w/w', to: 'now/w' } },
  { label: 'This month', range: { from: 'now/M', to: 'now' } },
  { label: 'Previous month', range: { from: 'now-1M/M', to: 'now/M' } },
  { label: 'This year', range: { from: 'now/y', to: 'now' } },
]

export const RELATIVE = /^now(?:-(\d{1,6})([smhdwMy]))?(?:\/([dwMy]))?$/
const BARE = /^(\d{1,6})([smhdw])$/i
const ZONED = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/i
const DAY_WORDS: Record<string, string> = { today: 'now/d', yesterday: 'now-1d/d' }

export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z')
}

function relativeInstant(match: RegExpExecArray, now: number, tz: string): number {
  const [, digits, unit = '', rounded] = match
  const count = Number(digits ?? 0)
  const isCalendar = unit === 'M' || unit === 'y' || rounded !== undefined
  const at =
    count === 0
      ? now
      : isCalendar && /[dwMy]/.test(unit)
        ? moved(now, -count, unit as CalendarUnit, tz)
        : now - count * (UNIT_MS[unit] as number)
  return rounded ? startOf(at, rounded as CalendarUnit, tz) : at
}

/** The instant of one end, or null when the text is none. */
export function instantOfEnd(text: string, now: number, tz = 'UTC'): number | null {
  const end = DAY_WORDS[text] ?? text
  const relative = RELATIVE.exec(end)
  if (relative) return relativeInstant(relative, now, tz)
  const bare = BARE.exec(end)
  if (bare) return now - Number(bare[1]) * (UNIT_MS[(bare[2] as string).toLowerCase()] as number)
  if (/^\d{10}$/.test(end)) return Number(end) * 1000
  if (/^\d{13}$/.test(end)) return Number(end)
  if (!ZONED.test(end)) return null
  const ms = Date.parse(end.replace(' ', 'T'))
  return Number.isNaN(ms) ? null : ms
}

export function spanOf(range: Range, now: number, tz = 'UTC'): Span {
  const from = instantOfEnd(range.from, now, tz)
  const to = instantOfEnd(range.to, now, tz)
  return { from: from ?? now - 864e5, to: to ?? now }
}

const isCalendarEnd = (end: string) => /[/My]/.test(RELATIVE.exec(DAY_WORDS[end] ?? end)?.[0] ?? '')

/** The range as the API is asked for it: ends of the calendar become instants, the others stay as they are. */
export function resolved(range: Range, now: number, tz: string): Range {
  const end = (text: string) => (isCalendarEnd(text) ? iso(instantOfEnd(text, now, tz) ?? now) : text)
  return { from: end(range.from), to: end(range.to) }
}

export function isLive(range: Range): boolean {
  return range.to === 'now'
}

/** `Last 24 hours`, `Yesterday`, `This week`: what a relative range is called; null for any other. */
export function rangeName(range: Range): string | null {
  const named = CALENDAR.find(({ range: r }) => r.from === range.from && r.to === range.to)
  if (named) return named.label
  const relative = RELATIVE.exec(range.from)
  if (!relative?.[1] || relative[3] || range.to !== 'now') return null
  const unit = UNIT_WORD[relative[2] as string]
  return relative[1] === '1' ? `Last ${unit}` : `Last ${relative[1]} ${unit}s`
}

/** `20 Nov 14:00 – 15:30`, `20 Nov`, `1 Jan 2020 – 2 Jan 2020`: whole days without their clock. */
export function spanText({ from, to }: Span, now: number, tz: string, end?: string): string {
  const thisYear = wallOf(now, tz).year
  const day = (ms: number) => {
    const { year } = wallOf(ms, tz)
    return year === thisYear ? dayText(ms, tz) : `${dayText(ms, tz)} ${year}`
  }
  if (from === startOfDay(from, tz) && to === startOfDay(to, tz)) {
    const last = startOfDay(to, tz, -1)
    return last === from ? day(from) : `${day(from)} – ${day(last)}`
  }
  const seconds = from % 60_000 !== 0 || (to % 60_000 !== 0 && !end)
  const sameDay = dateText(from, tz) === dateText(to - 1, tz)
  const until = end ?? (sameDay ? clockText(to, tz, seconds) : `${day(to)} ${clockText(to, tz, seconds)}`)
  return `${day(from)} ${clockText(from, tz, seconds)} – ${until}`
}

/** What the picker's button says: `Last 24 hours` or `20 Nov 14:00 – 15:30`. */
export function rangeText(range: Range, now: number, tz: string): string {
  return rangeName(range) ?? spanText(spanOf(range, now, tz), now, tz, range.to === 'now' ? 'now' : undefined)
}

/** What the picker's text box holds, so that it parses back to the same range. */
export function rangeInput(range: Range, now: number, tz: string): string {
  const named = CALENDAR.find(({ range: r }) => r.from === range.from && r.to === range.to)
  if (named) return named.label.toLowerCase()
  const relative = RELATIVE.exec(range.from)
  if (relative?.[1] && !relative[3] && range.to === 'now') return `${relative[1]}${relative[2]}`
  const end = (text: string) => {
    if (RELATIVE.test(text)) return text
    const ms = instantOfEnd(text, now, tz) ?? now
    return `${dateText(ms, tz)} ${clockText(ms, tz)}`
  }
  return `${end(range.from)} → ${end(range.to)}`
}

/** `1 h 30 min`, `7 days`: how long a range is. */
export function lengthText({ from, to }: Span, tz: string): string {
  const whole = wholeUnits(from, to, tz)
  if (whole) return `${whole.count} ${UNIT_WORD[whole.unit]}${whole.count === 1 ? '' : 's'}`
  const parts: [number, string][] = [
    [864e5, 'd'],
    [36e5, 'h'],
    [6e4, 'min'],
    [1e3, 's'],
  ]
  let rest = to - from
  const said = parts.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count ? [`${count} ${unit}`] : []
  })
  return said.slice(0, 2).join(' ') || 'less than a second'
}

/** Moves by whole windows; windows of days, weeks and months by the calendar, so that a DST change shifts nothing. */
export function shifted(range: Range, windows: number, now: number, tz = 'UTC'): Range {
  const { from, to } = spanOf(range, now, tz)
  const whole = wholeUnits(from, to, tz)
  if (whole) {
    const by = whole.count * windows
    return { from: iso(moved(from, by, whole.unit, tz)), to: iso(moved(to, by, whole.unit, tz)) }
  }
  const by = (to - from) * windows
  return { from: iso(from + by), to: iso(to + by) }
}

export function zoomedOut(range: Range, now: number, tz = 'UTC'): Range {
  const { from, to } = spanOf(range, now, tz)
  const half = (to - from) / 2
  return { from: iso(Math.max(0, from - half)), to: iso(Math.min(to + half, Math.max(now, to))) }
}
