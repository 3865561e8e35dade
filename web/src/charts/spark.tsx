// The course of a figure beside it: no axis, no numbers, only whether it is steady, rising or spiky.
import { area, line } from 'd3-shape'
import type { PanelData } from '../api/types'
import type { Values } from './paths'
import css from './spark.module.css'

const WIDTH = 40
const HEIGHT = 22
const POINTS = 24

/** Sums of neighbours, so that at most 24 points are left. The first and the last bucket are parts of one: left out. */
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

/** Counts stand on zero; a rate fills the height between its lowest and its highest value. */
export function Spark({ values, isRate }: { values: Values; isRate?: boolean }) {
  const known = values.filter((value) => value !== null)
  if (known.length < 4) return null
  const low = isRate ? Math.min(...known) : 0
  const room = Math.max(...known) - low || 1
  const x = (i: number) => (i / (values.length - 1)) * WIDTH
  const y = (value: number) => HEIGHT - 1 - ((value - low) / room) * (HEIGHT - 2)
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
    <svg className={css.spark} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {!isRate && <path d={filled ?? ''} className={css.fill} />}
      <path d={drawn ?? ''} className={css.line} />
    </svg>
  )
}
