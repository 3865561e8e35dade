import { describe, expect, it } from 'vitest'
import { parseSearch, rangeOf, validSearch, writeSearch } from './search'

describe('the address', () => {
  it('survives a round trip unchanged', () => {
    const search = validSearch({
      from: 'now-7d',
      to: '2026-11-20T15:30:00Z',
      filter: 'consumer:"a b" -route:/health path~"ü&x=1"',
      tz: 'Europe/Berlin',
      compare: 'year',
      refresh: '1m',
      row: 'ev 1',
      columns: 'timestamp,status',
      order: 'asc',
      tail: '1',
      split: 'reason',
      step: '1d',
      sort: '-p95',
      at: '50',
      show: 'unused',
      back: '30d',
    })
    expect(validSearch(parseSearch(writeSearch(search)))).toEqual(search)
  })

  it('drops what it does not know and what cannot be', () => {
    expect(
      validSearch({
        utm_source: 'x',
        from: 'whenever',
        tz: 'Mars/Olympus',
        compare: 'never',
        refresh: '1ms',
        order: 'sideways',
        step: '3 parsecs',
        sort: 'a b',
        at: '-1',
        show: 'everything',
        back: 'long',
        columns: '<b>',
      }),
    ).toEqual({})
    expect(validSearch({ filter: 7, split: 'a b', tail: 'yes', row: '' })).toEqual({})
  })

  it('keeps relative times relative and starts with the last 24 hours', () => {
    expect(rangeOf(validSearch({ from: 'now-15m' }))).toEqual({ from: 'now-15m', to: 'now' })
    expect(rangeOf({})).toEqual({ from: 'now-24h', to: 'now' })
  })

  it.each(['none', 'week', 'month', 'year', '2026-11-01T00:00:00Z..2026-11-02T00:00:00Z', 'now-2d..now-1d'])(
    'compares with %s',
    (compare) => expect(validSearch({ compare })).toEqual({ compare }),
  )

  it.each(['previous', '..', 'a..b', 'now..now-1h', '1h..2h..3h', 'now-1h..'])(
    'takes compare=%s as the previous period',
    (compare) => expect(validSearch({ compare })).toEqual({}),
  )

  it('keeps ranges of the calendar and how often to ask', () => {
    const search = { from: 'now-1w/w', to: 'now/w', refresh: 'off' }
    expect(validSearch(parseSearch(writeSearch(search)))).toEqual(search)
  })

  it('stays readable for people', () => {
    expect(writeSearch({ filter: 'route:/api/orders', from: undefined, columns: 'a,b' })).toBe(
      '?filter=route:/api/orders&columns=a,b',
    )
    expect(writeSearch({})).toBe('')
  })
})
