// The dashboards: one's own, those of others, and those that come with the program.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { type Board, saveBoard, useBoards } from '../api/boards'
import { usePanels } from '../api/queries'
import { agoText } from '../api/sources'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { Go } from '../parts/link'
import { ErrorState, Skeleton } from '../parts/state'
import { toast } from '../parts/toast'
import { useNow } from '../shell/freshness'
import { writeSearch } from '../state/search'
import { logsSearch, useView, type View } from '../state/view'
import { BoardMenu, useBoardActs } from './board-acts'
import { beginCopy, draftOf, NEW } from './board-draft'
import { readBoard } from './board-file'
import { Sketch } from './board-sketch'
import css from './boards.module.css'
import { Whose } from './whose'

export const boardHref = (id: string, view: View) =>
  `/boards/${encodeURIComponent(id)}${writeSearch(logsSearch(view.search, view.filter))}`

export function Boards() {
  const view = useView()
  const navigate = useNavigate()
  const answer = useBoards()
  const [isImporting, setImporting] = useState(false)
  const boards = answer.data?.boards ?? []
  const begin = () => {
    beginCopy(null)
    navigate({ to: '/boards/$id', params: { id: NEW }, search: view.search as never })
  }
  const waiting = draftOf(NEW)
  // One's own first, then what others share, then what comes with the program; the pill on each says which it is.
  const rank = (board: Board) => (board.mine ? 0 : board.built_in ? 2 : 1)
  const sorted = boards.toSorted((a, b) => rank(a) - rank(b))
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div>
          <h1 className={css.title}>Dashboards</h1>
          <p className="quiet">Panels of every page and answers to your own questions, arranged as you read them.</p>
        </div>
        <span className={css.acts}>
          <Button icon="download" onPress={() => setImporting(true)}>
            Import
          </Button>
          <Button icon="plus" kind="primary" onPress={begin}>
            New dashboard
          </Button>
        </span>
      </header>
      {answer.isError && !answer.data && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
      {answer.isPending && <Skeleton height={180} />}
      {waiting && (
        <p className={css.waiting}>
          <b>{waiting.board.name}</b> is not saved yet.{' '}
          <Go href={boardHref(NEW, view)} className={css.link}>
            Go on with it
          </Go>
        </p>
      )}
      <ul className={css.grid} aria-label="All dashboards">
        {sorted.map((board) => (
          <BoardTile key={board.id} board={board} view={view} />
        ))}
      </ul>
      {answer.data && !boards.some((board) => board.mine) && !waiting && (
        <p className="quiet">You have made none yet: begin with an empty one, or copy one of these and change it.</p>
      )}
      {isImporting && <ImportDialog view={view} onClose={() => setImporting(false)} />}
    </div>
  )
}

function BoardTile({ board, view }: { board: Board; view: View }) {
  const panels = usePanels()
  const now = useNow()
  const acts = useBoardActs(board, board, view)
  const href = boardHref(board.id, view)
  const count = board.items.length
  return (
    <li className={css.tile}>
      <Sketch items={board.items} panels={panels.data?.panels ?? []} />
      <div className={css.words}>
        <h2 className={css.name}>
          <Go href={href} className={css.open}>
            {board.name}
          </Go>
        </h2>
        <p className={css.about} title={board.about}>
          {board.about}
        </p>
        <p className={css.facts}>
          <Whose of={board} />
          <span>
            {count} {count === 1 ? 'panel' : 'panels'}
          </span>
          {board.updated && <span>changed {agoText(now - Date.parse(board.updated))} ago</span>}
        </p>
      </div>
      <span className={css.more}>
        <BoardMenu acts={acts} label={board.name} about={`More about ${board.name}`} />
      </span>
    </li>
  )
}

function ImportDialog({ view, onClose }: { view: View; onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const change = (next: string) => {
    setText(next)
    setError(null)
  }
  const found = text.trim() ? readBoard(text) : null
  const send = async () => {
    if (!found || typeof found === 'string') return
    setBusy(true)
    try {
      // What was shared on another server is not shared here before its owner says so.
      const kept = await saveBoard(client, { ...found, shared: false })
      toast(`“${kept.name}” is imported`, { tone: 'good' })
      navigate({ to: '/boards/$id', params: { id: kept.id }, search: view.search as never })
    } catch (cause) {
      setError(cause)
    }
    setBusy(false)
  }
  return (
    <Dialog
      title="Import a dashboard"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" isDisabled={!found || typeof found === 'string'} isPending={isBusy} onPress={send}>
            Import
          </Button>
        </>
      }
    >
      <div className={css.form}>
        <span className={css.acts}>
          <Button icon="download" onPress={() => input.current?.click()}>
            Choose a file
          </Button>
          <input
            ref={input}
            type="file"
            accept=".json,application/json"
            hidden
            onChange={async (event) => {
              const file = event.target.files?.[0]
              if (file) change(await file.text())
            }}
          />
          <span className="quiet">as it was exported, here or on another server</span>
        </span>
        <TextField
          label="The dashboard as JSON"
          value={text}
          onChange={change}
          isArea
          isMono
          placeholder={'{"name": "Payments", "items": [{"panel": "top_routes", "width": 2}]}'}
          error={typeof found === 'string' ? found : undefined}
        />
        {found && typeof found !== 'string' && !error && (
          <p role="status">
            <b>{found.name}</b> with {found.items.length} panels. It will be private.
          </p>
        )}
        {error !== null && <ErrorState error={error} compact />}
      </div>
    </Dialog>
  )
}
