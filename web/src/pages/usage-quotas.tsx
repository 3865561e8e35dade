// How far quotas are used up: calls against the limit in its period, who was refused, and when it will be used up.
import { useState } from 'react'
import { Problem } from '../api/client'
import { type QuotaUse, useQuotas } from '../api/usage'
import type { PanelMoves, Spans } from '../charts/panel'
import { useSheet } from '../charts/sheets'
import type { Twin } from '../charts/twin'
import { Button } from '../parts/button'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton, sentence } from '../parts/state'
import { type Sort, Table, type TableColumn } from '../parts/table'
import { withTerm } from '../state/filter'
import { countText, exactText, percentText } from '../state/numbers'
import type { View } from '../state/view'
import { clockText, dayText, instantText } from '../state/zone'
import { entityPath } from './entity'
import type { OwnCardProps } from './own-cards'
import { Seen } from './usage-list'
import css from './usage-quotas.module.css'

type Props = { view: View; moves: PanelMoves; spans?: Spans; of?: string | undefined }

/** Those nearest to their limit; the others by a button, so that what follows is not far below. */
const FIRST_ROWS = 10

const WHOLE: Spans = { span: 12, wideSpan: 12, smallSpan: 12 }

/** On the page of one entity: its own. */
export const QuotasCard = ({ view, moves, spans, entity }: OwnCardProps) => (
  <Quotas view={view} moves={moves} spans={spans} of={entity?.name} />
)

export function Quotas({ view, moves, spans = WHOLE, of }: Props) {
  const answer = useQuotas(view)
  const [sort, setSort] = useState<Sort>({ id: 'share', way: 'down' })
  const [isWhole, setIsWhole] = useState(false)
  const rows = sortedQuotas(
    (answer.data?.rows ?? []).filter(({ plan, consumer, key }) => !of || [plan, consumer, key].includes(of)),
    sort,
  )
  useSheet('Quotas', () => (answer.data ? quotasTwin(rows, view.tz) : null))
  // A server that counts no quotas has nothing to say about them.
  if (answer.error instanceof Problem && answer.error.status === 404) return null
  const body = () => {
    if (answer.isError && !answer.data)
      return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
    if (!answer.data) return <PanelSkeleton shape="list" />
    return (
      <>
        {answer.data.note && <p className={css.note}>{sentence(answer.data.note)}</p>}
        <Table
          label="List of quotas"
          columns={columnsOf(view, moves)}
          rows={isWhole ? rows : rows.slice(0, FIRST_ROWS)}
          keyOf={(row) => `${row.label} ${row.plan} ${row.period_start}`}
          sort={sort}
          onSort={setSort}
          empty={
            <EmptyState title="No quota is known" icon="directory" isCompact>
              <Go href="/docs/directory" className={css.link}>
                How to add plans to the directory
              </Go>
            </EmptyState>
          }
        />
        {rows.length > FIRST_ROWS && (
          <Button onPress={() => setIsWhole(!isWhole)}>
            {isWhole ? `The first ${FIRST_ROWS} only` : `All ${exactText(rows.length)}`}
          </Button>
        )}
      </>
    )
  }
  return (
    <Card title="Quotas" question="Who uses up a plan, and when?" {...spans} isBusy={answer.isPending}>
      <div className={css.body}>{body()}</div>
    </Card>
  )
}

const FILED: [label: string, unit: string, of: (row: QuotaUse) => string | number | null | undefined][] = [
  ['Caller', 'text', (row) => row.label],
  ['Plan', 'text', (row) => row.plan],
  ['Calls', 'calls', (row) => row.calls],
  ['Limit', 'calls', (row) => row.limit],
  ['Used', 'percent', (row) => row.share],
  ['Period', 'text', (row) => row.period],
  ['Period starts', 'time', (row) => msOf(row.period_start)],
  ['Period ends', 'time', (row) => msOf(row.period_end)],
  ['Expected calls', 'calls', (row) => row.forecast?.expected_calls],
  ['Used up', 'time', (row) => msOf(row.forecast?.exhausted_at)],
  ['Refused', 'calls', (row) => row.rejected],
  ['First refused', 'time', (row) => msOf(row.first_rejected)],
  ['Last refused', 'time', (row) => msOf(row.last_rejected)],
]
const msOf = (at: string | null | undefined) => (at ? Date.parse(at) : null)

const quotasTwin = (rows: QuotaUse[], tz: string): Twin => ({
  columns: FILED.map(([label, unit]) => ({ label, unit })),
  rows: rows.map((row) => FILED.map(([, , of]) => of(row))),
  tz,
})

/** From here on a quota is nearly used up. */
const NEAR = 0.8
const stateOf = (share: number | null) => (share === null ? '' : share >= 1 ? css.full : share >= NEAR ? css.near : '')

function columnsOf(view: View, moves: PanelMoves): TableColumn<QuotaUse>[] {
  const { tz, search } = view
  return [
    {
      id: 'label',
      label: 'Caller',
      canSort: true,
      cell: (row) => {
        const href = row.consumer
          ? entityPath('consumers', row.consumer, search)
          : row.key
            ? entityPath('keys', row.key, search)
            : null
        return href ? (
          <Go href={href} className={css.link}>
            {row.label}
          </Go>
        ) : (
          row.label
        )
      },
    },
    {
      id: 'plan',
      label: 'Plan',
      canSort: true,
      cell: (row) =>
        row.plan ? (
          <Go href={entityPath('plans', row.plan, search)} className={css.link}>
            {row.plan}
          </Go>
        ) : (
          <span className="quiet">not known</span>
        ),
    },
    {
      id: 'share',
      label: 'Used',
      canSort: true,
      isNumber: true,
      cell: (row) => (
        <span className={css.used}>
          <span className={`${css.meter} ${stateOf(row.share)}`} aria-hidden="true">
            <span className="mark" style={{ width: `${Math.min(1, row.share ?? 0) * 100}%` }} />
          </span>
          <span className={css.percent}>{percentText(row.share)}</span>
        </span>
      ),
    },
    {
      id: 'calls',
      label: 'Calls of limit',
      isNumber: true,
      canSort: true,
      cell: (row) => (
        <span title={`${exactText(row.calls)} of ${exactText(row.limit)}`}>
          <Go href={moves.href(row.filter, spanOf(row))} className={css.link}>
            {countText(row.calls)}
          </Go>
          {row.limit === null ? '' : ` of ${countText(row.limit)}`}
        </span>
      ),
    },
    {
      id: 'period',
      label: 'Period',
      cell: (row) => (
        <span title={`until ${instantText(Date.parse(row.period_end), tz).slice(0, 16)} ${tz}`}>
          {row.period === 'range' ? 'this range' : `${row.period}, ends ${momentText(row.period_end, tz)}`}
        </span>
      ),
    },
    { id: 'forecast', label: 'Forecast', canSort: true, cell: (row) => <Forecast row={row} tz={tz} /> },
    {
      id: 'rejected',
      label: 'Refused',
      isNumber: true,
      canSort: true,
      cell: (row) =>
        row.rejected ? (
          <Go
            href={moves.href(withTerm(row.filter, 'reason:quota_exceeded'), spanOf(row))}
            className={css.link}
            title={exactText(row.rejected)}
          >
            {countText(row.rejected)}
          </Go>
        ) : (
          <span className="quiet">0</span>
        ),
    },
    { id: 'first', label: 'First refused', isNumber: true, cell: (row) => <Seen at={row.first_rejected} tz={tz} /> },
    { id: 'last', label: 'Last refused', isNumber: true, cell: (row) => <Seen at={row.last_rejected} tz={tz} /> },
  ]
}

const spanOf = (row: QuotaUse) => ({ from: Date.parse(row.period_start), to: Date.parse(row.period_end) })
const momentText = (at: string, tz: string) => `${dayText(Date.parse(at), tz)} ${clockText(Date.parse(at), tz, false)}`

function Forecast({ row, tz }: { row: QuotaUse; tz: string }) {
  const { forecast, share, limit } = row
  if (share !== null && share >= 1) return <span className={css.full}>used up</span>
  if (!forecast) return <span className="quiet">–</span>
  const words = `${countText(forecast.expected_calls)} expected by the end`
  if (!forecast.exhausted_at)
    return <span title={words}>lasts{limit ? `, ${percentText(forecast.expected_calls / limit)} by the end` : ''}</span>
  return (
    <span className={css.near} title={words}>
      used up {momentText(forecast.exhausted_at, tz)}
    </span>
  )
}

export function sortedQuotas(rows: QuotaUse[], { id, way }: Sort): QuotaUse[] {
  const keys: Record<string, (row: QuotaUse) => string | number> = {
    label: (row) => row.label,
    plan: (row) => row.plan ?? '',
    share: (row) => row.share ?? -1,
    calls: (row) => row.calls,
    rejected: (row) => row.rejected,
    // The one used up first comes first.
    forecast: (row) => -Date.parse(row.forecast?.exhausted_at ?? '9999-12-31T00:00:00Z'),
  }
  const key = keys[id] ?? ((row: QuotaUse) => row.label)
  const sign = way === 'up' ? 1 : -1
  return rows.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    return (x < y ? -1 : x > y ? 1 : 0) * sign || a.label.localeCompare(b.label)
  })
}
