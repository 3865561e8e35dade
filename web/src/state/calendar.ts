// Calendar steps in a zone: where a day, week, month or year starts, and the same wall clock some of them away.
// Days with 23 or 25 hours are days like all others here.
import { instantOf, type Wall, wallOf } from './zone'

export type CalendarUnit = 'd' | 'w' | 'M' | 'y'

/** Weeks start on Monday (ISO 8601). */
function daysSinceMonday(wall: Wall): number {
  return (new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay() + 6) % 7
}

export function startOf(ms: number, unit: CalendarUnit, tz: string): number {
  const wall = { ...wallOf(ms, tz), hour: 0, minute: 0, second: 0 }
  if (unit === 'w') wall.day -= daysSinceMonday(wall)
  if (unit === 'M' || unit === 'y') wall.day = 1
  if (unit === 'y') wall.month = 1
  return instantOf(wall, tz)
}

/** The same wall clock `count` units later; 31 January plus one month is the last day of February. */
export function moved(ms: number, count: number, unit: CalendarUnit, tz: string): number {
  const wall = wallOf(ms, tz)
  const rest = ((ms % 1000) + 1000) % 1000
  if (unit === 'd') wall.day += count
  if (unit === 'w') wall.day += 7 * count
  if (unit === 'M' || unit === 'y') {
    const months = wall.month - 1 + count * (unit === 'y' ? 12 : 1)
    wall.year += Math.floor(months / 12)
    wall.month = (((months % 12) + 12) % 12) + 1
    wall.day = Math.min(wall.day, new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate())
  }
  return instantOf(wall, tz) + rest
}

export type Whole = { unit: CalendarUnit; count: number }

/** How many whole calendar units lie between two starts of days, by the largest unit that fits; null when none does. */
export function wholeUnits(from: number, to: number, tz: string): Whole | null {
  const isStart = (ms: number, unit: CalendarUnit) => startOf(ms, unit, tz) === ms
  if (to <= from || !isStart(from, 'd') || !isStart(to, 'd')) return null
  const [a, b] = [wallOf(from, tz), wallOf(to, tz)]
  const years = b.year - a.year
  if (isStart(from, 'y') && isStart(to, 'y')) return { unit: 'y', count: years }
  if (isStart(from, 'M') && isStart(to, 'M')) return { unit: 'M', count: years * 12 + b.month - a.month }
  const days = Math.round((Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / 864e5)
  return days % 7 === 0 ? { unit: 'w', count: days / 7 } : { unit: 'd', count: days }
}
