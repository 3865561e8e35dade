// Who and what rose or fell the most against the period before, each a filter and a way to its own page.
import { useState } from 'react'
import { type UsageRow, useUsage } from '../api/usage'
import { ChangeMark } from '../charts/change'
import { course, Spark } from '../charts/spark'
import { Card } from '../parts/card'
import { Segmented } from '../parts/choice'
import { useGridKeys } from '../parts/grid-keys'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton } from '../parts/state'
import { countText, exactText } from '../state/numbers'
import { entityPath } from './entity'
import type { OwnCardProps } from './own-cards'
import css from './trending-card.module.css'

const OF = [
  { id: 'consumers', label: 'Consumers' },
  { id: 'routes', label: 'Routes' },
  { id: 'groups', label: 'Groups' },
]
const ROWS = 7
/** As many of the largest are looked at: what nobody calls cannot trend. */
const LARGEST = 100

/** By how many calls they moved, the farthest first; a rise of two calls to four is none. */
export function trending(rows: UsageRow[], count = ROWS): UsageRow[] {
  const moved = (row: UsageRow) => Math.abs(row.calls - (row.previous ?? 0))
  return rows
    .filter((row) => row.key && row.previous !== null && moved(row) > 0)
    .toSorted((a, b) => moved(b) - moved(a))
    .slice(0, count)
}

export function TrendingCard({ view, moves, spans }: OwnCardProps) {
  const [of, setOf] = useState('consumers')
  const answer = useUsage(of, view, { sort: 'calls', order: 'desc', limit: LARGEST, offset: 0 })
  const rows = trending(answer.data?.rows ?? [])
  const control = <Segmented label="Trending" value={of} options={OF} onChange={setOf} />
  const grid = useGridKeys<HTMLDivElement>()
  const body = () => {
    if (answer.isError && !answer.data)
      return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
    if (!answer.data) return <PanelSkeleton shape="list" />
    if (!view.compares) return <EmptyState isCompact icon="compare" title="Nothing to compare with" />
    if (rows.length === 0) return <EmptyState isCompact icon="chart" title="Nothing changed" />
    return (
      <table className={css.list} aria-label="Trending">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Course</th>
            <th scope="col">Before</th>
            <th scope="col">Now</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <Go href={entityPath(of, row.key, view.search)} title={row.label}>
                  {row.label}
                </Go>
              </th>
              <td className={css.course}>
                <Spark values={course(row.spark)} />
              </td>
              <td className="quiet" title={exactText(row.previous)}>
                {countText(row.previous)}
              </td>
              <td title={exactText(row.calls)}>
                <Go href={moves.href(row.filter)}>{countText(row.calls)}</Go>
              </td>
              <td>
                <ChangeMark change={row.change} state={row.state} previous={row.previous} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  }
  return (
    <Card
      title="Trending"
      question="Whose calls changed the most?"
      {...spans}
      control={control}
      isBusy={answer.isPending || answer.isPlaceholderData}
    >
      <div {...grid} className={css.body}>
        {body()}
      </div>
    </Card>
  )
}
