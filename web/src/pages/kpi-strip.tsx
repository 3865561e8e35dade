// The key figures of the range, each with its change and its course, and each a way into Access logs.
import { useAnswer } from '../api/queries'
import type { Figures, Summary } from '../api/types'
import { ChangeMark } from '../charts/change'
import { type PanelMoves, usePanelData } from '../charts/panel'
import { totals } from '../charts/paths'
import { useSheet } from '../charts/sheets'
import { courses, gathered } from '../charts/spark'
import type { Twin } from '../charts/twin'
import { Hint } from '../parts/button'
import { Stat } from '../parts/stat'
import { ErrorState } from '../parts/state'
import { durationText, exactText, percentText, pointsText } from '../state/numbers'
import type { View } from '../state/view'
import { type Courses, figuresOf, type Kpi } from './key-figures'
import css from './kpi-strip.module.css'

export function useSummary(view: View) {
  return useAnswer<Summary>('/summary', { ...view.asked, tz: view.tz, ...view.compared }, { live: view.live })
}

/** The course of the figures, from answers that panels below ask for anyway. */
function useCourses(view: View, step: string | undefined, calm: string | undefined, isOn: boolean): Courses {
  const traffic = usePanelData('calls_by_status_class', view, step, isOn).data
  const denials = usePanelData('denied_over_time', view, step, isOn).data
  const latency = usePanelData('latency_percentiles', view, calm, isOn).data
  const percentile = (key: string) => (latency?.series ?? []).find((s) => s.key === key)?.values ?? []
  const ended = (key: string) => gathered((traffic?.series ?? []).find((s) => s.key === key)?.values ?? [])
  return {
    traffic,
    ...courses(traffic),
    client: ended('4xx'),
    server: ended('5xx'),
    denied: gathered(totals((denials?.series ?? []).map((s) => s.values))),
    p50: percentile('p50'),
    p95: percentile('p95'),
    p99: percentile('p99'),
  }
}

const unitOf = ({ text }: Kpi) => (text === percentText ? 'share of 1' : text === durationText ? 'ms' : 'calls')

/** Every figure with every digit. */
function figuresTwin(kpis: Kpi[], now: Summary, view: View): Twin {
  const then = view.compares ? (now.previous ?? null) : null
  const row = (kpi: Kpi) => [kpi.label, kpi.amount(now), ...(then ? [kpi.amount(then)] : []), unitOf(kpi)]
  const labels = ['Figure', 'Value', ...(then ? ['Previous'] : []), 'Unit']
  return { columns: labels.map((label) => ({ label, unit: '' })), rows: kpis.map(row), tz: view.tz }
}

type StripProps = {
  /** Their ids. */
  figures: string[]
  view: View
  /** As the page is drawn, and for latency, where traffic is thin. */
  step: string | undefined
  calm: string | undefined
  moves: PanelMoves
  /** A comparison is asked for, but there is too little before this range. */
  isFirst: boolean
}

export function KpiStrip({ figures, view, step, calm, moves, isFirst }: StripProps) {
  const answer = useSummary(view)
  const course = useCourses(view, step, calm, Boolean(answer.data?.total_calls))
  const kpis = figuresOf(figures)
  useSheet('Key figures', () => (answer.data ? figuresTwin(kpis, answer.data, view) : null))
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
    <section
      className={css.strip}
      style={{ '--tiles': kpis.length, '--half': Math.ceil(kpis.length / 2) } as React.CSSProperties}
      aria-label="Key figures"
      aria-busy={answer.isPlaceholderData || !now}
    >
      {kpis.map((kpi, i) => (
        <Tile key={kpi.id} {...{ kpi, now, then, course, moves }} isFirst={isFirst && i === 0} tz={view.tz} />
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
  const fact = isFirst ? 'nothing before it' : (kpi.fact?.(now) ?? '')
  const under = then && before !== null && !kpi.isFactFirst ? `was ${kpi.text(before)}` : fact
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
