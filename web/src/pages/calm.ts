// What keeps figures from shouting where there is little to count.
import type { Summary } from '../api/types'

const STEPS: [name: string, ms: number][] = [
  ['1m', 6e4],
  ['5m', 3e5],
  ['15m', 9e5],
  ['1h', 36e5],
  ['6h', 216e5],
  ['1d', 864e5],
  ['1w', 6048e5],
]
const CALLS_PER_POINT = 100
/** About as many points as the server's own choice gives. */
const POINTS_AUTO = 96

/** A p99 of ten calls is only their slowest: where traffic is thin, points of latency stand for more time. */
export function calmStep(summary: Pick<Summary, 'from' | 'to' | 'total_calls'> | undefined): string | undefined {
  if (!summary?.total_calls) return undefined
  const points = Math.max(12, summary.total_calls / CALLS_PER_POINT)
  if (points >= POINTS_AUTO) return undefined
  const span = Date.parse(summary.to) - Date.parse(summary.from)
  return STEPS.find(([, ms]) => ms >= (span / points) * 0.95)?.[0]
}

const FIRST_DAYS = 50

/** A first day has nothing before it, or its first minutes: `new` and ×325 beside every row would say nothing. */
type Counted = { total_calls: number; previous: { total_calls: number } }
export function isComparable(summary: Counted | undefined): boolean {
  return !summary || summary.previous.total_calls * FIRST_DAYS >= Math.max(1, summary.total_calls)
}
