// The latest calls, each a way to all its fields.
import { useAnswer } from '../api/queries'
import type { AccessEvent, EventsPage } from '../api/types'
import type { PanelMoves } from '../charts/panel'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { EmptyState, ErrorState } from '../parts/state'
import { Status } from '../parts/status'
import { Table, type TableColumn } from '../parts/table'
import { consumerOf } from '../state/columns'
import { durationText } from '../state/numbers'
import { writeSearch } from '../state/search'
import { logsSearch, type View } from '../state/view'
import { instantText } from '../state/zone'
import type { OwnCardProps } from './own-cards'
import css from './recent-card.module.css'

const ROWS = 10

export function RecentCard({ view, moves, spans }: OwnCardProps) {
  const answer = useAnswer<EventsPage>('/events', { ...view.asked, limit: ROWS }, { live: view.live })
  return (
    <Card title="Latest calls" {...spans} isBusy={answer.isPending}>
      <div className={css.body}>
        {answer.isError && !answer.data ? (
          <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
        ) : (
          <Table
            label="List of the latest calls"
            columns={columnsOf(view, moves)}
            rows={answer.data?.events ?? []}
            keyOf={(event) => event.id}
            loadingRows={answer.isPending ? ROWS : 0}
            empty={<EmptyState title="No call in this range" isCompact />}
          />
        )}
        <p className={css.foot}>
          <Go href={moves.href(null)}>All of them</Go>
        </p>
      </div>
    </Card>
  )
}

function columnsOf({ search, filter, tz }: View, moves: PanelMoves): TableColumn<AccessEvent>[] {
  const href = (event: AccessEvent) => `/logs${writeSearch({ ...logsSearch(search, filter), row: event.id })}`
  return [
    {
      id: 'time',
      label: 'Time',
      isMono: true,
      cell: (event) => (
        <Go href={href(event)} className={css.link}>
          {instantText(Date.parse(event.timestamp), tz).slice(0, 19)}
        </Go>
      ),
    },
    {
      id: 'status',
      label: 'Status',
      cell: (event) => (
        <button
          type="button"
          className={css.pick}
          title="Click: only these. Alt-click: without these."
          onClick={(click) => moves.filter('status', String(event.response.status ?? ''), click.altKey)}
        >
          <Status code={event.response.status} />
        </button>
      ),
    },
    {
      id: 'call',
      label: 'Call',
      isMono: true,
      cell: (event) => (
        <span className={css.path} title={event.request.path}>
          {event.request.method} {event.request.path}
        </span>
      ),
    },
    {
      id: 'consumer',
      label: 'Consumer',
      cell: (event) => {
        const name = consumerOf(event)
        const page = name ? moves.pageOf('consumer', name) : null
        if (!name || !page) return name ?? <span className="quiet">unknown</span>
        return (
          <Go href={page} className={css.link}>
            {name}
          </Go>
        )
      },
    },
    {
      id: 'reason',
      label: 'Access',
      cell: (event) =>
        event.access.granted === false ? (
          <Go
            href={moves.href(event.access.reason ? `reason:${event.access.reason}` : 'granted:false')}
            className={`${css.link} ${css.denied}`}
          >
            {event.access.reason_label ?? event.access.reason ?? 'denied'}
          </Go>
        ) : (
          <span className="quiet">granted</span>
        ),
    },
    { id: 'took', label: 'Took', isNumber: true, cell: (event) => durationText(event.response.duration_ms) },
  ]
}
