// Overview: key figures and the panels the server offers, all filtered and compared alike.
import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Problem } from '../api/client'
import { useAnswer, usePanels } from '../api/queries'
import type { EventsPage, Panel, Summary } from '../api/types'
import { PanelCard, type PanelMoves, type Spans } from '../charts/panel'
import { picked, pickedIn } from '../charts/pick'
import { Card } from '../parts/card'
import { Diagnosed, ErrorState, PanelSkeleton } from '../parts/state'
import { Bar } from '../shell/bar'
import { FilterRefused, isFilterProblem } from '../shell/filter-problem'
import { only, without, withTerm } from '../state/filter'
import { iso } from '../state/range'
import { writeSearch } from '../state/search'
import { logsSearch, useView, type View } from '../state/view'
import { KpiStrip, useSummary } from './kpi-strip'
import css from './overview.module.css'

/** Order and width of the panels we know, of twelve columns, on a screen and on a very wide one. */
const LAYOUT: [id: string, span: number, wideSpan: number][] = [
  ['calls_by_status_class', 8, 5],
  ['denied_by_reason', 4, 3],
  ['latency_percentiles', 8, 4],
  ['status_breakdown', 4, 3],
  ['top_consumers', 4, 3],
  ['top_routes', 4, 3],
  ['usage_by_group', 4, 3],
  ['errors_over_time', 6, 4],
  ['errors', 6, 4],
  ['errors_by_route_and_day', 4, 4],
  ['denied_over_time', 4, 6],
  ['new_consumers', 4, 6],
]
const COLUMNS = 12
const HERE = 'overview'
/** The figures that the strip shows, and panels of other pages of a server that does not say which page they are for. */
const ELSEWHERE = /^(kpi_.*|calls_over_time|consumers_per_day|route_latency)$/

const isHere = (panel: Panel & { page?: string }) => !ELSEWHERE.test(panel.id) && (panel.page ?? HERE) === HERE

export type Placed = { panel: Panel; spans: Spans }

/** The known panels in our order, then what a newer server offers in its own, by its chart kind; no row has a hole. */
export function composed(panels: Panel[]): Placed[] {
  const byId = new Map(panels.map((panel) => [panel.id, panel]))
  const known = LAYOUT.flatMap(([id, span, wideSpan]) => {
    const panel = byId.get(id)
    return panel ? [{ panel, span, wideSpan }] : []
  })
  const placed = new Set(known.map(({ panel }) => panel.id))
  const rest = panels
    .filter((panel) => !placed.has(panel.id) && isHere(panel))
    .map((panel) => ({ panel, span: panel.chart === 'stat' ? 3 : 6, wideSpan: panel.chart === 'stat' ? 3 : 4 }))
  const all = [...known, ...rest]
  const span = packed(all.map((one) => one.span))
  const wide = packed(all.map((one) => one.wideSpan))
  const small = packed(all.map(() => COLUMNS / 2))
  const at = (spans: number[], i: number) => spans[i] ?? COLUMNS
  return all.map(({ panel }, i) => ({
    panel,
    spans: { span: at(span, i), wideSpan: at(wide, i), smallSpan: at(small, i) },
  }))
}

/** Widens what stands in a row that would not be full. */
export function packed(spans: number[]): number[] {
  const rows: number[][] = [[]]
  for (const span of spans) {
    const row = rows.at(-1) as number[]
    if (row.length && row.reduce((sum, s) => sum + s, 0) + span > COLUMNS) rows.push([span])
    else row.push(span)
  }
  return rows.flatMap((row) => {
    let spare = COLUMNS - row.reduce((sum, s) => sum + s, 0)
    return row.map((span, i) => {
      const more = Math.ceil(spare / (row.length - i))
      spare -= more
      return span + more
    })
  })
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

const FIRST_DAYS = 50

/** A first day has nothing before it, or its first minutes: `new` and ×325 beside every row would say nothing. */
export function isComparable(summary: Pick<Summary, 'total_calls' | 'previous'> | undefined): boolean {
  return !summary || summary.previous.total_calls * FIRST_DAYS >= Math.max(1, summary.total_calls)
}

export function Overview() {
  const asked = useView()
  const panels = usePanels()
  const moves = useMoves(asked)
  const summary = useSummary(asked)
  const hasBefore = isComparable(summary.data)
  const view = useMemo(() => ({ ...asked, compares: asked.compares && hasBefore }), [asked, hasBefore])
  const calm = calmStep(summary.data)
  // A filter that cannot be read fails every panel alike: one message says so, not twelve.
  const refusal = summary.error instanceof Problem && summary.error.status === 400 ? summary.error : null
  const isEmpty = summary.data?.total_calls === 0 && !summary.isPlaceholderData
  return (
    <div className={css.scroll}>
      <Bar title="Overview" view={asked} />
      <div className={css.page}>
        {refusal &&
          (isFilterProblem(refusal) ? (
            <FilterRefused view={asked} problem={refusal} />
          ) : (
            <ErrorState error={refusal} />
          ))}
        {!refusal && <KpiStrip view={view} step={calm} moves={moves} isFirst={asked.compares && !hasBefore} />}
        {isEmpty && <Nothing view={view} />}
        {panels.isError && !panels.data && <ErrorState error={panels.error} onRetry={() => panels.refetch()} />}
        <div className={css.grid}>
          {panels.isPending &&
            LAYOUT.map(([id, span, wideSpan]) => (
              <Card key={id} title="" span={span} wideSpan={wideSpan} isBusy>
                <div className={css.waiting}>
                  <PanelSkeleton shape={span > 4 ? 'chart' : 'list'} />
                </div>
              </Card>
            ))}
          {composed(refusal || isEmpty ? [] : (panels.data?.panels ?? [])).map(({ panel, spans }) => (
            <PanelCard
              key={panel.id}
              panel={panel}
              spans={spans}
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
  const router = useRouter()
  return useMemo(() => {
    const isPicked = pickedIn(view.filter)
    const href: PanelMoves['href'] = (term, span) => {
      const filter = term && !isPicked(term) ? withTerm(view.filter, term) : view.filter
      const range = span ? { from: iso(span.from), to: iso(span.to) } : undefined
      return `/logs${writeSearch(logsSearch(view.search, filter, range))}`
    }
    return {
      href,
      open: (term, span) => router.history.push(href(term, span)),
      zoom: (from, to) => view.set({ from: iso(from), to: iso(to) }),
      pick: (term, excludes) => view.setFilter(picked(view.filter, term, excludes)),
      isPicked,
      filter: (field, value, excludes) =>
        view.setFilter(excludes ? without(view.filter, field, value) : only(view.filter, field, value)),
    }
  }, [view, router])
}
