// One dashboard: its panels under the global bar, and, for those who may, the place to change it.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { type Board, type BoardItem, ITEMS_MAX, saveBoard, useBoard } from '../api/boards'
import { Problem } from '../api/client'
import { useFields, usePanels } from '../api/queries'
import { Banner } from '../parts/banner'
import { Button } from '../parts/button'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton, sentence } from '../parts/state'
import { toast } from '../parts/toast'
import { Bar } from '../shell/bar'
import { Refused } from '../shell/filter-problem'
import { StepPicker, useStep } from '../shell/step-picker'
import { writeSearch } from '../state/search'
import { logsSearch, useView } from '../state/view'
import css from './board.module.css'
import { AddDialog } from './board-add'
import { AskDialog, RenameDialog } from './board-dialogs'
import { type Editing, NEW, useDraft } from './board-draft'
import { BoardGrid, type GridEdit } from './board-grid'
import { BoardHead } from './board-head'
import { useTitleOf } from './board-item'
import { calmStep, isComparable } from './calm'
import { useSummary } from './kpi-strip'
import { usePanelMoves } from './panel-moves'
import { Nothing } from './panel-page'

/** What is open over the page: the item it is about, or none. */
type Open = { what: 'add' } | { what: 'rename' | 'ask'; at: number } | null

export function BoardPage() {
  const { id = NEW } = useParams({ strict: false }) as { id?: string }
  const answer = useBoard(id, id !== NEW)
  const view = useView()
  if (answer.isError && !answer.data) {
    return (
      <div className={css.scroll}>
        <Bar title="Dashboard" view={view} />
        <div className={css.page}>
          <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
          <p>
            <Go href={`/boards${writeSearch(logsSearch(view.search, ''))}`} className={css.link}>
              All dashboards
            </Go>
          </p>
        </div>
      </div>
    )
  }
  // Another dashboard is another page: nothing of the one before stays.
  return <BoardBody key={id} id={id} saved={answer.data} isLoading={id !== NEW && !answer.data} />
}

function BoardBody({ id, saved, isLoading }: { id: string; saved: Board | undefined; isLoading: boolean }) {
  const asked = useView()
  const moves = usePanelMoves(asked)
  const answer = usePanels()
  const fields = useFields()
  const panels = useMemo(() => new Map((answer.data?.panels ?? []).map((panel) => [panel.id, panel])), [answer.data])
  const editing = useDraft(id, saved)
  const { board, isChanged } = editing
  const [open, setOpen] = useState<Open>(null)
  const isEditing = !saved?.built_in && (id === NEW || asked.search.edit === '1')
  const titleOf = useTitleOf(panels)
  const summary = useSummary(asked)
  const step = useStep(asked)
  const hasBefore = isComparable(summary.data)
  const view = useMemo(() => ({ ...asked, compares: asked.compares && hasBefore }), [asked, hasBefore])
  const refusal = summary.error instanceof Problem && summary.error.status === 400 ? summary.error : null
  const isEmpty = summary.data?.total_calls === 0 && !summary.isPlaceholderData && !isEditing
  const saves = useSave(id, editing)
  useEffect(() => {
    document.title = `${board.name} · Gatelog`
  }, [board.name])

  const change: GridEdit['change'] = (next) =>
    editing.change((before) => {
      const items = next(before.items)
      return items === before.items ? before : { ...before, items }
    })
  const put = (at: number, item: BoardItem) => change((items) => items.map((one, i) => (i === at ? item : one)))
  const add = (item: BoardItem) => change((items) => (items.length < ITEMS_MAX ? [...items, item] : items))
  const edit: GridEdit = {
    change,
    onRename: (at) => setOpen({ what: 'rename', at }),
    onAsk: (at) => setOpen({ what: 'ask', at }),
    onRemove: (at) => {
      const item = board.items[at]
      if (!item) return
      change((items) => items.filter((_, i) => i !== at))
      const back = () => change((items) => [...items.slice(0, at), item, ...items.slice(at)])
      toast(`${titleOf(item)} is removed`, { action: { label: 'Undo', run: back } })
    },
  }
  // All at once: what came one after the other would push the rest down.
  const isReady = !isLoading && !answer.isPending && fields.length > 0
  const openItem = open && open.what !== 'add' ? board.items[open.at] : undefined
  return (
    <div className={css.scroll}>
      <Bar title={board.name} view={asked} control={<StepPicker view={asked} />} />
      <div className={css.page}>
        {isReady && (
          <BoardHead
            id={id}
            saved={saved}
            editing={editing}
            isEditing={isEditing}
            view={view}
            saves={saves}
            onAdd={() => setOpen({ what: 'add' })}
          />
        )}
        {isChanged && !isEditing && <Unsaved editing={editing} onEdit={() => view.set({ edit: '1' })} />}
        {refusal && <Refused view={asked} error={refusal} />}
        {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
        {isEmpty && !refusal && <Nothing title="No call in this range" view={view} />}
        {!isReady && !answer.isError && (
          <div className={css.waiting} aria-busy="true">
            <PanelSkeleton shape="chart" />
          </div>
        )}
        {isReady && board.items.length === 0 && (
          <EmptyState title="Nothing is on this dashboard yet" icon="boards">
            Panels of every page can stand here, and answers to questions of your own.
            {isEditing && (
              <Button kind="primary" icon="plus" onPress={() => setOpen({ what: 'add' })}>
                Add a panel
              </Button>
            )}
          </EmptyState>
        )}
        {isReady && !refusal && !isEmpty && (
          <BoardGrid
            items={board.items}
            panels={panels}
            view={view}
            moves={moves}
            pace={{ step, calm: summary.isPending ? undefined : (calmStep(summary.data) ?? null) }}
            edit={isEditing ? edit : null}
          />
        )}
      </div>
      {open?.what === 'add' && (
        <AddDialog
          panels={answer.data?.panels ?? []}
          items={board.items}
          view={view}
          moves={moves}
          onAdd={add}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.what === 'rename' && openItem && (
        <RenameDialog
          item={openItem}
          otherwise={titleOf({ ...openItem, title: '' })}
          onSave={(item) => put(open.at, item)}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.what === 'ask' && openItem && (
        <AskDialog
          item={openItem}
          view={view}
          moves={moves}
          onSave={(item) => put(open.at, item)}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  )
}

/** A change that waits, said where the dashboard is read. */
function Unsaved({ editing, onEdit }: { editing: Editing; onEdit: () => void }) {
  return (
    <Banner
      tone="warn"
      title="Changes are not saved."
      action={
        <span className={css.acts}>
          <Button onPress={editing.discard}>Discard</Button>
          <Button onPress={onEdit}>Go on</Button>
        </span>
      }
    >
      They are kept in this browser.
    </Banner>
  )
}

export type Saves = { isBusy: boolean; error: Problem | null; save: () => void; saveCopy: () => void }

/** Saving: a new one gets its own address, a changed one stays where it is. */
function useSave(id: string, editing: Editing): Saves {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Problem | null>(null)
  const save = async (asNew: boolean) => {
    setBusy(true)
    setError(null)
    try {
      const of = asNew ? undefined : { id, updated: editing.updated }
      const kept = await saveBoard(client, editing.board, of)
      editing.discard()
      toast(`“${kept.name}” is saved`, { tone: 'good' })
      const search = (before: Record<string, unknown>) => ({ ...before, edit: undefined })
      navigate({ to: '/boards/$id', params: { id: kept.id }, search: search as never, replace: true })
    } catch (cause) {
      if (cause instanceof Problem) setError(cause)
      else toast(sentence(String(cause)), { tone: 'bad' })
    }
    setBusy(false)
  }
  return { isBusy, error, save: () => save(id === NEW), saveCopy: () => save(true) }
}
