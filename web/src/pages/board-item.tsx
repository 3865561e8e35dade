// One place of a dashboard as it is read: a panel of the server, or the answer to a question of its own.
import { useMemo } from 'react'
import type { BoardItem } from '../api/boards'
import { useFields } from '../api/queries'
import type { Panel } from '../api/types'
import { PanelCard, type PanelMoves, type PanelSource } from '../charts/panel'
import { Card } from '../parts/card'
import { EmptyState } from '../parts/state'
import { allFields } from '../state/fields'
import { withTerm } from '../state/filter'
import type { View } from '../state/view'
import { heightOf } from './board-layout'
import { panelOf, questionTitle } from './board-question'

/** The card fills its cell of the grid, which has the width. */
const WHOLE = { span: 12, wideSpan: 12, smallSpan: 12 }
const TALL_ROWS = 20

export type ItemProps = {
  item: BoardItem
  panels: Map<string, Panel>
  view: View
  moves: PanelMoves
  pace: Pace
}
/** How long the points of charts stand for. */
export type Pace = {
  /** As it was chosen for all. */
  step: string | undefined
  /** Those of latency at least: null when any will do, undefined until it is known. */
  calm: string | null | undefined
}
export const ANY_PACE: Pace = { step: undefined, calm: null }

/** The words of a field by its name. */
export function useFieldLabel(): (name: string) => string {
  const fields = useFields()
  return useMemo(() => {
    const labels = new Map([...fields, ...allFields(fields)].map((field) => [field.name, field.label]))
    return (name) => labels.get(name) ?? name
  }, [fields])
}

/** What a place is called: as its owner says, or else by what it shows. */
export function useTitleOf(panels: Map<string, Panel>): (item: BoardItem) => string {
  const label = useFieldLabel()
  return (item) => {
    if (item.title) return item.title
    if (item.explore) return questionTitle(item.explore, label)
    return panels.get(item.panel ?? '')?.title ?? item.panel ?? ''
  }
}

export function ItemCard({ item, panels, view, moves, pace }: ItemProps) {
  const titleOf = useTitleOf(panels)
  const title = titleOf(item)
  const isTall = heightOf(item) > 1
  const source = useMemo<PanelSource>(() => {
    if (!item.explore) return { path: `/panels/${item.panel}`, params: isTall ? { top: TALL_ROWS } : {} }
    const { filter = '', ...question } = item.explore
    const params = { ...question, filter: withTerm(view.filter, filter) }
    return { path: '/explore', params: isTall ? { top: TALL_ROWS, ...params } : params }
  }, [item, isTall, view.filter])
  const panel = item.explore ? panelOf(item.explore, title) : panels.get(item.panel ?? '')
  if (!panel) return <Unknown title={title} panel={item.panel ?? ''} />
  const isTimed = panel.unit === 'ms'
  return (
    <PanelCard
      panel={panel}
      title={title}
      view={view}
      spans={WHOLE}
      moves={moves}
      source={source}
      isTall={isTall}
      step={pace.step ?? (isTimed ? (pace.calm ?? undefined) : undefined)}
      isReady={!isTimed || pace.calm !== undefined}
    />
  )
}

/** A dashboard of another server may name panels that this one does not have. */
function Unknown({ title, panel }: { title: string; panel: string }) {
  return (
    <Card title={title} span={12}>
      <EmptyState title="This server has no such panel" icon="boards" isCompact>
        <code className="mono">{panel}</code> may come with another version of Gatelog.
      </EmptyState>
    </Card>
  )
}
