// The key figures that pages show: each is one entry, by its id; a page names those it wants.
import type { ReactNode } from 'react'
import type { Figures, PanelData } from '../api/types'
import type { Wish } from '../charts/change'
import type { Values } from '../charts/paths'
import { Meter, peakBars, Spark } from '../charts/spark'
import { countText, durationText, exactText, percentText } from '../state/numbers'
import { clockText, dayText } from '../state/zone'

const HOUR = 3_600_000

const COURSES = ['calls', 'success', 'available', 'denied', 'p50', 'p95', 'p99', 'client', 'server'] as const
/** How figures went over the range. */
export type Courses = Record<(typeof COURSES)[number], Values> & { traffic: PanelData | undefined }

export type Kpi = {
  id: string
  label: string
  hint?: string
  wish: Wish
  amount: (f: Figures) => number | null
  text: (value: number | null) => string
  /** What is shown when it is not the amount that is compared. */
  shown?: (f: Figures, tz: string) => { value: string; exact: string }
  /** The calls behind the figure: the filter, and the part of the range. */
  term?: (f: Figures) => string | null
  part?: (f: Figures) => { from: number; to: number } | undefined
  /** What stands under the figure: always, or when there is nothing to compare with. */
  note?: (f: Figures, tz: string) => string
  fact?: (f: Figures) => string
  /** The fact says more than the figure before. */
  isFactFirst?: boolean
  foot: (c: Courses, f: Figures) => ReactNode
}

const endedWith = (f: Figures, digit: string) =>
  Object.entries(f.by_status).reduce((sum, [status, calls]) => sum + (status.startsWith(digit) ? calls : 0), 0)

/** The mean rate in the smallest unit that gives a number above one. */
export function rateText(calls: number, ms: number): string {
  const [unit, size] = (
    [
      ['second', 1e3],
      ['minute', 6e4],
      ['hour', HOUR],
    ] as const
  ).find(([, size]) => (calls * size) / ms >= 1) ?? ['day', 24 * HOUR]
  return `${countText((calls * size) / ms)} per ${unit}`
}

const hourOf = (f: Figures) => (f.peak_hour ? Date.parse(f.peak_hour.start) : 0)

const share = (part: number, f: Figures) => (f.total_calls ? part / f.total_calls : null)

const topReason = (f: Figures): [string, number] | undefined =>
  Object.entries(f.by_reason).sort(([, a], [, b]) => b - a)[0]

/** Calls that ended with this code. */
function answered(code: string, label: string, hint: string): Kpi {
  const calls = (f: Figures) => f.by_status[code] ?? 0
  return {
    id: `status_${code}`,
    label,
    hint,
    wish: 'down',
    amount: calls,
    text: countText,
    term: () => `status:${code}`,
    fact: (f) => `${percentText(share(calls(f), f))} of all calls`,
    foot: (_, f) => <Meter share={share(calls(f), f)} />,
  }
}

export const KEY_FIGURES: Kpi[] = [
  {
    id: 'calls',
    label: 'Total calls',
    wish: 'none',
    amount: (f) => f.total_calls,
    text: countText,
    fact: (f) => (f.from && f.to ? rateText(f.total_calls, Date.parse(f.to) - Date.parse(f.from)) : ''),
    foot: (c) => <Spark values={c.calls} />,
  },
  {
    id: 'consumers',
    label: 'Unique consumers',
    hint: 'Different consumers that called. The bar is the share of calls with a known consumer.',
    wish: 'none',
    amount: (f) => f.unique_consumers,
    text: countText,
    term: () => '-consumer:""',
    note: (f) => `${countText(f.unidentified_calls)} unknown`,
    foot: (_, f) => <Meter share={1 - f.unidentified_calls / f.total_calls} />,
  },
  {
    id: 'average',
    label: 'Average per day',
    wish: 'none',
    amount: (f) => f.avg_calls_per_day,
    text: (v) => countText(v === null ? v : Math.round(v)),
    fact: (f) => `${countText(Math.round(f.avg_calls_per_day / 24))} per hour`,
    foot: (c) => <Spark values={c.calls} look="mean" />,
  },
  {
    id: 'success',
    label: 'Success rate',
    hint: 'Calls answered with 2xx, out of all calls. Denied calls count as failures.',
    wish: 'up',
    amount: (f) => f.success_rate,
    text: percentText,
    term: () => '-status_class:2xx',
    fact: (f) => `${countText(f.total_calls - endedWith(f, '2'))} without 2xx`,
    foot: (c) => <Spark values={c.success} isRate />,
  },
  {
    id: 'availability',
    label: 'Availability',
    hint: 'Calls not answered with 5xx, out of all calls.',
    wish: 'up',
    amount: (f) => f.availability,
    text: percentText,
    term: () => 'status_class:5xx',
    fact: (f) => `${countText(endedWith(f, '5'))} with 5xx`,
    foot: (c) => <Spark values={c.available} isRate />,
  },
  {
    id: 'denied',
    label: 'Denied',
    hint: 'Calls that the gateway refused. A 401 or 403 of a backend is not a denial.',
    wish: 'down',
    amount: (f) => f.denied_requests,
    text: countText,
    term: () => 'granted:false',
    fact: (f) => `${percentText(f.denied_requests / f.total_calls)} of all calls`,
    foot: (c) => <Spark values={c.denied} />,
  },
  {
    id: 'peak',
    label: 'Peak hour',
    hint: 'The full hour with the most calls; the change compares it with the peak of the previous period.',
    wish: 'none',
    amount: (f) => f.peak_hour?.calls ?? null,
    text: countText,
    shown: (f, tz) => {
      if (!f.peak_hour) return { value: '–', exact: '' }
      const [from, to] = [hourOf(f), hourOf(f) + HOUR]
      const hours = `${dayText(from, tz)} ${clockText(from, tz, false)} – ${clockText(to, tz, false)}`
      return { value: clockText(from, tz, false), exact: `${hours}, ${exactText(f.peak_hour.calls)} calls` }
    },
    part: (f) => (f.peak_hour ? { from: hourOf(f), to: hourOf(f) + HOUR } : undefined),
    note: (f, tz) => (f.peak_hour ? `${countText(f.peak_hour.calls)} on ${dayText(hourOf(f), tz)}` : ''),
    foot: (c, f) => <Spark {...peakBars(c.traffic, hourOf(f))} look="bars" />,
  },
  {
    id: 'p95',
    label: 'p95 response time',
    hint: '95 of 100 calls were answered at least this fast.',
    wish: 'down',
    amount: (f) => f.p95_ms,
    text: durationText,
    term: (f) => (f.p95_ms ? `duration:>=${Math.round(f.p95_ms)}ms` : null),
    fact: (f) => (f.p50_ms === null ? '' : `p50 ${durationText(f.p50_ms)}`),
    foot: (c) => <Spark values={c.p95} />,
  },
  {
    id: 'denial_rate',
    label: 'Denial rate',
    hint: 'The share of all calls that the gateway refused.',
    wish: 'down',
    amount: (f) => share(f.denied_requests, f),
    text: percentText,
    term: () => 'granted:false',
    fact: (f) => `${countText(f.total_calls)} calls`,
    foot: (_, f) => <Meter share={share(f.denied_requests, f)} />,
  },
  {
    id: 'top_reason',
    label: 'Most frequent reason',
    wish: 'down',
    amount: (f) => topReason(f)?.[1] ?? 0,
    text: countText,
    term: (f) => (topReason(f) ? `reason:${topReason(f)?.[0]}` : 'granted:false'),
    fact: (f) => (topReason(f)?.[0] ?? 'none').replaceAll('_', ' '),
    isFactFirst: true,
    foot: (_, f) => <Meter share={(topReason(f)?.[1] ?? 0) / (f.denied_requests || 1)} />,
  },
  answered('401', 'Not signed in', 'Calls answered with 401: no valid credentials came with them.'),
  answered('403', 'Not allowed', 'Calls answered with 403: the caller is known and may not do this.'),
  answered('429', 'Over a limit', 'Calls answered with 429: a rate limit or a quota was used up.'),
  {
    id: 'client_errors',
    label: '4xx',
    hint: 'Calls answered with 400 to 499, by the number of the code.',
    wish: 'down',
    amount: (f) => endedWith(f, '4'),
    text: countText,
    term: () => 'status_class:4xx',
    fact: (f) => `${percentText(share(endedWith(f, '4'), f))} of all calls`,
    foot: (c) => <Spark values={c.client} />,
  },
  {
    id: 'server_errors',
    label: '5xx',
    hint: 'Calls answered with 500 to 599, by the number of the code.',
    wish: 'down',
    amount: (f) => endedWith(f, '5'),
    text: countText,
    term: () => 'status_class:5xx',
    fact: (f) => `${percentText(share(endedWith(f, '5'), f))} of all calls`,
    foot: (c) => <Spark values={c.server} />,
  },
  {
    id: 'p50',
    label: 'p50 response time',
    hint: 'Half of the calls were answered at least this fast.',
    wish: 'down',
    amount: (f) => f.p50_ms,
    text: durationText,
    term: (f) => (f.p50_ms ? `duration:>=${Math.round(f.p50_ms)}ms` : null),
    foot: (c) => <Spark values={c.p50} />,
  },
  {
    id: 'p99',
    label: 'p99 response time',
    hint: '99 of 100 calls were answered at least this fast.',
    wish: 'down',
    amount: (f) => f.p99_ms,
    text: durationText,
    term: (f) => (f.p99_ms ? `duration:>=${Math.round(f.p99_ms)}ms` : null),
    foot: (c) => <Spark values={c.p99} />,
  },
]

export function figuresOf(ids: string[]): Kpi[] {
  return ids.flatMap((id) => KEY_FIGURES.find((figure) => figure.id === id) ?? [])
}
