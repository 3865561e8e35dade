// How panels are drawn: one entry per chart kind. A panel of a kind nobody here has heard of is drawn by what it holds.
import { type ComponentType, lazy, Suspense, useMemo } from 'react'
import type { PanelData } from '../api/types'
import { Stat } from '../parts/stat'
import { EmptyState, PanelSkeleton } from '../parts/state'
import { termText } from '../state/filter'
import { exactText, unitText } from '../state/numbers'
import type { View } from '../state/view'
import { ChangeMark, type Wish } from './change'
import { useChangeMarks } from './change-marks'
import { Heat, type HeatRow } from './heat'
import { ListChart, nameLabel } from './list'
import { chartSeries } from './series'
import type { TimeKind } from './time-chart'
import { TimePanel } from './time-panel'
import { rowsTwin, seriesTwin, type Twin } from './twin'

/** Whether the rows are combinations of several values. */
export function isWide({ columns = [] }: Pick<PanelData, 'columns'>): boolean {
  return columns.findIndex(({ id }) => id === 'value') > 1
}

export type PanelMoves = {
  /** Filters the page by a term of the server, or takes it out again. */
  pick: (term: string, excludes: boolean) => void
  isPicked: (term: string) => boolean
  /** Filters the page by one value. */
  filter: (field: string, value: string, excludes: boolean) => void
  zoom: (from: number, to: number) => void
  /** Access logs with this term added, for this part of the range when given. */
  href: (term: string | null, span?: { from: number; to: number }) => string
  open: (term: string | null, span?: { from: number; to: number }) => void
  /** The page of one value of a field; null where it has none. */
  pageOf: (field: string, value: string) => string | null
  /** What a value is called where it alone says little: a code of a reason. */
  word?: (field: string, value: string) => string
}

/** What we know about a panel beyond what the server says: which direction is the good one, and which calls it counts. */
const ABOUT: Record<string, { wish?: Wish; term?: string }> = {
  errors: { wish: 'down', term: 'status_class:5xx' },
  errors_over_time: { wish: 'down', term: 'status_class:4xx,5xx' },
  errors_by_route_and_day: { wish: 'down', term: 'status_class:5xx' },
  denied_by_reason: { wish: 'down', term: 'granted:false' },
  denied_over_time: { wish: 'down', term: 'granted:false' },
}
type About = { id: string; page?: string; explore?: { filter?: string } | null }
/** A panel that is a question says itself which calls it counts. */
export function aboutPanel({ id, explore }: About): { wish?: Wish; term?: string } {
  const filter = explore?.filter
  const term = filter?.includes(' OR ') ? `(${filter})` : filter
  return { ...(term ? { term } : {}), ...ABOUT[id] }
}
/** Of denials, errors and time less is better; of what else stands on their pages nobody knows. */
const wishOf = (panel: About & { unit?: string }): Wish =>
  aboutPanel(panel).wish ??
  (panel.page === 'denials' || /^error/.test(panel.id) || panel.unit === 'ms' ? 'down' : 'none')

/** Few pages have tables of many columns. */
const WideTable = lazy(() => import('./wide-table'))

export type KindProps = { data: PanelData; view: View; moves: PanelMoves }
export type Kind = {
  names: string[]
  /** Cards as high as their content, instead of as high as all others. */
  isLow?: boolean
  /** Its drawing is a table already. */
  isTable?: boolean
  /** What was changed can be marked on it. */
  hasTime?: boolean
  Draw: ComponentType<KindProps>
  twin: (data: PanelData, view: View) => Twin | null
}

const TIME: Kind = {
  names: ['bars', 'area', 'line'],
  hasTime: true,
  Draw: TimeBody,
  twin: (data, view) =>
    data.series ? seriesTwin(chartSeries(data.series, view.compares), edgesOf(data), data.panel.unit, view.tz) : null,
}

const HEAT: Kind = {
  names: ['heat'],
  Draw: HeatBody,
  twin: (data, view) => {
    const labels = labelsOf(data)
    if (!labels || !data.series) return TIME.twin(data, view)
    const { unit } = data.panel
    return {
      columns: [{ label: data.panel.title, unit: 'text' }, ...data.series.map(({ label }) => ({ label, unit }))],
      rows: labels.map((label, i) => [label, ...(data.series ?? []).map(({ values }) => values[i])]),
      tz: view.tz,
    }
  },
}

const LIST: Kind = {
  names: ['toplist', 'table'],
  isTable: true,
  Draw: ListBody,
  twin: (data, view) => (data.rows ? rowsTwin(data, nameLabel(data), view.compares) : null),
}

const STAT: Kind = {
  names: ['stat'],
  isLow: true,
  isTable: true,
  Draw: StatBody,
  twin: ({ panel, value, tz }) => ({
    columns: [{ label: panel.title, unit: panel.unit }],
    rows: [[value ?? null]],
    tz,
  }),
}

export const KINDS: Kind[] = [TIME, HEAT, LIST, STAT]

/** By its declared kind; else by what the answer holds; until then like a list. */
export function kindOf(chart: string, data?: PanelData): Kind {
  const declared = KINDS.find((kind) => kind.names.includes(chart))
  if (declared) return declared
  if (data?.series) return TIME
  if (data && !data.rows && data.value !== undefined) return STAT
  return LIST
}

const INSTANT = /^\d{4}-\d\d-\d\dT/
const HOUR = /^\d\d$/

/** Columns that are no parts of the range: hours of a day, `00` to `23`, or values of a field. */
export function labelsOf({ buckets = [] }: { buckets?: string[] }): string[] | undefined {
  if (buckets.length === 0 || buckets.every((text) => INSTANT.test(text))) return undefined
  return buckets.map((text) => (HOUR.test(text) ? `${text}:00` : text))
}

export function edgesOf(answer: { buckets?: string[]; to: string }): number[] {
  if (labelsOf(answer)) return [...(answer.buckets ?? []), ''].map((_, i) => i)
  const starts = (answer.buckets ?? []).map((text) => Date.parse(text))
  const end = Date.parse(answer.to)
  return starts.length ? [...starts, Math.max(end, (starts.at(-1) as number) + 1)] : []
}

/** Of a panel about some calls only it says which of them there are none. */
export function Nothing({ panel }: { panel?: About }) {
  const filter = panel?.explore?.filter
  return (
    <EmptyState isCompact icon="chart" title="Nothing in this range">
      {filter && (
        <>
          No call is <code className="mono">{filter}</code>
        </>
      )}
    </EmptyState>
  )
}

function ListBody({ data, view, moves }: KindProps) {
  if (!data.rows?.length) return <Nothing panel={data.panel} />
  const wish = wishOf(data.panel)
  if (isWide(data))
    return (
      <Suspense fallback={<PanelSkeleton shape="list" />}>
        <WideTable {...{ data, moves, wish }} compares={view.compares} />
      </Suspense>
    )
  const { word } = moves
  const named =
    data.panel.split === 'country' && word
      ? { ...data, rows: data.rows.map((row) => ({ ...row, label: word('country', row.label) })) }
      : data
  return (
    <ListChart
      data={named}
      compares={view.compares}
      wish={wish}
      onPick={moves.pick}
      isPicked={moves.isPicked}
      hrefOf={moves.href}
      pageOf={moves.pageOf}
    />
  )
}

function TimeBody({ data, view, moves }: KindProps) {
  const { panel } = data
  const edges = useMemo(() => edgesOf(data), [data])
  const series = useMemo(() => chartSeries(data.series ?? [], view.compares), [data, view.compares])
  const markers = useChangeMarks(view)
  if (edges.length < 2 || !series.some((s) => s.values.some((value) => value !== null)))
    return <Nothing panel={data.panel} />
  const { term = null } = aboutPanel(panel)
  const kind = TIME.names.includes(panel.chart) ? (panel.chart as TimeKind) : 'line'
  return (
    <TimePanel
      title={panel.title}
      kind={kind}
      edges={edges}
      series={series}
      unit={panel.unit}
      tz={view.tz}
      markers={markers}
      field={panel.split}
      onFilter={moves.filter}
      onZoom={moves.zoom}
      actions={[{ id: 'calls', label: 'Show calls', icon: 'logs', run: (from, to) => moves.open(term, { from, to }) }]}
    />
  )
}

function HeatBody({ data, view, moves }: KindProps) {
  const { panel } = data
  const rows = (data.series ?? []) as HeatRow[]
  const labels = labelsOf(data)
  const edges = useMemo(() => edgesOf(data), [data])
  if (edges.length < 2 || rows.length === 0) return <Nothing panel={data.panel} />
  const { wish, term } = aboutPanel(panel)
  const termOf = (row: HeatRow) => row.filter ?? (panel.split ? termText(panel.split, row.key) : '')
  const onFilter = (row: HeatRow, excludes: boolean) => moves.pick(termOf(row), excludes)
  const onOpen = (row: HeatRow, from: number, to: number) =>
    moves.open([termOf(row), term].filter(Boolean).join(' ') || null, { from, to })
  return (
    <Heat
      title={panel.title}
      edges={edges}
      rows={rows}
      unit={panel.unit}
      tz={view.tz}
      isBad={wish === 'down'}
      labels={labels}
      {...(labels ? {} : { onFilter, onOpen })}
    />
  )
}

function StatBody({ data, moves }: KindProps) {
  const previous = typeof data.previous === 'number' ? data.previous : null
  return (
    <Stat
      label={null}
      value={unitText(data.value, data.panel.unit)}
      exact={exactText(data.value)}
      href={moves.href(aboutPanel(data.panel).term ?? null)}
      change={<ChangeMark change={data.change} previous={previous} />}
      note={previous === null ? '' : `was ${unitText(previous, data.panel.unit)}`}
    />
  )
}
