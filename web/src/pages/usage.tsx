// Usage: who and what calls and how much, one tab per dimension; sorted, searched and paged over all rows by the server.
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { type Dimension, useDimensionList } from '../api/usage'
import { PanelCard } from '../charts/panel'
import { Segmented } from '../parts/choice'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { Tabs } from '../parts/tabs'
import { Bar } from '../shell/bar'
import { FilterRefused, isFilterProblem } from '../shell/filter-problem'
import { StepPicker, useStep } from '../shell/step-picker'
import { useView, type View } from '../state/view'
import { isComparable } from './calm'
import { dimensionField, usagePath } from './entity'
import { nounOf, pluralOf } from './entity-label'
import { useSummary } from './kpi-strip'
import { usePanelMoves } from './panel-moves'
import { SearchBox } from './search-box'
import css from './usage.module.css'
import { UsageExport } from './usage-export'
import { UsageList, useUsageList } from './usage-list'
import { UsageMap } from './usage-map-card'
import { Quotas } from './usage-quotas'
import { Unused } from './usage-unused'

const FIRST = 'consumers'

export function UsagePage() {
  const asked = useView()
  const hasBefore = isComparable(useSummary(asked).data)
  const view = useMemo(() => ({ ...asked, compares: asked.compares && hasBefore }), [asked, hasBefore])
  const navigate = useNavigate()
  const { dimension: id = FIRST } = useParams({ strict: false })
  const list = useDimensionList()
  const dimensions = list.data?.dimensions ?? []
  const isKnown = dimensions.some((dimension) => dimension.id === id)
  return (
    <div className={css.scroll}>
      <Bar title="Usage" view={asked} control={<StepPicker view={asked} />} />
      <div className={css.page}>
        {list.isError && <ErrorState error={list.error} onRetry={() => list.refetch()} />}
        {list.isPending && <Skeleton height={320} />}
        {list.data && !isKnown && <EmptyState title={`Nothing is counted by "${id}"`} icon="usage" />}
        {dimensions.length > 0 && (
          <Tabs
            label="Counted by"
            value={id}
            onChange={(next) => next !== id && navigate({ to: usagePath(next, view.search) })}
            tabs={dimensions.map((dimension) => ({
              id: dimension.id,
              // What a plan allows stands with it.
              label: dimension.id === 'plans' ? 'Plans & quotas' : dimension.title,
              body: <UsageOf key={dimension.id} dimension={dimension} view={view} />,
            }))}
          />
        )}
      </div>
    </div>
  )
}

const UNUSED = 'What the directory lists and nobody called in the look-back, whatever the range and the filter.'

function UsageOf({ dimension, view }: { dimension: Dimension; view: View }) {
  const moves = usePanelMoves(view)
  const isUnused = view.search.show === 'unused' && dimension.directory !== null
  const { error } = useUsageList(dimension, view)
  // A filter that cannot be read fails every part alike: one message says so.
  if (isFilterProblem(error)) return <FilterRefused view={view} problem={error} />
  return (
    <div className={css.of}>
      {!isUnused && dimension.id === 'plans' && <Quotas view={view} moves={moves} />}
      {!isUnused && dimension.id === 'countries' && <UsageMap view={view} moves={moves} />}
      {!isUnused && dimension.id !== 'countries' && <Course dimension={dimension} view={view} />}
      <div className={css.tools}>
        <p className={css.about}>{isUnused ? UNUSED : dimension.about}</p>
        <SearchBox view={view} label={`Search ${pluralOf(dimension)}`} />
        {dimension.directory && (
          <Segmented
            label="Rows"
            value={isUnused ? 'unused' : 'used'}
            options={[
              { id: 'used', label: 'In use' },
              { id: 'unused', label: 'Not used' },
            ]}
            onChange={(id) => view.set({ show: id === 'unused' ? 'unused' : undefined, at: undefined })}
          />
        )}
        {!isUnused && <UsageExport dimension={dimension} view={view} />}
      </div>
      {isUnused ? <Unused dimension={dimension} view={view} /> : <UsageList {...{ dimension, view, moves }} />}
    </div>
  )
}

/** The largest of them over time. */
function Course({ dimension, view }: { dimension: Dimension; view: View }) {
  const moves = usePanelMoves(view)
  const panel = useMemo(
    () => ({
      id: `usage_${dimension.id}`,
      title: `Calls by ${nounOf(dimension)}`,
      question: 'How did the largest change over time?',
      unit: 'calls' as const,
      chart: 'area' as const,
      split: dimensionField(dimension),
    }),
    [dimension],
  )
  const source = { path: '/explore', params: { measure: 'calls', by: dimension.field, chart: 'area' } }
  return (
    <div className={css.course}>
      <PanelCard
        {...{ panel, source, view, moves }}
        step={useStep(view)}
        isReady
        spans={{ span: 12, wideSpan: 12, smallSpan: 12 }}
      />
    </div>
  )
}
