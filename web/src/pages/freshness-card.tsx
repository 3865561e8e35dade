// How fresh the answers are: each source with its last event, its delay and how complete it is.
import { agoText, delayText, useSources } from '../api/sources'
import { Card } from '../parts/card'
import { useGridKeys } from '../parts/grid-keys'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton } from '../parts/state'
import { useNow } from '../shell/freshness'
import { percentText } from '../state/numbers'
import { instantText } from '../state/zone'
import css from './freshness-card.module.css'
import type { OwnCardProps } from './own-cards'
import { Health } from './source-health'

const ROWS = 8
/** Trouble first. */
const ORDER = ['rejecting', 'silent', 'late', 'paused', 'new', 'ok']

export function FreshnessCard({ view, spans }: OwnCardProps) {
  const answer = useSources()
  const now = useNow()
  const sources = (answer.data?.sources ?? []).toSorted(
    (a, b) => ORDER.indexOf(a.health) - ORDER.indexOf(b.health) || a.name.localeCompare(b.name),
  )
  const grid = useGridKeys<HTMLDivElement>()
  const body = () => {
    if (answer.isError && !answer.data) return <ErrorState error={answer.error} compact />
    if (!answer.data) return <PanelSkeleton shape="list" />
    if (sources.length === 0) return <EmptyState isCompact icon="sources" title="Nothing sends its log here yet" />
    return (
      <table className={css.list} aria-label="Freshness of sources">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Health</th>
            <th scope="col">Last event</th>
            <th scope="col">Delay</th>
            <th scope="col">Complete</th>
          </tr>
        </thead>
        <tbody>
          {sources.slice(0, ROWS).map((source) => (
            <tr key={source.name}>
              <th scope="row">
                <Go href={`/sources?source=${encodeURIComponent(source.name)}`}>{source.name}</Go>
              </th>
              <td>
                <Health health={source.health} />
              </td>
              <td>
                {source.last_event ? (
                  <time dateTime={source.last_event} title={instantText(Date.parse(source.last_event), view.tz)}>
                    {agoText(now - Date.parse(source.last_event))} ago
                  </time>
                ) : (
                  'never'
                )}
              </td>
              <td>{delayText(source.quality.lag_ms)}</td>
              <td>{percentText(source.quality.complete)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  }
  return (
    <Card title="Freshness" question="Until when are the answers complete?" {...spans}>
      <div {...grid} className={css.body}>
        {body()}
        <p className={css.foot}>
          <span>{sources.length > ROWS ? `${sources.length - ROWS} more` : ''}</span>
          <Go href="/sources">All sources</Go>
        </p>
      </div>
    </Card>
  )
}
