// What can be put on a dashboard: a panel of the server's list, or a question of one's own.
import { useState } from 'react'
import type { BoardItem } from '../api/boards'
import type { Panel } from '../api/types'
import type { PanelMoves } from '../charts/panel'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { Icon, type IconName } from '../parts/icon'
import { EmptyState } from '../parts/state'
import { Tabs } from '../parts/tabs'
import { toast } from '../parts/toast'
import type { View } from '../state/view'
import css from './board-add.module.css'
import { Builder } from './board-builder'
import { missingOf } from './board-question'

type Props = {
  panels: Panel[]
  items: BoardItem[]
  view: View
  moves: PanelMoves
  onAdd: (item: BoardItem) => void
  onClose: () => void
}
export const FIRST_QUESTION: BoardItem = { explore: { measure: 'calls', by: 'status_class', chart: 'bars' }, width: 2 }

/** As wide as a chart of its kind is read well. */
const WIDTHS: Record<string, number> = { stat: 1, toplist: 1, table: 4 }
const ICONS: Record<string, IconName> = { stat: 'overview', toplist: 'logs', table: 'table', heat: 'columns' }
const PAGES: Record<string, string> = {
  overview: 'Overview',
  usage: 'Usage',
  denials: 'Denials and security',
  errors: 'Errors and latency',
  access: 'Access control',
  aws: 'AWS API Gateway',
}

export function AddDialog({ panels, items, view, moves, onAdd, onClose }: Props) {
  const [tab, setTab] = useState('panels')
  const [own, setOwn] = useState<BoardItem>(FIRST_QUESTION)
  const add = (item: BoardItem, title: string) => {
    onAdd(item)
    toast(`${title} is added at the end`, { tone: 'good' })
  }
  const isAsking = tab === 'own'
  const isWhole = own.explore !== undefined && !missingOf(own.explore)
  return (
    <Dialog
      title="Add to the dashboard"
      size="l"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{isAsking ? 'Cancel' : 'Done'}</Button>
          {isAsking && (
            <Button
              kind="primary"
              isDisabled={!isWhole}
              onPress={() => {
                add(own, own.title ?? 'The question')
                onClose()
              }}
            >
              Add
            </Button>
          )}
        </>
      }
    >
      <div className={css.body}>
        <Tabs
          label="What to add"
          value={tab}
          onChange={setTab}
          tabs={[
            {
              id: 'panels',
              label: 'Panels',
              count: String(panels.length),
              body: (
                <PanelList
                  panels={panels}
                  has={(id) => items.some((item) => item.panel === id)}
                  onAdd={(panel) => add({ panel: panel.id, width: WIDTHS[panel.chart] ?? 2 }, panel.title)}
                />
              ),
            },
            {
              id: 'own',
              label: 'Build your own',
              body: <Builder item={own} onChange={setOwn} view={view} moves={moves} />,
            },
          ]}
        />
      </div>
    </Dialog>
  )
}

type ListProps = { panels: Panel[]; has: (id: string) => boolean; onAdd: (panel: Panel) => void }

function PanelList({ panels, has, onAdd }: ListProps) {
  const [typed, setTyped] = useState('')
  const wanted = typed.trim().toLowerCase()
  const found = panels.filter(({ id, title, question }) => `${id} ${title} ${question}`.toLowerCase().includes(wanted))
  const pageOf = (panel: Panel) => PAGES[panel.page ?? ''] ?? 'Others'
  const groups = [...new Set(found.map(pageOf))]
  return (
    <div className={css.panels}>
      <TextField
        label="Search"
        type="search"
        value={typed}
        onChange={setTyped}
        placeholder="Denied, latency, country…"
      />
      {groups.map((group) => (
        <section key={group} className={css.group} aria-label={group}>
          <h3 className={css.heading}>{group}</h3>
          <ul>
            {found
              .filter((panel) => pageOf(panel) === group)
              .map((panel) => (
                <li key={panel.id} className={css.panel}>
                  <Icon name={ICONS[panel.chart] ?? 'chart'} />
                  <span className={css.words}>
                    <b>{panel.title}</b>
                    <span className="quiet">{panel.question}</span>
                  </span>
                  {has(panel.id) && <span className={css.there}>on it</span>}
                  <Button icon="plus" aria-label={`Add ${panel.title}`} onPress={() => onAdd(panel)}>
                    Add
                  </Button>
                </li>
              ))}
          </ul>
        </section>
      ))}
      {found.length === 0 && <EmptyState title="No panel has this text" isCompact icon="search" />}
    </div>
  )
}
