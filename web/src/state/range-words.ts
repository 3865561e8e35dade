// Reads a range as people type it: `24h`, `yesterday`, `this week`, `20 Nov 14:00`, `2026-11-20 14:00 → 15:30`, epochs.
import { moved } from './calendar'
import { CALENDAR, instantOfEnd, iso, type Range, RELATIVE, spanOf } from './range'
import { instantOf, MONTHS, startOfDay, wallOf } from './zone'

/** One end as typed: a point, or a whole day or month that stands for its start and its end. */
type Point = { start: string; end: string; day?: number }

const WALL = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/
const MONTH = /^(\d{4})-(\d{2})$/
const SPOKEN =
  /^(?:(\d{1,2}) ([a-z]{3})[a-z]*|([a-z]{3})[a-z]* (\d{1,2}))(?:,? (\d{4}))?(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/i
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/
const SPAN =
  /^(?:(?:the )?(?:last|past) )?(\d{1,6}|an?)? ?(s|sec|seconds?|m|min|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|months?|y|years?)$/i

const named = new Map<string, Range>([
  ...CALENDAR.map(({ label, range }) => [label.toLowerCase(), range] as const),
  ...CALENDAR.filter(({ label }) => label.startsWith('Previous')).map(
    ({ label, range }) => [label.toLowerCase().replace('previous', 'last'), range] as const,
  ),
  ['previous year', { from: 'now-1y/y', to: 'now/y' }],
  ['last year', { from: 'now-1y/y', to: 'now/y' }],
])

/** `last 7d`, `15 M`, `3 months`, `last hour` as `now-…`; a bare `d` is none. */
function relativeOf(text: string): string | null {
  if (RELATIVE.test(text)) return text
  const match = SPAN.exec(text)
  if (!match) return null
  const word = (match[2] as string).toLowerCase()
  if (!match[1] && word.length < 3) return null
  const count = /^\d/.test(match[1] ?? '') ? Number(match[1]) : 1
  return `now-${count}${word.startsWith('mo') ? 'M' : word.charAt(0)}`
}

type Parts = (string | undefined)[]

/** A wall clock from its texts; a day without a clock stands for the whole of it. */
function wallPoint([year, month, day, hour, minute, second]: Parts, tz: string): Point | null {
  const n = (part: string | undefined) => Number(part ?? 0)
  const at = { year: n(year), month: n(month), day: n(day), hour: n(hour), minute: n(minute), second: n(second) }
  const lastDay = new Date(Date.UTC(at.year, at.month, 0)).getUTCDate()
  if (at.month < 1 || at.month > 12 || at.day < 1 || at.day > lastDay) return null
  if (at.hour > 23 || at.minute > 59 || at.second > 59) return null
  const start = instantOf(at, tz)
  const end = hour === undefined ? startOfDay(start, tz, 1) : start
  return { start: iso(start), end: iso(end), day: start }
}

function spokenPoint(text: string, now: number, tz: string): Point | null {
  const match = SPOKEN.exec(text)
  if (!match) return null
  const [, day1, month1, month2, day2, year, ...clock] = match
  const name = (month1 ?? month2 ?? '').toLowerCase()
  const month = MONTHS.findIndex((m) => m.toLowerCase() === name) + 1
  return wallPoint([year ?? String(wallOf(now, tz).year), String(month), day1 ?? day2, ...clock], tz)
}

function pointOf(text: string, now: number, tz: string, day?: number): Point | null {
  const lower = text.toLowerCase()
  const range = named.get(lower)
  if (range) return { start: range.from, end: range.to, day: spanOf(range, now, tz).from }
  const relative = relativeOf(text)
  if (relative) return { start: relative, end: relative }
  const instant = instantOfEnd(text, now, tz)
  if (instant !== null) return { start: iso(instant), end: iso(instant), day: instant }
  const wall = WALL.exec(text)
  if (wall) return wallPoint(wall.slice(1), tz)
  const month = MONTH.exec(text)
  if (month) {
    const first = wallPoint([month[1], month[2], '1', '0', '0'], tz)
    return first && { ...first, end: iso(moved(Date.parse(first.start), 1, 'M', tz)) }
  }
  const clock = CLOCK.exec(text)
  if (clock) {
    const base = wallOf(day ?? now, tz)
    return wallPoint([String(base.year), String(base.month), String(base.day), ...clock.slice(1)], tz)
  }
  return spokenPoint(text, now, tz)
}

export type Parsed = { range: Range } | { error: string }

/** The range that a text means, or what is wrong with it and a text that works. */
export function parseRange(input: string, now: number, tz: string): Parsed {
  const text = input.trim().replace(/\s+/g, ' ')
  if (!text) return { error: 'Type a range such as 24h, yesterday or 2026-11-20 14:00 → 15:30' }
  const ends = text.split(/\s*(?:→|–|->|\.\.)\s*| - |\s+(?:to|until)\s+/i)
  if (ends.length > 2) return { error: 'A range has two ends: from → to' }
  const first = pointOf(ends[0] as string, now, tz)
  if (!first) return { error: `“${ends[0]}” is not a time; try 24h, yesterday or 2026-11-20 14:00` }
  if (ends.length === 1) {
    const isPoint = first.start === first.end
    return checked({ from: first.start, to: isPoint ? 'now' : first.end }, now, tz)
  }
  const second = pointOf(ends[1] as string, now, tz, first.day)
  if (!second) return { error: `“${ends[1]}” is not a time; try now, 15:30 or 2026-11-20 15:30` }
  return checked({ from: first.start, to: second.end }, now, tz)
}

function checked(range: Range, now: number, tz: string): Parsed {
  const { from, to } = spanOf(range, now, tz)
  return from < to ? { range } : { error: 'The range ends before it starts' }
}
