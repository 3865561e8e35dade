// Why the list is empty, and the one button that helps.
import { Diagnosed, EmptyState, ErrorState } from '../parts/state'
import type { View } from '../state/view'
import type { LogRows } from './log-rows'

export function LogEmpty({ view, rows, isTail }: { view: View; rows: LogRows; isTail: boolean }) {
  if (isTail)
    return <EmptyState title="Waiting for the next event">Events appear here as they are received.</EmptyState>
  if (rows.error) return <ErrorState error={rows.error} onRetry={() => rows.resume()} />
  return <Diagnosed title="No event matches" view={view} diagnosis={rows.first?.diagnosis ?? []} />
}
