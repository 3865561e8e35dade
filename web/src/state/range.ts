// Time ranges as the URL and the API hold them: relative stays relative (`now-24h`), absolute is RFC 3339 UTC.
import { clockText, dateText, dayText, instantOf, startOfDay, wallOf } from './zone'

export type Range = { from: string; to: string }
export type Span = { from: number; to: number }

export const DEFAULT_RANGE: Range = { from: 'now-24h', to: 'now' }

const UNIT_MS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }
const UNIT_WORD: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' }

export const PRESETS: { label: string; text: string }[] = [
  { text: '15m', label: 'Last 15 minutes' },
  { text: '1h', label: 'Last hour' },
  { text: '6h', label: 'Last 6 hours' },
  { text: '24h', label: 'Last 24 hours' },
  { text: '7d', label: 'Last 7 days' },
  { text: '30d', label: 'Last 30 days' },
  { text: '90d', label: 'Last 90 days' },
]

const RELATIVE = /^now(?:-(\d{1,6})([smhdw]))?$/
const BARE = /^(?:last\s+)?(\d{1,6})\s*([smhdw])$/i
const WALL = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/
const ZONED = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/i

export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, 'Z')
}

/** The instant of one end, or null when the text is none. */
export function instantOfEnd(end: string, now: number): number | null {
  const relative = RELATIVE.exec(end)
  if (relative) return relative[1] ? now - Number(relative[1]) * (UNIT_MS[relative[2] as string] as number) : now
  const bare = BARE.exec(end)
  if (bare) return now - Number(bare[1]) * (UNIT_MS[(bare[2] as string).toLowerCase()] as number)
  if (/^\d{10}$/.test(end)) return Number(end) * 1000
  if (/^\d{13}$/.test(end)) return Number(end)
  if (!ZONED.test(end)) return null
  const ms = Date.parse(end.replace(' ', 'T'))
  return Number.isNaN(ms) ? null : ms
}

export function spanOf(range: Range, now: number): Span {
  const from = instantOfEnd(range.from, now)
  const to = instantOfEnd(range.to, now)
  return { from: from ?? now - 864e5, to: to ?? now }
}

export function isLive(range: Range): boolean {
  return range.to === 'now'
}

type Point = { start: string; end: string; day?: number }

/** One end as typed: a point, or a whole day that stands for its start and its end. */
function pointOf(text: string, now: number, tz: string, day?: number): Point | null {
  const lower = text.toLowerCase()
  if (lower === 'now') return { start: 'now', end: 'now' }
  if (lower === 'today' || lower === 'yesterday') {
    const shift = lower === 'today' ? 0 : -1
    const start = startOfDay(now, tz, shift)
    return { start: iso(start), end: iso(startOfDay(now, tz, shift + 1)), day: start }
  }
  const bare = BARE.exec(lower)
  if (bare) return { start: `now-${bare[1]}${bare[2]}`, end: `now-${bare[1]}${bare[2]}` }
  if (RELATIVE.test(lower)) return { start: lower, end: lower }
  const instant = instantOfEnd(text, now)
  if (instant !== null) return { start: iso(instant), end: iso(instant), day: instant }
  const wall = WALL.exec(text)
  if (wall) {
    const [year, month, date, hour, minute, second] = wall.slice(1).map((part) => Number(part ?? 0)) as number[]
    const at = { year, month, day: date, hour, minute, second } as Parameters<typeof instantOf>[0]
    if (at.month > 12 || at.day > 31 || at.hour > 23 || at.minute > 59 || at.second > 59) return null
    const start = instantOf(at, tz)
    if (wall[4] !== undefined) return { start: iso(start), end: iso(start), day: start }
    return { start: iso(start), end: iso(startOfDay(start, tz, 1)), day: start }
  }
  const clock = CLOCK.exec(text)
  if (clock) {
    const base = wallOf(day ?? now, tz)
    const [hour, minute, second] = clock.slice(1).map((part) => Number(part ?? 0)) as [number, number, number]
    if (hour > 23 || minute > 59 || second > 59) return null
    const at = instantOf({ ...base, hour, minute, second }, tz)
    return { start: iso(at), end: iso(at), day: at }
  }
  return null
}

export type Parsed = { range: Range } | { error: string }

/** Understands `24h`, `last 7d`, `yesterday`, `2026-11-20 14:00 → 15:30`, ISO times and epochs. */
export function parseRange(input: string, now: number, tz: string): Parsed {
  const text = input.trim().replace(/\s+/g, ' ')
  if (!text) return { error: 'Type a range such as 24h, yesterday or 2026-11-20 14:00 → 15:30' }
  const ends = text.split(/\s*(?:→|–|->|\.\.)\s*|\s+(?:to|until)\s+/i)
  if (ends.length > 2) return { error: 'A range has two ends: from → to' }
  const first = pointOf(ends[0] as string, now, tz)
  if (!first) return { error: `“${ends[0]}” is not a time; try 24h, yesterday or 2026-11-20 14:00` }
  if (ends.length === 1) {
    const isPoint = first.start === first.end
    return checked({ from: first.start, to: isPoint ? 'now' : first.end }, now)
  }
  const second = pointOf(ends[1] as string, now, tz, first.day)
  if (!second) return { error: `“${ends[1]}” is not a time; try now, 15:30 or 2026-11-20 15:30` }
  return checked({ from: first.start, to: second.end }, now)
}

function checked(range: Range, now: number): Parsed {
  const { from, to } = spanOf(range, now)
  return from < to ? { range } : { error: 'The range ends before it starts' }
}

/** What the picker's button says: `Last 24 hours` or `20 Nov 14:00 – 15:30`. */
export function rangeText(range: Range, now: number, tz: string): string {
  const relative = RELATIVE.exec(range.from)
  if (relative?.[1] && range.to === 'now') {
    const unit = UNIT_WORD[relative[2] as string]
    return relative[1] === '1' ? `Last ${unit}` : `Last ${relative[1]} ${unit}s`
  }
  const { from, to } = spanOf(range, now)
  const thisYear = wallOf(now, tz).year
  const day = (ms: number) => {
    const { year } = wallOf(ms, tz)
    return year === thisYear ? dayText(ms, tz) : `${dayText(ms, tz)} ${year}`
  }
  if (from === startOfDay(from, tz) && to === startOfDay(to, tz)) {
    const last = startOfDay(to, tz, -1)
    return last === from ? day(from) : `${day(from)} – ${day(last)}`
  }
  const sameDay = dateText(from, tz) === dateText(to - 1, tz)
  const seconds = from % 60_000 !== 0 || to % 60_000 !== 0
  const end = sameDay ? clockText(to, tz, seconds) : `${day(to)} ${clockText(to, tz, seconds)}`
  return `${day(from)} ${clockText(from, tz, seconds)} – ${range.to === 'now' ? 'now' : end}`
}

/** What the picker's text box holds, so that it parses back to the same range. */
export function rangeInput(range: Range, now: number, tz: string): string {
  const relative = RELATIVE.exec(range.from)
  if (relative?.[1] && range.to === 'now') return `${relative[1]}${relative[2]}`
  const end = (text: string) => {
    if (RELATIVE.test(text)) return text
    const ms = instantOfEnd(text, now) ?? now
    return `${dateText(ms, tz)} ${clockText(ms, tz)}`
  }
  return `${end(range.from)} → ${end(range.to)}`
}

export function shifted(range: Range, windows: number, now: number): Range {
  const { from, to } = spanOf(range, now)
  const by = (to - from) * windows
  return { from: iso(from + by), to: iso(to + by) }
}

export function zoomedOut(range: Range, now: number): Range {
  const { from, to } = spanOf(range, now)
  const half = (to - from) / 2
  return { from: iso(from - half), to: iso(Math.min(to + half, Math.max(now, to))) }
}
