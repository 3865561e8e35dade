import { describe, expect, it } from 'vitest'
import { CALENDAR, lengthText, PRESETS, rangeInput, rangeText, resolved, shifted, spanOf, zoomedOut } from './range'
import { parseRange } from './range-words'

const NOW = Date.parse('2026-11-21T10:30:00Z')
const read = (text: string, tz = 'UTC') => {
  const parsed = parseRange(text, NOW, tz)
  return 'range' in parsed ? `${parsed.range.from} → ${parsed.range.to}` : parsed.error
}

describe('a typed range', () => {
  it.each([
    ['24h', 'now-24h → now'],
    ['last 7d', 'now-7d → now'],
    ['15 M', 'now-15m → now'],
    ['now-6h', 'now-6h → now'],
    ['7d → 1d', 'now-7d → now-1d'],
    ['now-2h to now', 'now-2h → now'],
    ['last hour', 'now-1h → now'],
    ['past 90 minutes', 'now-90m → now'],
    ['3 days', 'now-3d → now'],
    ['last 2 months', 'now-2M → now'],
    ['today', 'now/d → now'],
    ['Yesterday', 'now-1d/d → now/d'],
    ['yesterday → now', 'now-1d/d → now'],
    ['this week', 'now/w → now'],
    ['last week', 'now-1w/w → now/w'],
    ['previous month', 'now-1M/M → now/M'],
    ['last year', 'now-1y/y → now/y'],
    ['now-1d/d → now/d', 'now-1d/d → now/d'],
    ['2026-10', '2026-10-01T00:00:00Z → 2026-11-01T00:00:00Z'],
    ['20 Nov', '2026-11-20T00:00:00Z → 2026-11-21T00:00:00Z'],
    ['20 Nov 14:00 – 15:30', '2026-11-20T14:00:00Z → 2026-11-20T15:30:00Z'],
    ['November 20, 2025 14:00 - 21 Nov 2025', '2025-11-20T14:00:00Z → 2025-11-22T00:00:00Z'],
    ['2026-11-20', '2026-11-20T00:00:00Z → 2026-11-21T00:00:00Z'],
    ['2026-11-20 → 2026-11-20', '2026-11-20T00:00:00Z → 2026-11-21T00:00:00Z'],
    ['2026-11-20 14:00 → 15:30', '2026-11-20T14:00:00Z → 2026-11-20T15:30:00Z'],
    ['2026-11-20T14:00:00Z..2026-11-20T15:00:00+00:00', '2026-11-20T14:00:00Z → 2026-11-20T15:00:00Z'],
    ['1795200000', '2026-11-20T18:40:00Z → now'],
    ['1795200000000 -> now', '2026-11-20T18:40:00Z → now'],
    ['09:00 → 10:00', '2026-11-21T09:00:00Z → 2026-11-21T10:00:00Z'],
  ])('%s', (text, want) => expect(read(text)).toBe(want))

  it.each([
    ['', 'Type a range such as 24h, yesterday or 2026-11-20 14:00 → 15:30'],
    ['soon', '“soon” is not a time; try 24h, yesterday or 2026-11-20 14:00'],
    ['2026-02-30', '“2026-02-30” is not a time; try 24h, yesterday or 2026-11-20 14:00'],
    ['last', '“last” is not a time; try 24h, yesterday or 2026-11-20 14:00'],
    ['d', '“d” is not a time; try 24h, yesterday or 2026-11-20 14:00'],
    ['2026-13-01', '“2026-13-01” is not a time; try 24h, yesterday or 2026-11-20 14:00'],
    ['now → 1h', 'The range ends before it starts'],
    ['1h → 2h → 3h', 'A range has two ends: from → to'],
  ])('refuses %j with a way out', (text, want) => expect(read(text)).toBe(want))

  it('takes wall clocks in the chosen zone, on DST days too', () => {
    expect(read('2026-07-01 14:00 → 15:00', 'Europe/Berlin')).toBe('2026-07-01T12:00:00Z → 2026-07-01T13:00:00Z')
    expect(read('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00Z → 2026-03-29T22:00:00Z')
    expect(read('2026-10-25', 'Europe/Berlin')).toBe('2026-10-24T22:00:00Z → 2026-10-25T23:00:00Z')
  })
})

describe('a range on screen', () => {
  const text = (from: string, to: string) => rangeText({ from, to }, NOW, 'UTC')
  it('says relative ranges in words and absolute ones short', () => {
    expect(text('now-24h', 'now')).toBe('Last 24 hours')
    expect(text('now-1h', 'now')).toBe('Last hour')
    expect(text('2026-11-20T14:00:00Z', '2026-11-20T15:30:00Z')).toBe('20 Nov 14:00 – 15:30')
    expect(text('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z')).toBe('20 Nov')
    expect(text('now-1d/d', 'now/d')).toBe('Yesterday')
    expect(text('now-3d/d', 'now')).toBe('18 Nov 00:00 – now')
    expect(text('2020-01-01T00:00:00Z', '2020-01-03T00:00:00Z')).toBe('1 Jan 2020 – 2 Jan 2020')
  })

  it('reads back what the box shows', () => {
    for (const range of [
      ...PRESETS.map(({ text }) => ({ from: `now-${text}`, to: 'now' })),
      ...CALENDAR.map(({ range }) => range),
      { from: 'now-7d/d', to: 'now/d' },
      { from: '2026-11-20T14:00:00Z', to: '2026-11-20T15:30:00Z' },
    ]) {
      expect(parseRange(rangeInput(range, NOW, 'Asia/Tokyo'), NOW, 'Asia/Tokyo')).toEqual({ range })
    }
  })

  it('moves by one window and zooms out to twice its length, never beyond now', () => {
    expect(shifted({ from: 'now-1h', to: 'now' }, -1, NOW)).toEqual({
      from: '2026-11-21T08:30:00Z',
      to: '2026-11-21T09:30:00Z',
    })
    const out = zoomedOut({ from: 'now-2h', to: 'now' }, NOW)
    expect(spanOf(out, NOW)).toEqual({ from: NOW - 3 * 36e5, to: NOW })
  })
})

describe('ranges of the calendar', () => {
  const asked = (from: string, to: string, tz = 'Europe/Berlin', now = NOW) => {
    const range = resolved({ from, to }, now, tz)
    return `${range.from} → ${range.to}`
  }
  it('are asked as instants of the zone, the others as they are', () => {
    expect(asked('now-24h', 'now')).toBe('now-24h → now')
    expect(asked('now-1d/d', 'now/d')).toBe('2026-11-19T23:00:00Z → 2026-11-20T23:00:00Z')
    expect(asked('yesterday', 'today')).toBe('2026-11-19T23:00:00Z → 2026-11-20T23:00:00Z')
    expect(asked('now/w', 'now')).toBe('2026-11-15T23:00:00Z → now')
    expect(asked('now-1M/M', 'now/M')).toBe('2026-09-30T22:00:00Z → 2026-10-31T23:00:00Z')
    expect(asked('now/y', 'now', 'Asia/Kathmandu')).toBe('2025-12-31T18:15:00Z → now')
    expect(asked('now-1M', 'now')).toBe('2026-10-21T09:30:00Z → now')
  })

  it('have days of 23 and 25 hours', () => {
    const on = (day: string) => spanOf({ from: 'now/d', to: 'now-0d/d' }, Date.parse(day), 'Europe/Berlin').from
    const dayBefore = (day: string) => spanOf({ from: 'now-1d/d', to: 'now/d' }, Date.parse(day), 'Europe/Berlin')
    expect(new Date(on('2026-03-29T12:00:00Z')).toISOString()).toBe('2026-03-28T23:00:00.000Z')
    const [spring, autumn] = [dayBefore('2026-03-30T12:00:00Z'), dayBefore('2026-10-26T12:00:00Z')]
    expect((spring.to - spring.from) / 36e5).toBe(23)
    expect((autumn.to - autumn.from) / 36e5).toBe(25)
    expect(lengthText(autumn, 'Europe/Berlin')).toBe('1 day')
    expect(lengthText({ from: 0, to: 5_430_000 }, 'UTC')).toBe('1 h 30 min')
  })

  it('move by days, weeks and months, not by hours', () => {
    const day = { from: '2026-10-24T22:00:00Z', to: '2026-10-25T23:00:00Z' }
    expect(shifted(day, -1, NOW, 'Europe/Berlin')).toEqual({ from: '2026-10-23T22:00:00Z', to: '2026-10-24T22:00:00Z' })
    expect(shifted({ from: 'now-1M/M', to: 'now/M' }, -1, NOW, 'UTC')).toEqual({
      from: '2026-09-01T00:00:00Z',
      to: '2026-10-01T00:00:00Z',
    })
    const there = shifted(shifted(day, 3, NOW, 'Europe/Berlin'), -3, NOW, 'Europe/Berlin')
    expect(there).toEqual(day)
  })
})
