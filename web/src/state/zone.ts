// Instants and wall clocks. Everything is epoch milliseconds; a zone only matters when a person reads or types.

const formats = new Map<string, Intl.DateTimeFormat>()

function wallFormat(tz: string): Intl.DateTimeFormat {
  let format = formats.get(tz)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(tz, format)
  }
  return format
}

export type Wall = { year: number; month: number; day: number; hour: number; minute: number; second: number }

export function isZone(tz: string): boolean {
  try {
    wallFormat(tz)
    return true
  } catch {
    return false
  }
}

export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}

export function wallOf(ms: number, tz: string): Wall {
  const wall: Wall = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
  for (const part of wallFormat(tz).formatToParts(ms)) {
    if (part.type in wall) wall[part.type as keyof Wall] = Number(part.value)
  }
  return wall
}

function utcOf(wall: Wall): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)
}

export function offsetMinutes(ms: number, tz: string): number {
  const whole = Math.floor(ms / 1000) * 1000
  return Math.round((utcOf(wallOf(whole, tz)) - whole) / 60_000)
}

/** The instant a wall clock shows this time. A time that a DST change skips lands after the gap. */
export function instantOf(wall: Wall, tz: string): number {
  const naive = utcOf(wall)
  const first = naive - offsetMinutes(naive, tz) * 60_000
  return naive - offsetMinutes(first, tz) * 60_000
}

export function startOfDay(ms: number, tz: string, addDays = 0): number {
  const wall = wallOf(ms, tz)
  return instantOf({ ...wall, day: wall.day + addDays, hour: 0, minute: 0, second: 0 }, tz)
}

const two = (n: number) => String(n).padStart(2, '0')
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function dateText(ms: number, tz: string): string {
  const w = wallOf(ms, tz)
  return `${w.year}-${two(w.month)}-${two(w.day)}`
}

export function clockText(ms: number, tz: string, seconds = true): string {
  const w = wallOf(ms, tz)
  return seconds ? `${two(w.hour)}:${two(w.minute)}:${two(w.second)}` : `${two(w.hour)}:${two(w.minute)}`
}

export function dayText(ms: number, tz: string): string {
  const w = wallOf(ms, tz)
  return `${w.day} ${MONTHS[w.month - 1]}`
}

export function millisText(ms: number): string {
  return String(((Math.floor(ms) % 1000) + 1000) % 1000).padStart(3, '0')
}

export function instantText(ms: number, tz: string): string {
  return `${dateText(ms, tz)} ${clockText(ms, tz)}.${millisText(ms)}`
}

/** The same instant in the other zone: in UTC, or, where the page shows that, in the zone of the browser. */
export function elsewhereText(ms: number, tz: string): string {
  const other = tz === 'UTC' ? browserZone() : 'UTC'
  return `${instantText(ms, other)} ${zoneText(other, ms)}`
}

/** `UTC`, or `Europe/Berlin (UTC+1)`: the offset is the one in force at that instant. */
export function zoneText(tz: string, ms: number): string {
  return tz === 'UTC' ? 'UTC' : `${tz} (${offsetText(tz, ms)})`
}

export function offsetText(tz: string, ms: number): string {
  const minutes = offsetMinutes(ms, tz)
  if (minutes === 0) return 'UTC'
  const size = Math.abs(minutes)
  const rest = size % 60
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest ? `:${two(rest)}` : ''}`
}
