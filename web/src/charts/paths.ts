// Numbers to SVG path data: one path per series, however many buckets.
import { area, line } from 'd3-shape'

export type Values = (number | null)[]
export type Scale = (value: number) => number

/** Running sums, so that each series stands on those before it. A gap counts as nothing. */
export function stacked(series: Values[]): { low: number[]; high: number[] }[] {
  const floor: number[] = []
  return series.map((values) => {
    const low = values.map((_, i) => floor[i] ?? 0)
    const high = values.map((value, i) => (low[i] as number) + (value ?? 0))
    high.forEach((value, i) => {
      floor[i] = value
    })
    return { low, high }
  })
}

export function totals(series: Values[]): Values {
  const length = Math.max(0, ...series.map((values) => values.length))
  return Array.from({ length }, (_, i) => {
    const known = series.map((values) => values[i]).filter((v): v is number => v !== null && v !== undefined)
    return known.length ? known.reduce((sum, v) => sum + v, 0) : null
  })
}

const n = (value: number) => Math.round(value * 100) / 100
/** Of a few buckets the bars stand apart, instead of filling the chart like a wall. */
const BAR_MAX_PX = 72

/** Bars as closed rectangles inside one path. `edges` holds the start of every bucket and the end of the last. */
export function barsPath(low: number[], high: number[], edges: number[], x: Scale, y: Scale): string {
  let path = ''
  for (let i = 0; i < high.length; i++) {
    const from = low[i] as number
    const to = high[i] as number
    if (to <= from) continue
    const left = x(edges[i] as number)
    const room = x(edges[i + 1] as number) - left
    const gap = Math.max(room > 4 ? 1 : room > 2 ? 0.5 : 0, room - BAR_MAX_PX)
    const top = Math.min(y(to), y(from) - 0.75)
    path += `M${n(left + gap / 2)} ${n(y(from))}V${n(top)}h${n(Math.max(0.5, room - gap))}V${n(y(from))}Z`
  }
  return path
}

/** A line through the middles of the buckets; missing values leave a gap. */
export function linePath(values: Values, middles: number[], x: Scale, y: Scale): string {
  const drawn = line<number | null>()
    .defined((value) => value !== null)
    .x((_, i) => n(x(middles[i] as number)))
    .y((value) => n(y(value as number)))
  return drawn(values) ?? ''
}

/** The ground under a line; where nothing is known there is no ground either. */
export function areaPath(low: number[], high: number[], known: Values, middles: number[], x: Scale, y: Scale): string {
  const drawn = area<number>()
    .defined((_, i) => known[i] !== null && known[i] !== undefined)
    .x((_, i) => n(x(middles[i] as number)))
    .y0((_, i) => n(y(low[i] as number)))
    .y1((value) => n(y(value)))
  return drawn(high) ?? ''
}

/** A value with a gap on both sides has no line; it gets a dot. */
export function lonely(values: Values): number[] {
  return values.flatMap((value, i) =>
    value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : [],
  )
}
