// A heat map as numbers: which of seven steps a value falls into, and one path per step.
import type { Scale, Values } from './paths'

/** Shares mean the same in every map, so their steps are fixed; other units are cut by the largest value. */
const SHARE_STEPS = [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5]
export const STEPS = SHARE_STEPS.length

/** The lowest value of each step; the first holds exactly nothing. `isParts`: shares of one whole, not rates. */
export function stepsOf(unit: string, rows: Values[], isParts = false): number[] {
  if (unit === 'percent' && !isParts) return SHARE_STEPS
  const largest = Math.max(0, ...rows.flat().map((value) => value ?? 0))
  // Parts of a whole are small, and are told apart by the largest; of counts, one is the least there is.
  const most = unit === 'percent' ? largest || 1 : Math.max(1, largest)
  return SHARE_STEPS.map((_, i) => (i === 0 ? 0 : i === 1 ? Number.MIN_VALUE : (most * (i - 1)) / (STEPS - 1)))
}

/** -1 where there is nothing to say. */
export function stepOf(value: number | null | undefined, steps: number[]): number {
  if (value === null || value === undefined) return -1
  let step = 0
  while (step + 1 < steps.length && value > 0 && value >= (steps[step + 1] as number)) step++
  return value > 0 ? Math.max(1, step) : 0
}

const n = (value: number) => Math.round(value * 100) / 100

/** All cells of one step as one path; rows lie from the top. */
export function heatPaths(rows: Values[], edges: number[], steps: number[], x: Scale, rowHeight: number): string[] {
  const paths = steps.map(() => '')
  rows.forEach((values, row) => {
    const top = row * rowHeight + 1
    values.forEach((value, i) => {
      const step = stepOf(value, steps)
      if (step < 0) return
      const left = x(edges[i] as number)
      const room = x(edges[i + 1] as number) - left
      const gap = room > 6 ? 2 : room > 3 ? 1 : 0
      paths[step] +=
        `M${n(left)} ${n(top)}h${n(Math.max(0.5, room - gap))}v${n(rowHeight - 2)}h-${n(Math.max(0.5, room - gap))}Z`
    })
  })
  return paths
}
