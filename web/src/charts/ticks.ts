// Ticks of the shared time axis: at round wall-clock times of the zone, correct over DST changes.
import { clockText, dayText, instantOf, offsetMinutes, startOfDay, wallOf } from '../state/zone'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 7, 14, 30, 90].map((n) => n * DAY),
]

export type Tick = { at: number; label: string }

export function timeTicks(from: number, to: number, tz: string, most: number): Tick[] {
  const step = STEPS.find((size) => (to - from) / size <= most) ?? 365 * DAY
  return instants(from, to, tz, step)
    .filter((at) => at >= from && at <= to)
    .map((at) => ({ at, label: label(at, step, tz) }))
}

function instants(from: number, to: number, tz: string, step: number): number[] {
  const found: number[] = []
  if (step >= DAY) {
    // Counted from the first of the month, so that the ticks stay while the range slides.
    const first = startOfDay(from, tz, 1 - wallOf(from, tz).day)
    const days = Math.round(step / DAY)
    for (let n = 0, at = first; at <= to; n += days, at = startOfDay(first + HOUR, tz, n)) found.push(at)
    return found
  }
  if (step >= HOUR) {
    for (let day = startOfDay(from, tz); day <= to; day = startOfDay(day + HOUR, tz, 1)) {
      const wall = wallOf(day, tz)
      for (let hour = 0; hour < 24; hour += step / HOUR) {
        const at = instantOf({ ...wall, hour, minute: 0, second: 0 }, tz)
        // A skipped hour would give the same instant twice.
        if (at > (found.at(-1) ?? Number.NEGATIVE_INFINITY)) found.push(at)
      }
    }
    return found
  }
  const shift = offsetMinutes(from, tz) * MINUTE
  for (let at = Math.ceil((from + shift) / step) * step - shift; at <= to; at += step) found.push(at)
  return found
}

function label(at: number, step: number, tz: string): string {
  if (at === startOfDay(at, tz)) return dayText(at, tz)
  return clockText(at, tz, step < MINUTE)
}
