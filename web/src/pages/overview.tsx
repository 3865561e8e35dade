// Overview: key figures and the panels the server offers, all filtered and compared alike.
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Problem } from '../api/client'
import { useAnswer, usePanels } from '../api/queries'
import type { EventsPage, Panel, Summary } from '../api/types'
import { PanelCard, type PanelMoves } from '../charts/panel'
import { Diagnosed, ErrorState, Skeleton } from '../parts/state'
import { Bar } from '../shell/bar'
import { withTerm } from '../state/filter'
import { iso } from '../state/range'
import { logsSearch, useView, type View } from '../state/view'
import { KpiStrip, useSummary } from './kpi-strip'
import css from './overview.module.css'

/** Order and width of the panels we know. Others follow in the server's order, by their chart kind. */
const LAYOUT: [id: string, span: number][] = [
  ['calls_by_status_class', 8],
  ['denied_by_reason', 4],
  ['latency_percentiles', 8],
  ['status_breakdown', 4],
  ['top_consumers', 4],
  ['top_routes', 4],
  ['usage_by_group', 4],
  ['errors_over_time', 6],
  ['errors', 6],
  ['denied_over_time', 6],
  ['new_consumers', 6],
]
/** Panels for other pages, and the figures that the strip shows. */
const ELSEWHERE = /^(kpi_.*|calls_over_time|consumers_per_day|route_latency)$/

export function composed(panels: Panel[]): { panel: Panel; span: number }[] {
  const byId = new Map(panels.map((panel) => [panel.id, panel]))
  const known = LAYOUT.flatMap(([id, span]) => {
    const panel = byId.get(id)
    return panel ? [{ panel, span }] : []
  })
  const placed = new Set(known.map(({ panel }) => panel.id))
  const rest = panels.filter((panel) => !placed.has(panel.id) && !ELSEWHERE.test(panel.id))
  return [...known, ...rest.map((panel) => ({ panel, span: panel.chart === 'stat' ? 3 : 6 }))]
}

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

export function Overview() {
  const asked = useView()
  const panels = usePanels()
  const moves = useMoves(asked)
  const summary = useSummary(asked)
  // A first day has nothing before it: `new` beside every row would say nothing.
  const hasBefore = summary.data?.previous?.total_calls !== 0
  const view = useMemo(() => ({ ...asked, compares: asked.compares && hasBefore }), [asked, hasBefore])
  const calm = calmStep(summary.data)
  // A filter that cannot be read fails every panel alike: one message says so, not twelve.
  const refusal = summary.error instanceof Problem && summary.error.status === 400 ? summary.error : null
  const isEmpty = summary.data?.total_calls === 0 && !summary.isPlaceholderData
  return (
    <div className={css.scroll}>
      <Bar title="Overview" view={asked} />
      <div className={css.page}>
        {refusal && <ErrorState error={refusal} />}
        {!refusal && <KpiStrip view={view} step={calm} moves={moves} />}
        {isEmpty && <Nothing view={view} />}
        {panels.isError && !panels.data && <ErrorState error={panels.error} onRetry={() => panels.refetch()} />}
        <div className={css.grid}>
          {panels.isPending &&
            LAYOUT.slice(0, 4).map(([id, span]) => (
              <div key={id} style={{ gridColumn: `span ${span}` }}>
                <Skeleton height={330} />
              </div>
            ))}
          {composed(refusal || isEmpty ? [] : (panels.data?.panels ?? [])).map(({ panel, span }) => (
            <PanelCard
              key={panel.id}
              panel={panel}
              span={span}
              view={view}
              moves={moves}
              step={panel.unit === 'ms' ? calm : undefined}
              isReady={panel.unit !== 'ms' || !summary.isPending}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

function Nothing({ view }: { view: View }) {
  const answer = useAnswer<EventsPage>('/events', { ...view.asked, limit: 1 })
  return <Diagnosed title="No call in this range" view={view} diagnosis={answer.data?.diagnosis ?? []} />
}

function useMoves(view: View): PanelMoves {
  const navigate = useNavigate()
  return useMemo(
    () => ({
      zoom: (from, to) => view.set({ from: iso(from), to: iso(to) }),
      open: (term, excludes, span) => {
        const own = term && excludes ? (term.startsWith('-') ? term.slice(1) : `-${term}`) : term
        const filter = own ? withTerm(view.filter, own) : view.filter
        const range = span ? { from: iso(span.from), to: iso(span.to) } : undefined
        navigate({ to: '/logs', search: logsSearch(view.search, filter, range) as never })
      },
    }),
    [view, navigate],
  )
}
