import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { PanelData } from '../api/types'
import { extraColumns, ListChart } from './list'
import { barsPath, linePath, lonely, stacked, totals } from './paths'
import { bucketText, chartSeries, csvOf, summarySentence, tableTwin } from './series'
import { courses, gathered } from './spark'
import { timeTicks } from './ticks'
import { TwinTable } from './twin'

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
    expect(tableTwin(series, edges, 'Europe/Berlin')).toEqual({
      head: ['Start, Europe/Berlin (UTC+1)', '2xx', '2xx, previous', '5xx', '5xx, previous'],
      rows: [
        ['2026-11-20 11:00:00', '1,200', '7', '1', '0'],
        ['2026-11-20 12:00:00', '3', '–', '–', '1'],
      ],
    })
    const html = renderToStaticMarkup(<TwinTable twin={tableTwin(series, edges, 'UTC')} title="Traffic" height={100} />)
    expect(html).toContain('<th scope="row">2026-11-20 10:00:00</th><td>1,200</td>')
  })

  it('says the chart in one sentence', () => {
    expect(summarySentence('Traffic', series, edges, 'calls', 'UTC')).toBe(
      'Traffic: 2xx 1,203, 5xx 1. Highest 20 Nov 10:00 – 11:00 with 1,201.',
    )
    expect(summarySentence('Time', series.slice(0, 1), edges, 'ms', 'UTC')).toBe('Time: 2xx between 3 ms and 1.20 s.')
    expect(bucketText(at('2026-11-20T00:00:00Z'), at('2026-11-21T00:00:00Z'), 'UTC')).toBe('20 Nov')
  })

  it('writes CSV that no spreadsheet runs as a formula', () => {
    expect(
      csvOf({
        head: ['a', 'b,c'],
        rows: [
          ['=1+1', '"x"'],
          ['-5', '@home'],
        ],
      }),
    ).toBe(`a,"b,c"\n'=1+1,"""x"""\n-5,'@home`)
  })
})

describe('a list panel', () => {
  const data: PanelData = {
    panel: { id: 'never_seen_before', title: 'New', question: '', unit: 'calls', chart: 'table', split: 'route' },
    from: '',
    to: '',
    tz: 'UTC',
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

  it('shows the further columns of a panel it has never heard of, in one unit each', () => {
    expect(extraColumns(data).map((c) => c.id)).toEqual(['p95'])
    const html = renderToStaticMarkup(<ListChart data={data} compares wish="none" />)
    expect(html).toContain('<th scope="col">Route</th>')
    expect(html).toContain('12.3k')
    expect(html).toContain('1.50 s')
    expect(html).toContain('0.020 s')
    expect(html).toContain('>new<')
    expect(html).toContain('+2.9 %')
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
