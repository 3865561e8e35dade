// Where calls come from, on a map. The outlines are a part of the app of their own, loaded when they are looked at.
import { lazy, Suspense, useMemo } from 'react'
import { useUsage } from '../api/usage'
import type { PanelMoves } from '../charts/panel'
import type { Land } from '../charts/world-map'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton } from '../parts/state'
import { countryName } from '../state/countries'
import { withTerm } from '../state/filter'
import type { View } from '../state/view'
import css from './usage-map-card.module.css'

const WorldMap = lazy(() => import('../charts/world-map'))
/** What is no country: `private`, `loopback`. */
const CODE = /^[A-Z]{2}$/
/** More countries than there are. */
const LIMIT = 300

export function UsageMap({ view, moves }: { view: View; moves: PanelMoves }) {
  const answer = useUsage('countries', view, { sort: 'calls', order: 'desc', limit: LIMIT, offset: 0 })
  const rows = answer.data?.rows
  const terms = useMemo(() => new Map(rows?.map((row) => [row.key, row.filter])), [rows])
  const lands = useMemo(
    (): Land[] =>
      (rows ?? [])
        .filter((row) => CODE.test(row.key) && row.calls > 0)
        .map(({ key, calls, share }) => ({ code: key, label: countryName(key), value: calls, share })),
    [rows],
  )
  const termOf = (code: string) => terms.get(code) ?? ''
  const body = () => {
    if (answer.isError && !answer.data)
      return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
    if (!answer.data) return <PanelSkeleton shape="chart" />
    if (lands.length === 0)
      return (
        <EmptyState isCompact icon="globe" title="No call of this range has a known country">
          <Go href="/docs/enrichment">How countries are found</Go>
        </EmptyState>
      )
    return (
      <Suspense fallback={<PanelSkeleton shape="chart" />}>
        <WorldMap
          title="Calls by country"
          lands={lands}
          isPicked={(code) => moves.isPicked(withTerm('', termOf(code)))}
          onPick={(code, excludes) => moves.pick(termOf(code), excludes)}
        />
      </Suspense>
    )
  }
  return (
    <Card title="Calls by country" question="Where do calls come from?" span={12} smallSpan={12}>
      <div className={`${css.body} ${lands.length ? '' : css.low}`}>{body()}</div>
    </Card>
  )
}
