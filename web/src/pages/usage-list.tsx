// The list of one dimension: every row with its calls, share, change, course, errors, denials, latency and when it was seen.

import { useAnswer } from '../api/queries'
import type { Diagnosis } from '../api/types'
import type { Dimension, Usage, UsageRow } from '../api/usage'
import { useUsage } from '../api/usage'
import { ChangeMark } from '../charts/change'
import type { PanelMoves } from '../charts/panel'
import { course, Spark } from '../charts/spark'
import { Instant } from '../parts/instant'
import { Go } from '../parts/link'
import { useNarrow } from '../parts/narrow'
import { Diagnosed, EmptyState, ErrorState, sentence } from '../parts/state'
import { type Sort, Table, type TableColumn } from '../parts/table'
import { withTerm } from '../state/filter'
import { bytesText, countText, durationText, exactText, percentText } from '../state/numbers'
import type { View } from '../state/view'
import { clockText, dayText } from '../state/zone'
import { entityPath } from './entity'
import { labelOf, nounOf, pluralOf } from './entity-label'
import { EntityName } from './entity-name'
import { Pager } from './pager'
import css from './usage-list.module.css'

export const PAGE_ROWS = 50
const DEFAULT_SORT = 'calls'
/** Columns for a phone, where each row is a card. */
const PHONE = ['name', 'calls', 'share', 'change', 'denied', 'errors', 'p95', 'last_seen']

type Props = { dimension: Dimension; view: View; moves: PanelMoves }

/** Names are asked for from A, numbers from the largest. */
const firstWay = (id: string) => (id === 'name' ? 'up' : 'down')
const turned = (way: Sort['way']) => (way === 'up' ? 'down' : 'up')

/** The order as the address has it: a minus turns it round. */
export function sortOf({ search }: View): Sort {
  const text = search.sort ?? DEFAULT_SORT
  const id = text.replace(/^-/, '')
  return { id, way: text === id ? firstWay(id) : turned(firstWay(id)) }
}

export function sortText({ id, way }: Sort): string | undefined {
  const text = way === firstWay(id) ? id : `-${id}`
  return text === DEFAULT_SORT ? undefined : text
}

/** What is asked of the server. */
export function askOf(view: View) {
  const { id, way } = sortOf(view)
  return { sort: id, order: way === 'up' ? ('asc' as const) : ('desc' as const), search: view.search.q }
}

/** The page of the list that the address names. */
export function useUsageList(dimension: Dimension, view: View) {
  return useUsage(dimension.id, view, { ...askOf(view), limit: PAGE_ROWS, offset: Number(view.search.at ?? 0) })
}

export function UsageList({ dimension, view, moves }: Props) {
  const isNarrow = useNarrow()
  const offset = Number(view.search.at ?? 0)
  const answer = useUsageList(dimension, view)
  const data = answer.data
  if (answer.isError && !data) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const rows = data?.rows ?? []
  const most = Math.max(0, ...rows.map((row) => row.p95 ?? 0))
  const hasBytes = rows.some((row) => row.bytes !== null)
  const columns = columnsOf(dimension, view, moves, most).filter(
    ({ id }) => (!isNarrow || PHONE.includes(id)) && (id !== 'bytes' || hasBytes),
  )
  return (
    <div className={css.card} data-renewing={answer.isPlaceholderData || undefined}>
      {data && <Facts {...{ data, dimension, moves }} />}
      <Table
        label={dimension.title}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.key}
        sort={sortOf(view)}
        onSort={(sort) => view.set({ sort: sortText(sort), at: undefined })}
        loadingRows={answer.isPending ? 12 : 0}
        empty={<Empty {...{ dimension, view }} isSearch={view.search.q !== undefined} />}
      />
      {data && (
        <Pager
          first={offset}
          shown={rows.length}
          total={data.rows_total}
          size={PAGE_ROWS}
          what={data.rows_total === 1 ? nounOf(dimension) : pluralOf(dimension)}
          onGo={(at) => view.set({ at: at ? String(at) : undefined })}
        />
      )}
    </div>
  )
}

/** What the list does not show: calls without a value, and what the server notes about the numbers. */
function Facts({ data, dimension, moves }: { data: Usage; dimension: Dimension; moves: PanelMoves }) {
  // How many are not listed is said with the way to them.
  const note = (data.note ?? '')
    .split('; ')
    .filter((part) => !/not listed$/.test(part))
    .join('; ')
  if (!data.missing && !note) return null
  return (
    <p className={css.facts}>
      {data.missing > 0 && (
        <Go href={moves.href(data.missing_filter)} className={css.link}>
          {countText(data.missing)} {data.missing === 1 ? 'call has' : 'calls have'} no {nounOf(dimension)}
          {data.total > 0 && ` (${percentText(data.missing / data.total)})`}
        </Go>
      )}
      {note && <span>{sentence(note)}</span>}
    </p>
  )
}

function Empty({ dimension, view, isSearch }: { dimension: Dimension; view: View; isSearch: boolean }) {
  const answer = useAnswer<{ diagnosis: Diagnosis[] }>('/diagnose', view.asked, { enabled: !isSearch })
  if (isSearch) return <EmptyState title={`No ${nounOf(dimension)} has this text`} icon="search" isCompact />
  const title = `No call of a known ${nounOf(dimension)} in this range`
  return <Diagnosed title={title} view={view} diagnosis={answer.data?.diagnosis ?? []} />
}

type Column = TableColumn<UsageRow>

function columnsOf(dimension: Dimension, view: View, moves: PanelMoves, mostMs: number): Column[] {
  const { tz } = view
  /** A number that leads to the calls it counts. */
  const calls = (id: string, label: string, of: (row: UsageRow) => number, term = '', rate = true): Column => ({
    id,
    label,
    isNumber: true,
    canSort: true,
    cell: (row) => {
      const count = of(row)
      if (!count) return <span className="quiet">0</span>
      const share = rate && row.calls ? `, ${percentText(count / row.calls)} of its calls` : ''
      return (
        <Go href={moves.href(withTerm(row.filter, term))} className={css.link} title={`${exactText(count)}${share}`}>
          {countText(count)}
        </Go>
      )
    },
  })
  const seen = (id: 'first_seen' | 'last_seen', label: string): Column => ({
    id,
    label,
    isNumber: true,
    canSort: true,
    cell: (row) => <Seen at={row[id]} tz={tz} />,
  })
  const compared: Column[] = view.compares
    ? [
        {
          id: 'change',
          label: 'Change',
          isNumber: true,
          canSort: true,
          cell: (row) => <ChangeMark change={row.change} state={row.state} previous={row.previous} />,
        },
      ]
    : []
  const timed: Column[] = dimension.has_latency
    ? [
        {
          id: 'p95',
          label: 'p95',
          isNumber: true,
          canSort: true,
          cell: (row) => <span title={`p50 ${durationText(row.p50)}`}>{durationText(row.p95, mostMs)}</span>,
        },
      ]
    : []
  return [
    {
      id: 'name',
      label: dimension.one,
      canSort: true,
      cell: (row) => (
        <EntityName
          row={row.label === row.key ? { ...row, label: labelOf(dimension.id, row.key) } : row}
          moves={moves}
          href={row.key ? entityPath(dimension.id, row.key, view.search) : null}
        />
      ),
    },
    calls('calls', 'Calls', (row) => row.calls, '', false),
    { id: 'share', label: 'Share', isNumber: true, canSort: true, cell: (row) => <Share of={row.share} /> },
    ...compared,
    { id: 'spark', label: 'Course', cell: (row) => <Course row={row} /> },
    calls('client_errors', '4xx', (row) => row.client_errors, 'status_class:4xx'),
    calls('errors', '5xx', (row) => row.errors, 'status_class:5xx'),
    calls('denied', 'Denied', (row) => row.denied, 'granted:false'),
    {
      id: 'denial_rate',
      label: 'Denial rate',
      isNumber: true,
      canSort: true,
      cell: (row) => percentText(row.calls ? row.denied / row.calls : null),
    },
    ...timed,
    { id: 'bytes', label: 'Data', isNumber: true, canSort: true, cell: (row) => bytesText(row.bytes) },
    seen('first_seen', 'First seen'),
    seen('last_seen', 'Last seen'),
  ]
}

function Share({ of }: { of: number }) {
  return (
    <span className={css.share}>
      <span className={css.track} aria-hidden="true">
        <span className="mark" style={{ width: `${Math.min(1, of) * 100}%` }} />
      </span>
      <span className={css.percent}>{percentText(of)}</span>
    </span>
  )
}

const Course = ({ row }: { row: UsageRow }) => (
  <span className={css.course}>
    <Spark values={course(row.spark)} />
  </span>
)

/** To the minute at most: what is known is the hour. */
export function Seen({ at, tz }: { at: string | null; tz: string }) {
  if (!at) return <span className="quiet">–</span>
  const ms = Date.parse(at)
  return (
    <Instant at={at} tz={tz}>
      {dayText(ms, tz)}, {clockText(ms, tz, false)}
    </Instant>
  )
}
