// Bars, areas and lines over time: the static drawing. overlay.tsx puts cursor, tooltip and brush on top.
import { scaleLinear } from 'd3-scale'
import { memo, useMemo } from 'react'
import type { Unit } from '../api/types'
import { levelText } from '../state/numbers'
import { Overlay } from './overlay'
import { areaPath, barsPath, linePath, lonely, type Scale, stacked, totals } from './paths'
import { type ChartSeries, summarySentence } from './series'
import { timeTicks } from './ticks'
import css from './time-chart.module.css'
import { useWidth } from './width'

export type TimeKind = 'bars' | 'area' | 'line'

export type TimeChartProps = {
  title: string
  kind: TimeKind
  /** The start of every bucket and the end of the last. */
  edges: number[]
  series: ChartSeries[]
  unit: Unit
  tz: string
  height: number
  onZoom?: (from: number, to: number) => void
  onPick?: (from: number, to: number) => void
}

const TOP = 8
const BOTTOM = 20
const LEFT = 48
const RIGHT = 6

export function TimeChart(props: TimeChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  return (
    <div ref={ref} className={css.chart} style={{ height: props.height }}>
      {width > 0 && props.edges.length > 1 && <Plot {...props} width={width} />}
    </div>
  )
}

function highest({ kind, series }: TimeChartProps): number {
  const now = kind === 'line' ? series.map((s) => s.values) : [totals(series.map((s) => s.values))]
  const before = series.flatMap((s) => (s.previous ? [s.previous] : []))
  const then = kind === 'line' ? before : before.length ? [totals(before)] : []
  let most = 0
  for (const values of [...now, ...then]) for (const value of values) most = Math.max(most, value ?? 0)
  return most || 1
}

function Plot(props: TimeChartProps & { width: number }) {
  const { edges, width, height } = props
  const start = edges[0] as number
  const end = edges.at(-1) as number
  const scales = useMemo(() => {
    const x = scaleLinear([start, end], [LEFT, width - RIGHT])
    const y = scaleLinear([0, highest(props)], [height - BOTTOM, TOP]).nice(4)
    return { x, y }
  }, [props, start, end, width, height])
  return (
    <>
      <Drawing
        {...props}
        x={scales.x}
        y={scales.y}
        top={scales.y.domain()[1] as number}
        levels={levelsOf(scales.y.ticks(4), props.unit)}
      />
      <Overlay {...props} left={LEFT} right={RIGHT} top={TOP} bottom={BOTTOM} />
    </>
  )
}

/** Half a call does not exist. */
function levelsOf(ticks: number[], unit: Unit): number[] {
  return unit === 'calls' || unit === 'consumers' ? ticks.filter(Number.isInteger) : ticks
}

type DrawingProps = TimeChartProps & { width: number; x: Scale; y: Scale; top: number; levels: number[] }

const Drawing = memo(function Drawing(props: DrawingProps) {
  const { title, edges, series, unit, tz, width, height, x, y, top, levels } = props
  const ticks = timeTicks(edges[0] as number, edges.at(-1) as number, tz, Math.max(2, Math.floor(width / 68)))
  return (
    <svg width={width} height={height} role="img" aria-label={summarySentence(title, series, edges, unit, tz)}>
      {levels.map((level) => (
        <g key={level}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(level)} y2={y(level)} className={css.grid} />
          <text x={LEFT - 8} y={y(level)} dy="0.32em" textAnchor="end" className={css.label}>
            {levelText(level, unit, top)}
          </text>
        </g>
      ))}
      {ticks.map(({ at, label }) => {
        const place = x(at)
        // A label that the edge would push aside stands off its time, and too near to the next one.
        if (place < LEFT + 12 && ticks.length > 2) return null
        const anchor = place > width - 30 ? 'end' : place < LEFT + 12 ? 'start' : 'middle'
        return (
          <text key={at} x={place} y={height - 5} textAnchor={anchor} className={css.label}>
            {label}
          </text>
        )
      })}
      <Marks {...props} />
    </svg>
  )
})

function Marks({ kind, edges, series, x, y }: DrawingProps) {
  const middles = edges.slice(0, -1).map((edge, i) => (edge + (edges[i + 1] as number)) / 2)
  if (kind === 'line') {
    // The first series lies on top: p50 stays visible where p99 runs along it.
    return series.toReversed().map((s) => (
      <g key={s.key} style={{ color: s.color }}>
        {s.previous && <path d={linePath(s.previous, middles, x, y)} className={css.previous} stroke="currentColor" />}
        <path d={linePath(s.values, middles, x, y)} className={css.line} stroke="currentColor" />
        {lonely(s.values).map((i) => (
          <circle key={i} cx={x(middles[i] as number)} cy={y(s.values[i] as number)} r="2" fill="currentColor" />
        ))}
      </g>
    ))
  }
  const layers = stacked(series.map((s) => s.values))
  const before = series.flatMap((s) => (s.previous ? [s.previous] : []))
  const shape = (i: number) => {
    const { low, high } = layers[i] as { low: number[]; high: number[] }
    return kind === 'bars' ? barsPath(low, high, edges, x, y) : areaPath(low, high, middles, x, y)
  }
  return (
    <>
      {series.map((s, i) => (
        <path key={s.key} d={shape(i)} style={{ fill: s.color }} className={kind === 'area' ? css.area : undefined} />
      ))}
      {before.length > 0 && <path d={linePath(totals(before), middles, x, y)} className={css.total} />}
    </>
  )
}
