import { describe, expect, it } from 'vitest'
import { parseRange, rangeInput, rangeText, shifted, spanOf, zoomedOut } from './range'

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
    ['today', '2026-11-21T00:00:00Z → 2026-11-22T00:00:00Z'],
    ['yesterday', '2026-11-20T00:00:00Z → 2026-11-21T00:00:00Z'],
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
    expect(text('2020-01-01T00:00:00Z', '2020-01-03T00:00:00Z')).toBe('1 Jan 2020 – 2 Jan 2020')
  })

  it('reads back what the box shows', () => {
    for (const range of [
      { from: 'now-7d', to: 'now' },
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
