// Why the list is empty, and the one button that helps.
import type { Params } from '../api/client'
import { useAnswer } from '../api/queries'
import type { Diagnosis } from '../api/types'
import { Diagnosed, EmptyState, ErrorState, Skeleton } from '../parts/state'
import { FilterRefused, isFilterProblem } from '../shell/filter-problem'
import type { View } from '../state/view'
import type { LogRows } from './log-rows'

type Props = { view: View; rows: LogRows; isTail: boolean; asked: Params }

export function LogEmpty({ view, rows, isTail, asked }: Props) {
  const isEmpty = !isTail && rows.isEmpty
  const answer = useAnswer<{ diagnosis: Diagnosis[] }>('/diagnose', asked, { enabled: isEmpty })
  if (isTail)
    return <EmptyState title="Waiting for the next event">Events appear here as they are received.</EmptyState>
  if (isFilterProblem(rows.error)) return <FilterRefused view={view} problem={rows.error} />
  if (rows.error) return <ErrorState error={rows.error} onRetry={() => rows.resume()} />
  if (!isEmpty) return <EmptyState title={rows.state === 'stopped' ? 'Stopped before anything was found' : 'Looking'} />
  if (answer.isPending) return <Skeleton height={160} />
  return <Diagnosed title="No event matches" view={view} diagnosis={answer.data?.diagnosis ?? []} />
}
