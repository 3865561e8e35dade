// The key figures of the range, each with its change and each a way into Access logs.
import type { ReactNode } from 'react'
import { useAnswer } from '../api/queries'
import type { Figures, Summary } from '../api/types'
import { ChangeMark, type Wish } from '../charts/change'
import { type PanelMoves, usePanelData } from '../charts/panel'
import { totals, type Values } from '../charts/paths'
import { courses, gathered, Spark } from '../charts/spark'
import { Hint } from '../parts/button'
import { ErrorState, Skeleton } from '../parts/state'
import { countText, durationText, exactText, percentText } from '../state/numbers'
import type { View } from '../state/view'
import { clockText, dayText } from '../state/zone'
import css from './kpi-strip.module.css'

const HOUR = 3_600_000

type Kpi = {
  label: string
  hint?: string
  wish: Wish
  amount: (f: Figures) => number | null
  text: (value: number | null) => string
  /** The filter that shows the calls behind the figure. */
  term?: string
  note?: (f: Figures) => ReactNode
  /** What stands under the figure when there is nothing to compare it with. */
  fact?: (f: Figures) => string
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

const KPIS: Kpi[] = [
  {
    label: 'Total calls',
    wish: 'none',
    amount: (f) => f.total_calls,
    text: countText,
    fact: (f) => (f.from && f.to ? rateText(f.total_calls, Date.parse(f.to) - Date.parse(f.from)) : ''),
  },
  {
    label: 'Unique consumers',
    wish: 'none',
    amount: (f) => f.unique_consumers,
    text: countText,
    note: (f) => `${countText(f.unidentified_calls)} unidentified`,
  },
  {
    label: 'Average per day',
    wish: 'none',
    amount: (f) => f.avg_calls_per_day,
    text: (v) => countText(v === null ? v : Math.round(v)),
    fact: (f) => `${countText(Math.round(f.avg_calls_per_day / 24))} per hour`,
  },
  {
    label: 'Success rate',
    hint: 'Calls answered with 2xx, out of all calls. Denied calls count as failures.',
    wish: 'up',
    amount: (f) => f.success_rate,
    text: percentText,
    term: '-status_class:2xx',
    fact: (f) => `${countText(f.total_calls - endedWith(f, '2'))} without 2xx`,
  },
  {
    label: 'Availability',
    hint: 'Calls not answered with 5xx, out of all calls.',
    wish: 'up',
    amount: (f) => f.availability,
    text: percentText,
    term: 'status_class:5xx',
    fact: (f) => `${countText(endedWith(f, '5'))} with 5xx`,
  },
  {
    label: 'Denied',
    hint: 'Calls that the gateway refused. A 401 or 403 of a backend is not a denial.',
    wish: 'down',
    amount: (f) => f.denied_requests,
    text: countText,
    term: 'granted:false',
    fact: (f) => `${percentText(f.denied_requests / f.total_calls)} of all calls`,
  },
]

export function useSummary(view: View) {
  return useAnswer<Summary>('/summary', { ...view.asked, tz: view.tz }, { live: view.live })
}

/** The course of the figures, from answers that panels below ask for anyway. */
function useCourses(view: View, step: string | undefined, isOn: boolean): Record<string, Values> {
  const traffic = usePanelData('calls_by_status_class', view, undefined, isOn).data
  const denials = usePanelData('denied_over_time', view, undefined, isOn).data
  const latency = usePanelData('latency_percentiles', view, step, isOn).data
  const { calls, success, available } = courses(traffic)
  return {
    'Total calls': calls,
    'Success rate': success,
    Availability: available,
    Denied: gathered(totals((denials?.series ?? []).map((s) => s.values))),
    p95: (latency?.series ?? []).find((s) => s.key === 'p95')?.values ?? [],
  }
}

export function KpiStrip({ view, step, moves }: { view: View; step: string | undefined; moves: PanelMoves }) {
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
        <Tile key={kpi.label} label={kpi.hint ? <Hint text={kpi.hint}>{kpi.label}</Hint> : kpi.label} isLoading={!now}>
          {now && <KpiBody kpi={kpi} now={now} then={then} onOpen={() => moves.open(kpi.term ?? null, false)} />}
          {now?.total_calls ? <Spark values={course[kpi.label] ?? []} isRate={kpi.text === percentText} /> : null}
        </Tile>
      ))}
      <Tile label="Peak hour" isLoading={!now}>
        {now && <PeakHour peak={now.peak_hour} before={then?.peak_hour ?? null} tz={view.tz} moves={moves} />}
      </Tile>
      <Tile
        label={<Hint text="95 of 100 calls were answered at least this fast.">p95 response time</Hint>}
        isLoading={!now}
      >
        {now && (
          <Figure
            value={durationText(now.p95_ms)}
            exact={durationText(now.p95_ms)}
            onOpen={() => moves.open(now.p95_ms ? `duration:>=${Math.round(now.p95_ms)}ms` : null, false)}
            change={then && <ChangeMark change={ratio(now.p95_ms, then.p95_ms)} previous={then.p95_ms} wish="down" />}
            note={now.p50_ms === null ? '' : `p50 ${durationText(now.p50_ms)}`}
          />
        )}
        {now?.total_calls ? <Spark values={course.p95 ?? []} /> : null}
      </Tile>
    </section>
  )
}

function Tile({ label, isLoading, children }: { label: ReactNode; isLoading: boolean; children: ReactNode }) {
  return (
    <div className={css.tile}>
      <div className={css.label}>{label}</div>
      {isLoading ? <Skeleton height={46} width="80%" /> : children}
    </div>
  )
}

function KpiBody({ kpi, now, then, onOpen }: { kpi: Kpi; now: Figures; then: Figures | null; onOpen: () => void }) {
  const value = kpi.amount(now)
  const before = then ? kpi.amount(then) : null
  const isRate = kpi.text === percentText
  const under = kpi.note?.(now) ?? (then ? `before ${kpi.text(before)}` : kpi.fact?.(now))
  return (
    <Figure
      value={kpi.text(value)}
      exact={isRate ? kpi.text(value) : exactText(value)}
      onOpen={onOpen}
      change={
        then &&
        (isRate ? (
          <Points now={value} before={before} />
        ) : (
          <ChangeMark
            change={ratio(value, before)}
            previous={before}
            wish={kpi.wish}
            state={before === 0 && value ? 'new' : null}
          />
        ))
      }
      note={now.total_calls ? under : ''}
    />
  )
}

/** Rates change by points: from 98 % to 99 % is +1.0 points. */
function Points({ now, before }: { now: number | null; before: number | null }) {
  if (now === null || before === null) return null
  const points = Math.round((now - before) * 1000) / 10
  const tone = points === 0 ? '' : points > 0 ? css.good : css.bad
  return (
    <span className={`${css.points} ${tone}`}>
      {points > 0 ? '+' : points < 0 ? '−' : ''}
      {Math.abs(points).toFixed(1)} pt
    </span>
  )
}

function PeakHour({
  peak,
  before,
  tz,
  moves,
}: {
  peak: Figures['peak_hour']
  before: Figures['peak_hour']
  tz: string
  moves: PanelMoves
}) {
  if (!peak) return <Figure value="–" exact="" note="" change={null} onOpen={() => moves.open(null, false)} />
  const from = Date.parse(peak.start)
  return (
    <Figure
      value={clockText(from, tz, false)}
      exact={`${dayText(from, tz)} ${clockText(from, tz, false)} – ${clockText(from + HOUR, tz, false)}, ${exactText(peak.calls)} calls`}
      onOpen={() => moves.open(null, false, { from, to: from + HOUR })}
      change={before && <ChangeMark change={ratio(peak.calls, before.calls)} previous={before.calls} />}
      note={`${dayText(from, tz)}, ${countText(peak.calls)} calls`}
    />
  )
}

function Figure(props: { value: string; exact: string; note: ReactNode; change: ReactNode; onOpen: () => void }) {
  return (
    <>
      <button type="button" className={css.value} title={props.exact} onClick={props.onOpen}>
        {props.value}
      </button>
      <div className={css.line}>
        {props.change}
        <span className={css.note}>{props.note}</span>
      </div>
    </>
  )
}

function ratio(now: number | null, before: number | null): number | null {
  return now === null || !before ? null : now / before - 1
}
