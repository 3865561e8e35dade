// The course of a figure beneath it: no axis, no numbers, only whether it is steady, rising or spiky.
import { area, line } from 'd3-shape'
import type { PanelData } from '../api/types'
import type { Values } from './paths'
import css from './spark.module.css'

/** The drawing is stretched to its place; lines keep their width. */
const WIDTH = 100
const HEIGHT = 26
const POINTS = 32

/** Sums of neighbours, so that at most 32 points are left. The first and the last bucket are parts of one: left out. */
export function gathered(values: Values): number[] {
  const whole = values.slice(1, -1).map((value) => value ?? 0)
  const size = Math.max(1, Math.ceil(whole.length / POINTS))
  const sums: number[] = []
  // A last group that is not full would look like a fall.
  for (let i = 0; i + size <= whole.length; i += size) {
    sums.push(whole.slice(i, i + size).reduce((sum, value) => sum + value, 0))
  }
  return sums
}

/** What the key figures need from the panel of calls by status class. */
export function courses(data: PanelData | undefined) {
  const series = data?.series ?? []
  const all = gathered((data?.buckets ?? []).map((_, i) => series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0)))
  const one = (key: string) => gathered(series.find((s) => s.key === key)?.values ?? all.map(() => 0))
  const good = one('2xx')
  const failed = one('5xx')
  const share = (part: number[], turn: (share: number) => number) =>
    all.map((calls, i) => (calls ? turn((part[i] ?? 0) / calls) : null))
  return { calls: all, success: share(good, (s) => s), available: share(failed, (s) => 1 - s) }
}

/** Bars over the whole range, parts of one at its ends as well, and which of them holds the instant. */
export function peakBars(data: PanelData | undefined, at: number): { values: number[]; marked: number } {
  const buckets = data?.buckets ?? []
  const series = data?.series ?? []
  const size = Math.max(1, Math.ceil(buckets.length / POINTS))
  const values: number[] = []
  buckets.forEach((_, i) => {
    const group = Math.floor(i / size)
    values[group] = (values[group] ?? 0) + series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0)
  })
  const holds = buckets.findLastIndex((start) => Date.parse(start) <= at)
  return { values, marked: Math.floor(Math.max(0, holds) / size) }
}

/** The first and the last bucket are parts of one, which would look like a rise and a fall. */
export const course = (values: number[]) => (values.length > 8 ? values.slice(1, -1) : values)

type Props = {
  values: Values
  /** The bar that is meant. */
  marked?: number
  /** A rate fills the height between its lowest and its highest value; counts stand on zero. */
  isRate?: boolean
  /** A line, one with its mean, or bars. */
  look?: 'line' | 'bars' | 'mean'
}

export function Spark({ values, isRate, look = 'line', marked = -1 }: Props) {
  const known = values.filter((value) => value !== null)
  if (known.length < 4) return <div className={css.spark} />
  const low = isRate ? Math.min(...known) : 0
  const high = Math.max(...known)
  const room = high - low || 1
  const y = (value: number) => HEIGHT - 1 - ((value - low) / room) * (HEIGHT - 3)
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  return (
    <svg
      className={css.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      {look === 'bars' ? (
        <Bars values={values} marked={marked} y={y} />
      ) : (
        <Course values={values} isRate={isRate} y={y} />
      )}
      {look === 'mean' && <path d={`M0 ${y(mean)}H${WIDTH}`} className={css.mean} />}
    </svg>
  )
}

type PartProps = { values: Values; y: (value: number) => number }

function Course({ values, isRate, y }: PartProps & { isRate: boolean | undefined }) {
  const x = (i: number) => (i / (values.length - 1)) * WIDTH
  const points = values.map((value, i) => [i, value] as const)
  const drawn = line<readonly [number, number | null]>()
    .defined(([, value]) => value !== null)
    .x(([i]) => x(i))
    .y(([, value]) => y(value as number))(points)
  const filled = area<readonly [number, number | null]>()
    .defined(([, value]) => value !== null)
    .x(([i]) => x(i))
    .y0(HEIGHT)
    .y1(([, value]) => y(value as number))(points)
  return (
    <>
      {!isRate && <path d={filled ?? ''} className={css.fill} />}
      <path d={drawn ?? ''} className={css.line} />
    </>
  )
}

function Bars({ values, marked, y }: PartProps & { marked: number }) {
  const step = WIDTH / values.length
  const bar = (value: number, i: number) => `M${i * step} ${HEIGHT}V${y(value)}h${step * 0.72}V${HEIGHT}Z`
  const path = (isMarked: boolean) =>
    values.map((value, i) => (value !== null && (i === marked) === isMarked ? bar(value, i) : '')).join('')
  return (
    <>
      <path d={path(false)} className={css.bar} />
      <path d={path(true)} className={css.peak} />
    </>
  )
}

/** A share as a thin bar, where a figure has no course. */
export function Meter({ share }: { share: number | null }) {
  return (
    <div className={css.meter} aria-hidden="true">
      <span className="mark" style={{ width: `${(share ?? 0) * 100}%` }} />
    </div>
  )
}
