// Every chart in its states, with made-up values that hold what is hard: gaps, a lone value, many series, a clock change.
import { type ReactNode, useState } from 'react'
import { flushSync } from 'react-dom'
import type { PanelData } from '../api/types'
import { ChangeMark } from '../charts/change'
import { Heat } from '../charts/heat'
import { ListChart } from '../charts/list'
import type { Marker } from '../charts/markers'
import { chartSeries } from '../charts/series'
import { Meter, Spark } from '../charts/spark'
import { TimeChart, type TimeKind } from '../charts/time-chart'
import { TimePanel } from '../charts/time-panel'
import { seriesTwin } from '../charts/twin'
import { TwinTable } from '../charts/twin-table'
import { Stat } from '../parts/stat'
import type { Shown } from './parts'
import css from './parts.module.css'

const none = () => {}
const HOUR = 36e5
const START = Date.parse('2026-10-24T18:00:00Z')

/** The same numbers on every start. */
function wave(length: number, high: number, shift: number): number[] {
  return Array.from({ length }, (_, i) =>
    Math.max(0, Math.round(high * (1.2 + Math.sin(i / 6 + shift) + 0.4 * Math.sin(i * 1.7 + shift)))),
  )
}
const edgesFor = (buckets: number, step = HOUR) => Array.from({ length: buckets + 1 }, (_, i) => START + i * step)
const edges = edgesFor(48)
const CLASSES = ['2xx', '3xx', '4xx', '5xx']
const classes = chartSeries(
  CLASSES.map((key, i) => ({
    key,
    label: key,
    values: wave(48, [60, 6, 14, 3][i] as number, i),
    previous: wave(48, [52, 6, 12, 3][i] as number, i + 0.4),
  })),
  true,
)
const gaps = (values: number[]) => values.map((value, i) => ((i > 15 && i < 22) || i === 30 || i === 32 ? null : value))
const latency = chartSeries(
  ['p50', 'p95', 'p99'].map((key, i) => ({
    key,
    label: key,
    values: gaps(wave(48, [40, 240, 900][i] as number, i)),
    previous: wave(48, [42, 250, 800][i] as number, i + 0.3),
  })),
  true,
)
const many = chartSeries(
  Array.from({ length: 14 }, (_, i) => ({
    key: `route-${i}`,
    label: `/api/route/${i}`,
    values: wave(48, 40 / (i + 1), i),
  })),
  false,
)
const markers: Marker[] = [
  { at: START + 9 * HOUR, label: 'alice changed route /api/orders', onOpen: none },
  { at: START + 31 * HOUR, label: 'Alert: 5xx above 5 %', tone: 'bad' },
]
const actions = [{ id: 'calls', label: 'Show calls', icon: 'logs' as const, run: none }]
const chart = (kind: TimeKind, more: object = {}) => (
  <div className={css.box} style={{ height: 260, padding: 12 }}>
    <TimePanel
      title="Traffic"
      kind={kind}
      edges={edges}
      series={kind === 'line' ? latency : classes}
      unit={kind === 'line' ? 'ms' : 'calls'}
      tz="Europe/Berlin"
      field="status_class"
      onFilter={none}
      onZoom={none}
      actions={actions}
      {...more}
    />
  </div>
)
const list = (rows: number, compares: boolean): ReactNode => {
  const values = Array.from({ length: rows }, (_, i) => Math.round(9000 / (i + 1)))
  const total = values.reduce((sum, value) => sum + value, 0)
  const data: PanelData = {
    panel: { id: 'routes', title: 'Routes', question: '', unit: 'calls', chart: 'toplist', split: 'route' },
    from: '',
    to: '',
    tz: 'UTC',
    columns: [
      { id: 'value', label: 'Calls', unit: 'calls' },
      { id: 'p95', label: 'p95', unit: 'ms' },
    ],
    rows: values.map((value, i) => ({
      key: `/api/${i}`,
      label: i === 2 ? '/api/a/very/long/path/that/does/not/fit/anywhere/{id}' : `/api/${i}`,
      filter: `route:/api/${i}`,
      value,
      share: value / total,
      previous: i === 1 ? 0 : value * (0.8 + i / 10),
      change: i === 1 ? null : 1 / (0.8 + i / 10) - 1,
      state: i === 1 ? ('new' as const) : ('same' as const),
      cells: { p95: 20 + i * 340 },
    })),
    total,
    other: rows > 4 ? 420 : 0,
    previous_period: null,
    source: 'rollup',
    watermark: '',
    partial: false,
  }
  return (
    <div
      className={css.box}
      style={{ padding: 12, containerType: 'inline-size', '--rows': rows } as React.CSSProperties}
    >
      <ListChart
        data={data}
        compares={compares}
        wish="none"
        onPick={none}
        isPicked={(term) => term.endsWith('3')}
        hrefOf={() => '/logs'}
      />
    </div>
  )
}

export const charts: Shown[] = [
  {
    part: 'Chart over time',
    size: 'wide',
    states: {
      'stacked bars, previous period dashed, markers, 25 hours on 25 October': chart('bars', { markers }),
      'lines with gaps and lone values': chart('line'),
      area: chart('area'),
      'fourteen series, the smallest as one': chart('bars', { series: many, field: 'route' }),
      'one series': chart('area', { series: classes.slice(0, 1) }),
    },
  },
  {
    part: 'Heat map',
    size: 'wide',
    states: {
      'share of failures': (
        <div className={css.box} style={{ height: 220, padding: 12 }}>
          <Heat
            title="Errors by route and day"
            edges={edgesFor(14, 24 * HOUR)}
            unit="percent"
            tz="UTC"
            isBad
            onFilter={none}
            rows={['/api/orders', '/api/users', '/api/payments', '/admin/keys', '/healthz'].map((label, i) => ({
              key: label,
              label,
              values: wave(14, 10, i).map((v, day) => (v % 7 === 0 && day > 8 ? null : ((v / 30) * i * day) / 40)),
              calls: wave(14, 400, i),
            }))}
          />
        </div>
      ),
      counts: (
        <div className={css.box} style={{ height: 170, padding: 12 }}>
          <Heat
            title="Calls by hour"
            edges={edges}
            unit="calls"
            tz="UTC"
            rows={CLASSES.map((label, i) => ({ key: label, label, values: wave(48, 40, i) }))}
          />
        </div>
      ),
    },
  },
  {
    part: 'List with shares',
    size: 'half',
    states: { 'compared, one chosen': list(6, true), short: list(3, false) },
  },
  {
    part: 'Spark',
    states: Object.fromEntries(
      (['line', 'mean', 'bars'] as const).map((look) => [
        look,
        <div key={look} className={css.box} style={{ width: 180, padding: 12 }}>
          <Stat label="Total calls" value="12.3k" change={<ChangeMark change={0.12} wish="up" />} note="was 11.0k">
            <Spark values={wave(30, 60, 1)} look={look} marked={12} />
          </Stat>
        </div>,
      ]),
    ),
  },
  {
    part: 'Meter',
    states: {
      share: (
        <div style={{ width: 150 }}>
          <Meter share={0.72} />
        </div>
      ),
    },
  },
  {
    part: 'Table behind a chart',
    size: 'wide',
    states: {
      shown: (
        <div className={css.box} style={{ height: 180, padding: 12 }}>
          <TwinTable title="Traffic" twin={seriesTwin(classes.slice(0, 2), edges, 'calls', 'Europe/Berlin')} />
        </div>
      ),
    },
  },
]

const BUCKETS = 300
const SERIES = 10
const ROUNDS = 30

/** How long 300 buckets × 10 series take from the state to the finished layout. The result is read by e2e/parts.mjs. */
export function Bench() {
  const [round, setRound] = useState(0)
  const [kind, setKind] = useState<TimeKind>('bars')
  const [found, setFound] = useState('')
  const series = chartSeries(
    Array.from({ length: SERIES }, (_, i) => ({
      key: `s${i}`,
      label: `Series ${i}`,
      values: wave(BUCKETS, 50, i + round),
    })),
    false,
  )
  const next = () => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done)))
  const run = async () => {
    const results: Record<string, number> = {}
    for (const shape of ['bars', 'area', 'line'] as const) {
      setKind(shape)
      await next()
      const times: number[] = []
      for (let i = 1; i <= ROUNDS; i++) {
        await next()
        const start = performance.now()
        flushSync(() => setRound(i))
        document.body.getBoundingClientRect()
        times.push(performance.now() - start)
      }
      results[shape] = times.sort((a, b) => a - b)[ROUNDS >> 1] as number
    }
    setFound(JSON.stringify(results))
  }
  return (
    <section data-bench={found}>
      <button type="button" onClick={run}>
        Measure {BUCKETS} × {SERIES}
      </button>
      <output>{found}</output>
      <TimeChart
        title="Bench"
        kind={kind}
        edges={edgesFor(BUCKETS)}
        series={series}
        unit="calls"
        tz="UTC"
        height={240}
      />
    </section>
  )
}
