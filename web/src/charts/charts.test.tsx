import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { PanelData, PanelRow } from '../api/types'
import { heatSentence } from './heat'
import { heatPaths, stepOf, stepsOf } from './heat-paths'
import { isWide, type PanelMoves } from './kinds'
import { extraColumns, ListChart, sorted } from './list'
import { areaPath, barsPath, linePath, lonely, stacked, totals } from './paths'
import { picked, pickedIn } from './pick'
import { bucketText, chartSeries, folded, summarySentence } from './series'
import { courses, gathered } from './spark'
import { timeTicks } from './ticks'
import { csvOf, rowsTwin, seriesTwin, shownRows } from './twin'
import { TwinTable } from './twin-table'
import WideTable from './wide-table'

const HOUR = 36e5
const same = (value: number) => value
const at = (text: string) => Date.parse(text)

describe('paths', () => {
  it('stacks series on each other', () => {
    expect(
      stacked([
        [1, 2, null],
        [3, null, 5],
      ]),
    ).toEqual([
      { low: [0, 0, 0], high: [1, 2, 0] },
      { low: [1, 2, 0], high: [4, 2, 5] },
    ])
    expect(
      totals([
        [1, null],
        [2, null],
      ]),
    ).toEqual([3, null])
  })

  it('draws all bars of a series as one path and leaves empty buckets out', () => {
    const path = barsPath([0, 0, 0], [10, 0, 5], [0, 10, 20, 30], same, (v) => 100 - v)
    expect(path).toBe('M0.5 100V90h9V100ZM20.5 100V95h9V100Z')
  })

  it('shows a gap as a gap, and a lonely value as a dot', () => {
    expect(linePath([1, 2, null, 4, 5], [0, 1, 2, 3, 4], same, same)).toBe('M0,1L1,2M3,4L4,5')
    expect(lonely([null, 3, null, 4, 5])).toEqual([1])
    const ground = areaPath([0, 0, 0, 0], [1, 2, 0, 4], [1, 2, null, 4], [0, 1, 2, 3], same, same)
    expect(ground.match(/M/g)?.length).toBe(2)
  })

  it('draws 300 buckets × 10 series as ten paths', () => {
    const edges = Array.from({ length: 301 }, (_, i) => i)
    const layers = stacked(Array.from({ length: 10 }, (_, s) => edges.slice(0, -1).map((i) => (i * s) % 7)))
    expect(layers.map(({ low, high }) => barsPath(low, high, edges, same, same)).length).toBe(10)
  })
})

describe('the time axis', () => {
  const labels = (from: string, to: string, tz: string, most = 8) =>
    timeTicks(at(from), at(to), tz, most).map((tick) => tick.label)

  it('ticks at round times of the zone', () => {
    expect(labels('2026-11-20T22:10:00Z', '2026-11-21T04:10:00Z', 'UTC')).toEqual([
      '23:00',
      '21 Nov',
      '01:00',
      '02:00',
      '03:00',
      '04:00',
    ])
    expect(labels('2026-11-20T22:10:00Z', '2026-11-21T04:10:00Z', 'Asia/Kolkata')[0]).toBe('04:00')
    expect(labels('2026-11-20T10:00:00Z', '2026-11-20T10:01:00Z', 'UTC', 4)).toEqual([
      '10:00:00',
      '10:00:15',
      '10:00:30',
      '10:00:45',
      '10:01:00',
    ])
  })

  it('keeps midnights on midnight when the clocks change', () => {
    const days = timeTicks(at('2026-10-23T22:00:00Z'), at('2026-10-27T23:00:00Z'), 'Europe/Berlin', 5)
    expect(days.map((tick) => tick.label)).toEqual(['24 Oct', '25 Oct', '26 Oct', '27 Oct', '28 Oct'])
    expect(days.slice(1).map((tick, i) => (tick.at - (days[i]?.at ?? 0)) / HOUR)).toEqual([24, 25, 24, 24])
    const spring = timeTicks(at('2026-03-28T23:00:00Z'), at('2026-03-29T06:00:00Z'), 'Europe/Berlin', 8)
    expect(spring.map((tick) => tick.label)).toEqual([
      '29 Mar',
      '01:00',
      '03:00',
      '04:00',
      '05:00',
      '06:00',
      '07:00',
      '08:00',
    ])
  })
})

describe('the table behind a chart', () => {
  const edges = [at('2026-11-20T10:00:00Z'), at('2026-11-20T11:00:00Z'), at('2026-11-20T12:00:00Z')]
  const series = chartSeries(
    [
      { key: '2xx', label: '2xx', values: [1200, 3], previous: [7, null] },
      { key: '5xx', label: '5xx', values: [1, null], previous: [0, 1] },
    ],
    true,
  )

  it('holds exactly the values that are drawn', () => {
    const twin = seriesTwin(series, edges, 'calls', 'Europe/Berlin')
    expect(twin.columns.map((c) => c.label)).toEqual([
      'Start, Europe/Berlin (UTC+1)',
      '2xx',
      '2xx, previous',
      '5xx',
      '5xx, previous',
    ])
    expect(shownRows(twin)).toEqual([
      ['2026-11-20 11:00:00', '1,200', '7', '1', '0'],
      ['2026-11-20 12:00:00', '3', '–', '–', '1'],
    ])
    const html = renderToStaticMarkup(<TwinTable twin={seriesTwin(series, edges, 'calls', 'UTC')} title="Traffic" />)
    expect(html).toContain('<th scope="row">2026-11-20 10:00:00</th><td>1,200</td>')
  })

  it('writes CSV with every digit and with times that a machine reads', () => {
    expect(csvOf(seriesTwin(series.slice(0, 1), edges, 'calls', 'Europe/Berlin'))).toBe(
      '"Start, Europe/Berlin (UTC+1)",2xx,"2xx, previous"\n2026-11-20T11:00:00+01:00,1200,7\n2026-11-20T12:00:00+01:00,3,\n',
    )
    expect(csvOf(seriesTwin(series.slice(1), edges, 'ms', 'UTC'))).toContain('5xx (ms)')
    expect(csvOf(seriesTwin(series.slice(1), edges, 'ms', 'UTC'))).toContain('2026-11-20T10:00:00Z,1,0\n')
  })

  it('says the chart in one sentence', () => {
    expect(summarySentence('Traffic', series, edges, 'calls', 'UTC')).toBe(
      'Traffic: 2xx 1,203, 5xx 1. Highest 20 Nov 10:00 – 11:00 with 1,201. Previous period 8, ×151.',
    )
    expect(summarySentence('Time', series.slice(0, 1), edges, 'ms', 'UTC')).toBe('Time: 2xx between 3 ms and 1.20 s.')
  })

  it('says a part of the range by its days only when these are whole', () => {
    const text = (from: string, to: string, tz = 'UTC') => bucketText(at(from), at(to), tz)
    expect(text('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z')).toBe('20 Nov')
    expect(text('2026-11-20T00:00:00Z', '2026-11-22T00:00:00Z')).toBe('20 Nov – 21 Nov')
    expect(text('2026-11-20T00:00:00Z', '2026-11-21T06:00:00Z')).toBe('20 Nov 00:00 – 21 Nov 06:00')
    expect(text('2026-11-20T18:00:00Z', '2026-11-21T00:00:00Z')).toBe('20 Nov 18:00 – 00:00')
    expect(text('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 'Europe/Berlin')).toBe('25 Oct')
    expect(text('2026-11-20T10:00:30Z', '2026-11-20T10:01:00Z')).toBe('20 Nov 10:00:30 – 10:01:00')
  })

  it('writes CSV that no spreadsheet runs as a formula', () => {
    const columns = ['a', 'b,c'].map((label) => ({ label, unit: 'text' }))
    const rows = [
      ['=1+1', '"x"'],
      [-5, '@home'],
    ]
    expect(csvOf({ columns, rows, tz: 'UTC' })).toBe(`a,"b,c"\n'=1+1,"""x"""\n-5,'@home\n`)
  })

  it('tells codes of one class apart', () => {
    const codes = ['200', '500', '502', '503'].map((key) => ({ key, label: key, values: [1] }))
    const colors = chartSeries(codes, false).map((s) => s.color)
    expect(new Set(colors).size).toBe(4)
    expect(colors.slice(0, 2)).toEqual(['var(--mark-2xx)', 'var(--mark-5xx)'])
  })

  it('draws the smallest of many series as one, so that the sums stay', () => {
    const many = chartSeries(
      Array.from({ length: 14 }, (_, i) => ({ key: `s${i}`, label: `s${i}`, values: [i, null], previous: [1, null] })),
      true,
    )
    const drawn = folded(many, 'calls')
    expect(drawn.length).toBe(10)
    expect(drawn.at(-1)).toMatchObject({ key: 'other', values: [0 + 1 + 2 + 3 + 4, null], previous: [5, null] })
    expect(folded(many, 'ms').length).toBe(14)
  })
})

describe('a heat map', () => {
  const steps = stepsOf('percent', [])
  it('puts shares into fixed steps, the same in every map', () => {
    expect([null, 0, 0.0005, 0.001, 0.05, 0.3, 1].map((value) => stepOf(value, steps))).toEqual([-1, 0, 1, 1, 3, 5, 6])
    const calls = stepsOf('calls', [[0, 60], [null]])
    expect([0, 1, 10, 60].map((value) => stepOf(value, calls))).toEqual([0, 1, 2, 6])
  })

  it('draws one path per step and leaves out what is not known', () => {
    const paths = heatPaths(
      [
        [0, null, 0.2],
        [0.2, 0, 0],
      ],
      [0, 10, 20, 30],
      steps,
      same,
      20,
    )
    expect(paths.length).toBe(7)
    expect(paths[4]).toBe('M20 1h8v18h-8ZM0 21h8v18h-8Z')
    expect(paths.join('').match(/M/g)?.length).toBe(5)
  })

  it('is one sentence for those who hear it', () => {
    const edges = [at('2026-11-20T00:00:00Z'), at('2026-11-21T00:00:00Z'), at('2026-11-22T00:00:00Z')]
    const rows = [{ key: '/a', label: '/a', values: [0, 0.25], calls: [10, 8] }]
    expect(heatSentence('Errors', rows, edges, 'percent', 'UTC')).toBe(
      'Errors: 1 rows over 2 times. Highest /a, 21 Nov: 25.0 % of 8 calls.',
    )
  })
})

describe('a click on a value', () => {
  it('adds its terms, takes them out at the second click, and turns them with Alt', () => {
    expect(picked('', 'route:/a status:5xx', false)).toBe('route:/a status:5xx')
    expect(picked('method:GET route:/a status:5xx', 'route:/a status:5xx', false)).toBe('method:GET')
    expect(picked('route:/a', 'route:/a', true)).toBe('-route:/a')
    expect(picked('-route:/a', 'route:/a', true)).toBe('')
    expect(picked('status:5xx', 'route:/a status:5xx', false)).toBe('status:5xx route:/a')
    expect(pickedIn('x:1 route:/a')('route:/a')).toBe(true)
    expect(pickedIn('route:/ab')('route:/a')).toBe(false)
    expect(pickedIn('')('')).toBe(false)
  })
})

describe('a list panel', () => {
  const data: PanelData = {
    panel: { id: 'never_seen_before', title: 'New', question: '', unit: 'calls', chart: 'table', split: 'route' },
    from: '',
    to: '',
    previous_period: null,
    tz: 'UTC',
    source: 'rows',
    watermark: '',
    partial: false,
    columns: [
      { id: 'value', label: 'Calls', unit: 'calls' },
      { id: 'p95', label: 'p95', unit: 'ms' },
    ],
    rows: [
      {
        key: '/a',
        label: '/a',
        filter: 'route:/a',
        value: 12_345,
        share: 0.75,
        previous: 0,
        change: null,
        state: 'new',
        cells: { p95: 1500 },
      },
      {
        key: '/b',
        label: '/b',
        filter: 'route:/b',
        value: 4115,
        share: 0.25,
        previous: 4000,
        change: 0.02875,
        cells: { p95: 20 },
      },
    ],
  }

  it('orders by change: what is new first, what has no change last', () => {
    const row = (key: string, change: number | null, state: 'new' | 'same') => ({
      ...(data.rows?.[0] as PanelRow),
      key,
      change,
      state,
    })
    const rows = [row('a', -0.2, 'same'), row('b', null, 'same'), row('c', null, 'new'), row('d', 0.5, 'same')]
    expect(sorted(rows, 'change').map((r) => r.key)).toEqual(['c', 'd', 'a', 'b'])
    expect(sorted(rows, 'value')).toBe(rows)
  })

  it('shows the further columns of a panel it has never heard of, in one unit each', () => {
    expect(extraColumns(data).map((c) => c.id)).toEqual(['p95'])
    expect(rowsTwin(data, 'Route', true).rows[0]).toEqual(['/a', 12_345, 0.75, 1500, 0])
    const html = renderToStaticMarkup(<ListChart data={data} compares wish="none" />)
    expect(html).toContain('<th scope="col">Route</th>')
    expect(html).toContain('12.3k')
    expect(html).toContain('1.50 s')
    expect(html).toContain('0.020 s')
    expect(html).toContain('>new<')
    expect(html).toContain('+2.9 %')
  })
})

describe('a list split by several fields', () => {
  const data = {
    panel: { id: 'x', title: 'Failures', question: '', unit: 'calls', chart: 'table', split: 'ip,consumer,status' },
    tz: 'Europe/Berlin',
    columns: [
      { id: 'ip', label: 'Client address', unit: 'text' },
      { id: 'consumer', label: 'Consumer', unit: 'text' },
      { id: 'status', label: 'Status', unit: 'text' },
      { id: 'value', label: 'Denied', unit: 'calls' },
      { id: 'share', label: 'Share', unit: 'percent' },
      { id: 'change', label: 'Change', unit: 'percent' },
      { id: 'last_seen', label: 'Last seen', unit: 'time' },
    ],
    rows: [
      {
        ...{ key: 'a', label: 'a', filter: 'ip:10.0.0.1', value: 12_345, share: 0.5, previous: 9, change: 0.2 },
        state: 'same',
        cells: { ip: '10.0.0.1', consumer: 'mobile', status: '401', last_seen: '2026-11-20T10:00:00Z' },
      },
      {
        ...{ key: 'b', label: 'b', filter: '', value: 1, share: 0.1, previous: 0, change: null },
        state: 'new',
        cells: { ip: null, consumer: null, status: null, last_seen: null },
      },
    ],
  } as unknown as PanelData
  const moves = {
    href: (term: string) => `/logs?filter=${term}`,
    pageOf: (field: string, value: string) => (field === 'consumer' ? `/usage/consumers/${value}` : null),
    filter: () => {},
  } as unknown as PanelMoves

  it('has a column for each, whose values filter or lead to their pages', () => {
    expect(isWide(data)).toBe(true)
    expect(isWide({ columns: data.columns?.slice(2) ?? [] })).toBe(false)
    const html = renderToStaticMarkup(<WideTable data={data} compares wish="down" moves={moves} />)
    expect(html).toContain('href="/usage/consumers/mobile"')
    expect(html).toMatch(/<button[^>]*title="10\.0\.0\.1[^>]*>/)
    expect(html).toContain('href="/logs?filter=ip:10.0.0.1"')
    expect(html).toContain('20 Nov, 11:00')
    expect(html).toContain('>new<')
    expect(html.match(/<th scope="col"/g)?.length).toBe(7)
  })

  it('writes moments as numbers into its file', () => {
    const csv = csvOf(rowsTwin(data, 'Row', true)).split('\n')
    expect(csv[1]).toContain('2026-11-20T11:00:00+01:00')
  })
})

describe('the course beside a key figure', () => {
  it('leaves out the cut buckets at both ends and gathers neighbours', () => {
    expect(gathered([9, 1, 2, 3, 9])).toEqual([1, 2, 3])
    expect(gathered(Array.from({ length: 50 }, () => 1))).toEqual(Array.from({ length: 24 }, () => 2))
    expect(gathered([1])).toEqual([])
  })

  it('makes rates of the status classes, with a gap where nobody called', () => {
    const series = [
      { key: '2xx', label: '2xx', values: [0, 3, 0, 1, 0] },
      { key: '5xx', label: '5xx', values: [0, 1, 0, 1, 0] },
    ]
    const found = courses({ buckets: ['a', 'b', 'c', 'd', 'e'], series } as unknown as PanelData)
    expect(found).toEqual({ calls: [4, 0, 2], success: [0.75, null, 0.5], available: [0.75, null, 0.5] })
    expect(courses(undefined).calls).toEqual([])
  })
})
