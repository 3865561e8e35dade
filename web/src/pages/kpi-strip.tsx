// The key figures of the range, each with its change and its course, and each a way into Access logs.
import type { ReactNode } from 'react'
import { useAnswer } from '../api/queries'
import type { Figures, PanelData, Summary } from '../api/types'
import { ChangeMark, type Wish } from '../charts/change'
import { type PanelMoves, usePanelData } from '../charts/panel'
import { totals, type Values } from '../charts/paths'
import { courses, gathered, Meter, peakBars, Spark } from '../charts/spark'
import { Hint } from '../parts/button'
import { Stat } from '../parts/stat'
import { ErrorState } from '../parts/state'
import { countText, durationText, exactText, percentText, pointsText } from '../state/numbers'
import type { View } from '../state/view'
import { clockText, dayText } from '../state/zone'
import css from './kpi-strip.module.css'

const HOUR = 3_600_000

type Courses = Record<'calls' | 'success' | 'available' | 'denied' | 'p95', Values> & { traffic: PanelData | undefined }

type Kpi = {
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

export const KPIS: Kpi[] = [
  {
    label: 'Total calls',
    wish: 'none',
    amount: (f) => f.total_calls,
    text: countText,
    fact: (f) => (f.from && f.to ? rateText(f.total_calls, Date.parse(f.to) - Date.parse(f.from)) : ''),
    foot: (c) => <Spark values={c.calls} />,
  },
  {
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
    label: 'Average per day',
    wish: 'none',
    amount: (f) => f.avg_calls_per_day,
    text: (v) => countText(v === null ? v : Math.round(v)),
    fact: (f) => `${countText(Math.round(f.avg_calls_per_day / 24))} per hour`,
    foot: (c) => <Spark values={c.calls} look="mean" />,
  },
  {
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
    label: 'p95 response time',
    hint: '95 of 100 calls were answered at least this fast.',
    wish: 'down',
    amount: (f) => f.p95_ms,
    text: durationText,
    term: (f) => (f.p95_ms ? `duration:>=${Math.round(f.p95_ms)}ms` : null),
    fact: (f) => (f.p50_ms === null ? '' : `p50 ${durationText(f.p50_ms)}`),
    foot: (c) => <Spark values={c.p95} />,
  },
]

export function useSummary(view: View) {
  return useAnswer<Summary>('/summary', { ...view.asked, tz: view.tz, ...view.compared }, { live: view.live })
}

/** The course of the figures, from answers that panels below ask for anyway. */
function useCourses(view: View, step: string | undefined, isOn: boolean): Courses {
  const traffic = usePanelData('calls_by_status_class', view, undefined, isOn).data
  const denials = usePanelData('denied_over_time', view, undefined, isOn).data
  const latency = usePanelData('latency_percentiles', view, step, isOn).data
  return {
    traffic,
    ...courses(traffic),
    denied: gathered(totals((denials?.series ?? []).map((s) => s.values))),
    p95: (latency?.series ?? []).find((s) => s.key === 'p95')?.values ?? [],
  }
}

type StripProps = {
  view: View
  step: string | undefined
  moves: PanelMoves
  /** A comparison is asked for, but there is too little before this range. */
  isFirst: boolean
}

export function KpiStrip({ view, step, moves, isFirst }: StripProps) {
  const answer = useSummary(view)
  const course = useCourses(view, step, Boolean(answer.data?.total_calls))
  if (answer.isError && !answer.data) {
    return (
      <div className={css.failed}>
        <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
      </div>
    )
  }
  const now = answer.data
  const then = view.compares ? (now?.previous ?? null) : null
  return (
    <section className={css.strip} aria-label="Key figures" aria-busy={answer.isPlaceholderData || !now}>
      {KPIS.map((kpi) => (
        <Tile key={kpi.label} {...{ kpi, now, then, course, moves, isFirst }} tz={view.tz} />
      ))}
    </section>
  )
}

type TileProps = {
  kpi: Kpi
  now: Figures | undefined
  then: Figures | null
  course: Courses
  tz: string
  moves: PanelMoves
  isFirst: boolean
}

function Tile({ kpi, now, then, course, tz, moves, isFirst }: TileProps) {
  const label = kpi.hint ? <Hint text={kpi.hint}>{kpi.label}</Hint> : kpi.label
  if (!now)
    return (
      <div className={css.tile}>
        <Stat label={label} value={undefined} />
      </div>
    )
  const isRate = kpi.text === percentText
  const value = kpi.amount(now)
  const before = then ? kpi.amount(then) : null
  const shown = kpi.shown?.(now, tz) ?? { value: kpi.text(value), exact: isRate ? '' : exactText(value) }
  const fact = isFirst && kpi === KPIS[0] ? 'nothing before it' : (kpi.fact?.(now) ?? '')
  const under = then && before !== null ? `was ${kpi.text(before)}` : fact
  return (
    <div className={css.tile}>
      <Stat
        label={label}
        value={shown.value}
        exact={shown.exact}
        href={moves.href(kpi.term?.(now) ?? null, kpi.part?.(now))}
        change={then && <KpiChange {...{ kpi, value, before, isRate }} />}
        note={now.total_calls ? (kpi.note?.(now, tz) ?? under) : ''}
      >
        <div className={css.foot}>{now.total_calls ? kpi.foot(course, now) : null}</div>
      </Stat>
    </div>
  )
}

/** Rates change by points: from 98 % to 99 % is +1.0 points. */
function KpiChange(props: { kpi: Kpi; value: number | null; before: number | null; isRate: boolean }) {
  const { kpi, value, before, isRate } = props
  if (value === null || before === null) return null
  if (isRate) return <ChangeMark change={value - before} wish={kpi.wish} text={pointsText(value - before)} />
  const state = before === 0 && value ? 'new' : null
  return <ChangeMark change={before ? value / before - 1 : null} previous={before} wish={kpi.wish} state={state} />
}
