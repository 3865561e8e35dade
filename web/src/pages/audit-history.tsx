// Everything that happened to one thing, newest first, as a line of time.
import { ANY_CHANGE, EVER, type TrailEvent, useTrail } from '../api/trail'
import { Button } from '../parts/button'
import { Go } from '../parts/link'
import { ErrorState, Skeleton } from '../parts/state'
import { writeSearch } from '../state/search'
import { instantText } from '../state/zone'
import css from './audit.module.css'
import { Outcome } from './audit-outcome'

const SHOWN = 50

type Props = { event: TrailEvent; tz: string; onOpen: (id: string) => void }

export function AuditHistory({ event, tz, onOpen }: Props) {
  const { resource_id, resource_name, resource_type } = event
  const of = { resource_id: resource_id || resource_name, resource_type }
  const answer = useTrail({ from: EVER, ...of, limit: SHOWN })
  if (answer.isPending) return <Skeleton height={200} />
  if (answer.isError && !answer.data)
    return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
  const rows = answer.data?.pages.flatMap((page) => page.events) ?? []
  return (
    <div className={css.tab}>
      <ol className={css.timeline} aria-label={`History of ${resource_name || resource_id}`}>
        {rows.map((row) => (
          <li key={row.id} data-change={ANY_CHANGE.split(',').includes(row.verb) || undefined}>
            <button
              type="button"
              className={css.moment}
              aria-current={row.id === event.id}
              onClick={() => row.id !== event.id && onOpen(row.id)}
            >
              <span className={css.when}>{instantText(Date.parse(row.time), tz).slice(0, 19)}</span>
              <span className={css.what}>
                {row.event} <Outcome outcome={row.outcome} />
                <span className={css.who}>{[row.operator, row.source].filter(Boolean).join(', ')}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      {answer.hasNextPage && (
        <Button isPending={answer.isFetchingNextPage} onPress={() => answer.fetchNextPage()}>
          Show more
        </Button>
      )}
      <p className={css.links}>
        <Go href={`/audit${writeSearch({ from: EVER, tz, ...of, reads: 'shown', row: event.id })}`}>
          Show them in the list
        </Go>
      </p>
    </div>
  )
}
