// Bars, areas and lines over time: the static drawing. overlay.tsx puts cursor, tooltip and brush on top.
import { scaleLinear } from 'd3-scale'
import { memo, useMemo } from 'react'
import type { Unit } from '../api/types'
import { levelText } from '../state/numbers'
import type { ChartAction } from './chosen'
import { type Marker, Markers } from './markers'
import { Overlay } from './overlay'
import { areaPath, barsPath, linePath, lonely, type Scale, stacked, totals } from './paths'
import { type ChartSeries, isCount, summarySentence } from './series'
import { useSize } from './size'
import { timeTicks } from './ticks'
import css from './time-chart.module.css'

export type TimeKind = 'bars' | 'area' | 'line'

export type TimeChartProps = {
  title: string
  kind: TimeKind
  /** The start of every bucket and the end of the last. */
  edges: number[]
  series: ChartSeries[]
  unit: Unit
  tz: string
  /** Pixels; without it the chart fills its parent. */
  height?: number
  /** Things that happened, drawn as lines. */
  markers?: Marker[] | undefined
  /** The key of the series that stands out. */
  lit?: string | null
  /** Drag, or the keys, end here. */
  onZoom?: (from: number, to: number) => void
  /** What else can be done with a part of the range: a click chooses it, a second click extends it. */
  actions?: ChartAction[]
  /** Without actions: what a click on a bucket does. */
  onPick?: (from: number, to: number) => void
}

/** The room around the plot. */
export const FRAME = { top: 10, bottom: 22, left: 48, right: 6 }

export function TimeChart(props: TimeChartProps) {
  const [ref, size] = useSize<HTMLDivElement>()
  const isDrawn = size.width > 0 && size.height > 40 && props.edges.length > 1
  return (
    <div ref={ref} className={css.chart} style={{ height: props.height ?? '100%' }}>
      {isDrawn && <Plot {...props} width={size.width} height={size.height} />}
    </div>
  )
}

function highest(kind: TimeKind, series: ChartSeries[]): number {
  const now = kind === 'line' ? series.map((s) => s.values) : [totals(series.map((s) => s.values))]
  const before = series.flatMap((s) => (s.previous ? [s.previous] : []))
  const then = kind === 'line' ? before : before.length ? [totals(before)] : []
  let most = 0
  for (const values of [...now, ...then]) for (const value of values) most = Math.max(most, value ?? 0)
  return most || 1
}

type Sized = Omit<TimeChartProps, 'height'> & { width: number; height: number }

function Plot(props: Sized) {
  const { edges, series, kind, unit, tz, lit = null, width, height } = props
  const start = edges[0] as number
  const end = edges.at(-1) as number
  const levels = Math.max(2, Math.min(6, Math.floor(height / 56)))
  const scales = useMemo(() => {
    const x = scaleLinear([start, end], [FRAME.left, width - FRAME.right])
    const y = scaleLinear([0, highest(kind, series)], [height - FRAME.bottom, FRAME.top]).nice(levels)
    return { x, y, top: y.domain()[1] as number, levels: levelsOf(y.ticks(levels), unit) }
  }, [kind, series, unit, start, end, width, height, levels])
  return (
    <>
      <Drawing {...{ title: props.title, kind, edges, series, unit, tz, lit, width, height }} {...scales} />
      {props.markers && <Markers markers={props.markers} x={scales.x} start={start} end={end} height={height} />}
      <Overlay {...props} x={scales.x} y={scales.y} />
    </>
  )
}

/** Half a call does not exist. */
function levelsOf(ticks: number[], unit: Unit): number[] {
  return isCount(unit) ? ticks.filter(Number.isInteger) : ticks
}

/** Only what is drawn: new handlers of the page draw nothing anew. */
type DrawingProps = Pick<Sized, 'title' | 'kind' | 'edges' | 'series' | 'unit' | 'tz' | 'width' | 'height'> & {
  lit: string | null
  x: Scale
  y: Scale
  top: number
  levels: number[]
}

const Drawing = memo(function Drawing(props: DrawingProps) {
  const { title, edges, series, unit, tz, width, height, x, y, top, levels } = props
  const sentence = useMemo(() => summarySentence(title, series, edges, unit, tz), [title, series, edges, unit, tz])
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={sentence}>
      {levels.map((level) => (
        <g key={level}>
          <line
            x1={FRAME.left}
            x2={width - FRAME.right}
            y1={y(level)}
            y2={y(level)}
            className={level === 0 ? css.ground : css.grid}
          />
          <text x={FRAME.left - 8} y={y(level)} dy="0.32em" textAnchor="end" className={css.label}>
            {levelText(level, unit, top)}
          </text>
        </g>
      ))}
      <TimeAxis edges={edges} tz={tz} width={width} height={height} x={x} />
      <Marks {...props} />
    </svg>
  )
})

/** The axis that all charts over time share. */
export function TimeAxis(props: {
  edges: number[]
  tz: string
  width: number
  height: number
  x: Scale
  left?: number
}) {
  const { edges, tz, width, height, x, left = FRAME.left } = props
  const most = Math.max(2, Math.floor((width - left) / 72))
  const ticks = useMemo(() => timeTicks(edges[0] as number, edges.at(-1) as number, tz, most), [edges, tz, most])
  // Among clock times a day stands out; among days none has to.
  const hasClocks = ticks.some(({ label }) => label.includes(':'))
  return ticks.map(({ at, label }) => {
    const place = x(at)
    // A label that the edge would push aside stands off its time, and too near to the next one.
    if (place < left + 12 && ticks.length > 2) return null
    const anchor = place > width - 30 ? 'end' : place < left + 12 ? 'start' : 'middle'
    const isDay = hasClocks && !label.includes(':')
    return (
      <text key={at} x={place} y={height - 5} textAnchor={anchor} className={isDay ? css.day : css.label}>
        {label}
      </text>
    )
  })
}

function Marks({ kind, edges, series, x, y, lit }: DrawingProps) {
  const middles = useMemo(() => edges.slice(0, -1).map((edge, i) => (edge + (edges[i + 1] as number)) / 2), [edges])
  const shapes = useMemo(() => shapesOf(kind, edges, middles, series, x, y), [kind, edges, middles, series, x, y])
  const look = (key: string) => (lit && lit !== key ? css.dim : undefined)
  if (kind === 'line') {
    // The first series lies on top: p50 stays visible where p99 runs along it.
    return series.toReversed().map((s) => {
      const shape = shapes.of.get(s.key)
      return (
        <g key={s.key} style={{ color: s.color }} className={look(s.key)}>
          {shape?.before && <path d={shape.before} className={css.previous} stroke="currentColor" />}
          <path d={shape?.path} className={css.line} stroke="currentColor" />
          {lonely(s.values).map((i) => (
            <circle key={i} cx={x(middles[i] as number)} cy={y(s.values[i] as number)} r="2" fill="currentColor" />
          ))}
        </g>
      )
    })
  }
  return (
    <>
      {series.map((s) => (
        <g key={s.key} style={{ color: s.color }} className={look(s.key)}>
          <path d={shapes.of.get(s.key)?.path} className={kind === 'area' ? css.area : css.bar} />
        </g>
      ))}
      {shapes.before && <path d={shapes.before} className={css.total} />}
    </>
  )
}

type Shape = { path: string; before?: string }

/** One path per series, however many buckets: that is what makes 300 × 10 cheap. */
function shapesOf(kind: TimeKind, edges: number[], middles: number[], series: ChartSeries[], x: Scale, y: Scale) {
  const of = new Map<string, Shape>()
  if (kind === 'line') {
    for (const s of series) {
      const before = s.previous ? linePath(s.previous, middles, x, y) : ''
      of.set(s.key, { path: linePath(s.values, middles, x, y), before })
    }
    return { of, before: '' }
  }
  const layers = stacked(series.map((s) => s.values))
  series.forEach((s, i) => {
    const { low, high } = layers[i] as { low: number[]; high: number[] }
    const path = kind === 'bars' ? barsPath(low, high, edges, x, y) : areaPath(low, high, s.values, middles, x, y)
    of.set(s.key, { path })
  })
  const before = series.flatMap((s) => (s.previous ? [s.previous] : []))
  return { of, before: before.length ? linePath(totals(before), middles, x, y) : '' }
}
