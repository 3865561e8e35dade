import { describe, expect, it } from 'vitest'
import { comparisonOf } from './compare'

const NOW = Date.parse('2026-11-21T10:30:00Z')
const TZ = 'Europe/Berlin'
const with_ = (compare: string | undefined, from: string, to = 'now', tz = TZ, now = NOW) => {
  const { span, asked } = comparisonOf(compare, { from, to }, now, tz)
  const text = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
  return { span: span && `${text(span.from)} → ${text(span.to)}`, asked: Object.values(asked).join(' ') }
}

describe('the period to compare with', () => {
  it('is the one before, which the server knows by itself', () => {
    expect(with_(undefined, 'now-24h')).toEqual({
      span: '2026-11-19T10:30:00Z → 2026-11-20T10:30:00Z',
      asked: 'previous',
    })
    expect(with_(undefined, 'now-7d').asked).toBe('previous')
    expect(with_(undefined, '2026-11-20T14:00:00Z', '2026-11-20T15:30:00Z').span).toBe(
      '2026-11-20T12:30:00Z → 2026-11-20T14:00:00Z',
    )
    expect(with_('none', 'now-24h')).toEqual({ span: null, asked: 'none' })
  })

  it('takes as much of yesterday, last week or last month as is over of this one', () => {
    expect(with_(undefined, 'now/d').span).toBe('2026-11-19T23:00:00Z → 2026-11-20T10:30:00Z')
    expect(with_(undefined, 'now/w').span).toBe('2026-11-08T23:00:00Z → 2026-11-14T10:30:00Z')
    expect(with_(undefined, 'now/M')).toEqual({
      span: '2026-09-30T22:00:00Z → 2026-10-21T09:30:00Z',
      asked: 'previous 2026-09-30T22:00:00Z now-745h',
    })
    expect(with_(undefined, '2026-11-20T23:00:00Z', '2026-11-21T23:00:00Z').span).toBe(
      '2026-11-19T23:00:00Z → 2026-11-20T10:30:00Z',
    )
  })

  it('keeps weekday and clock over a DST change', () => {
    const monday = Date.parse('2026-10-26T09:00:00Z')
    expect(with_(undefined, 'now-7d', 'now', TZ, monday)).toEqual({
      span: '2026-10-12T09:00:00Z → 2026-10-19T08:00:00Z',
      asked: 'previous now-336h now-169h',
    })
    expect(with_(undefined, 'now-1d/d', 'now/d', TZ, monday).span).toBe('2026-10-23T22:00:00Z → 2026-10-24T22:00:00Z')
    expect(with_(undefined, 'now-1M/M', 'now/M').span).toBe('2026-08-31T22:00:00Z → 2026-09-30T22:00:00Z')
  })

  it('is the same period of last week, month or year', () => {
    expect(with_('week', 'now-24h')).toEqual({
      span: '2026-11-13T10:30:00Z → 2026-11-14T10:30:00Z',
      asked: 'previous now-192h now-168h',
    })
    expect(with_('month', 'now-1h').asked).toBe('previous now-746h now-745h')
    expect(with_('year', '2026-03-31T00:00:00Z', '2026-03-31T12:00:00Z', 'UTC').span).toBe(
      '2025-03-31T00:00:00Z → 2025-03-31T12:00:00Z',
    )
    expect(with_('month', '2026-03-31T00:00:00Z', '2026-03-31T12:00:00Z', 'UTC').span).toBe(
      '2026-02-28T00:00:00Z → 2026-02-28T12:00:00Z',
    )
  })

  it('is any other that the address names', () => {
    expect(with_('now-30d..now-29d', 'now-24h').asked).toBe('previous now-30d now-29d')
    expect(with_('2026-11-01T00:00:00Z..2026-11-02T00:00:00Z', 'now-24h').asked).toBe(
      'previous 2026-11-01T00:00:00Z 2026-11-02T00:00:00Z',
    )
  })

  it('keeps its text while time goes on, so that the same question stays one question', () => {
    for (const compare of [undefined, 'week', 'month', 'year']) {
      const first = with_(compare, 'now-6h').asked
      expect(with_(compare, 'now-6h', 'now', TZ, NOW + 12_345_678).asked).toBe(first)
    }
  })
})
