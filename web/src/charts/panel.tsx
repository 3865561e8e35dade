// One panel by its id: the server says what it is, its chart kind says how it is drawn.
import { useState } from 'react'
import { useAnswer } from '../api/queries'
import type { Panel, PanelData, PanelRow } from '../api/types'
import { IconButton } from '../parts/button'
import { Card } from '../parts/card'
import { Menu } from '../parts/menu'
import { EmptyState, ErrorState, Skeleton, sentence } from '../parts/state'
import { termText } from '../state/filter'
import { countText, exactText, percentText, unitText } from '../state/numbers'
import type { View } from '../state/view'
import { ChangeMark, type Wish } from './change'
import { Legend } from './legend'
import { ListChart, nameLabel } from './list'
import list from './list.module.css'
import { chartSeries, csvOf, type Twin, tableTwin } from './series'
import { TimeChart, type TimeKind } from './time-chart'
import { TwinTable } from './twin'

export type PanelMoves = {
  /** Opens Access logs with this filter added, for this part of the range when given. */
  open: (term: string | null, excludes: boolean, span?: { from: number; to: number }) => void
  zoom: (from: number, to: number) => void
}

const LIST_ROWS = 8
const LEGEND_PX = 24
/** Head, rows and the line of the others: every panel of a row is equally high. */
const LIST_PX = 24 + 28 * (LIST_ROWS + 1)
const TIME_PX = LIST_PX - LEGEND_PX
const STAT_PX = 60
const WISHES: Record<string, Wish> = { errors: 'down', denied_by_reason: 'down', errors_over_time: 'down' }

const isTime = (panel: Panel) => panel.chart === 'bars' || panel.chart === 'area' || panel.chart === 'line'
const heightOf = (panel: Panel) => (isTime(panel) ? TIME_PX + LEGEND_PX : panel.chart === 'stat' ? STAT_PX : LIST_PX)

/** Asked alike everywhere, so that a panel and the key figures share one answer. */
export function usePanelData(id: string, view: View, step: string | undefined, isReady: boolean) {
  return useAnswer<PanelData>(
    `/panels/${id}`,
    { ...view.asked, tz: view.tz, step, ...view.compared, top: LIST_ROWS },
    { live: view.live, enabled: isReady },
  )
}

export function PanelCard(props: {
  panel: Panel
  view: View
  span: number
  moves: PanelMoves
  /** Wider buckets than the server would choose. */
  step?: string | undefined
  /** The step is known. */
  isReady: boolean
}) {
  const { panel, view, span, moves, step, isReady } = props
  const [asTable, setAsTable] = useState(false)
  const answer = usePanelData(panel.id, view, step, isReady)
  const height = heightOf(panel)
  const data = answer.data
  const twin = data ? twinOf(data, view) : null
  const tools = (
    <>
      {isTime(panel) && (
        <IconButton
          icon={asTable ? 'chart' : 'table'}
          label={asTable ? 'View as chart' : 'View as table'}
          pressed={asTable}
          onPress={() => setAsTable(!asTable)}
        />
      )}
      <Menu
        label={`${panel.title} menu`}
        trigger={<IconButton icon="more" label={`More about ${panel.title}`} />}
        entries={[
          { id: 'csv', label: 'Download as CSV', icon: 'download', run: () => twin && download(twin, panel.id) },
          { id: 'logs', label: 'Open in Access logs', icon: 'logs', run: () => moves.open(null, false) },
        ]}
      />
    </>
  )
  const body = () => {
    if (answer.isError && !data) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
    if (!data) return <Skeleton height={height} />
    if (asTable && twin) return <TwinTable twin={twin} title={panel.title} height={height} />
    return <PanelBody data={data} view={view} moves={moves} />
  }
  return (
    <Card title={panel.title} question={panel.question} span={span} tools={tools} isBusy={answer.isPlaceholderData}>
      <div className={list.body} style={{ '--height': `${height}px` } as React.CSSProperties}>
        {body()}
      </div>
    </Card>
  )
}

/** Drawn by the chart kind alone, so that a panel this app has never heard of shows as well. */
export function PanelBody({ data, view, moves }: { data: PanelData; view: View; moves: PanelMoves }) {
  const { panel } = data
  if (panel.chart === 'stat') return <StatBody data={data} />
  if (!isTime(panel)) {
    if (!data.rows?.length) return <Nothing />
    return (
      <>
        <ListChart
          data={data}
          compares={view.compares}
          wish={WISHES[panel.id] ?? 'none'}
          onPick={(row: PanelRow, excludes) => moves.open(row.filter ?? null, excludes)}
        />
        {data.note && <p className={list.note}>{sentence(data.note)}</p>}
      </>
    )
  }
  const edges = edgesOf(data)
  const series = chartSeries(data.series ?? [], view.compares)
  const hasValue = series.some((s) => s.values.some((value) => value !== null))
  if (!hasValue || edges.length < 2) return <Nothing />
  return (
    <>
      <TimeChart
        title={panel.title}
        kind={panel.chart as TimeKind}
        edges={edges}
        series={series}
        unit={panel.unit}
        tz={view.tz}
        height={TIME_PX}
        onZoom={moves.zoom}
        onPick={(from, to) => moves.open(null, false, { from, to })}
      />
      <Legend
        series={series}
        sums={panel.unit === 'calls'}
        field={panel.split}
        onPick={(field, value, excludes) => moves.open(termText(field, value), excludes)}
      />
    </>
  )
}

const Nothing = () => <EmptyState title="Nothing in this range" />

function StatBody({ data }: { data: PanelData }) {
  const previous = typeof data.previous === 'number' ? data.previous : null
  return (
    <p style={{ fontSize: 'var(--size-xl)', fontWeight: 600 }} title={exactText(data.value)}>
      {unitText(data.value, data.panel.unit)} <ChangeMark change={data.change} previous={previous} />
    </p>
  )
}

export function edgesOf(answer: { buckets?: string[]; to: string }): number[] {
  const starts = (answer.buckets ?? []).map((text) => Date.parse(text))
  const end = Date.parse(answer.to)
  return starts.length ? [...starts, Math.max(end, (starts.at(-1) as number) + 1)] : []
}

function twinOf(data: PanelData, view: View): Twin | null {
  if (data.series) return tableTwin(chartSeries(data.series, view.compares), edgesOf(data), view.tz)
  if (!data.rows) return null
  const head = [nameLabel(data), 'Value', 'Share', ...(view.compares ? ['Previous'] : [])]
  const rows = data.rows.map((row) => [
    row.label,
    String(row.value ?? ''),
    percentText(row.share),
    ...(view.compares ? [countText(row.previous)] : []),
  ])
  return { head, rows }
}

function download(twin: Twin, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([csvOf(twin)], { type: 'text/csv' }))
  link.download = `gatelog-${name}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
