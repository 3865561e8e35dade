// What someone changes on a dashboard before it is saved. It stays in this browser until it is saved or thrown away.
import { useCallback, useEffect, useMemo, useState } from 'react'
import { type Board, type BoardText, textOf } from '../api/boards'

/** A change that is not saved: what it is now, and when the dashboard was saved that it began with. */
type Draft = { board: BoardText; updated: string | null }

export const NEW = 'new'
const EMPTY: BoardText = { name: 'New dashboard', about: '', shared: false, controls: [], items: [] }
const keyOf = (id: string) => `gatelog.board.${id}`

export function draftOf(id: string): Draft | null {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as Draft | null
    return found && Array.isArray(found.board?.items) ? found : null
  } catch {
    return null
  }
}

export function keepDraft(id: string, draft: Draft | null) {
  try {
    if (draft) localStorage.setItem(keyOf(id), JSON.stringify(draft))
    else localStorage.removeItem(keyOf(id))
  } catch {
    // It lasts for this page then.
  }
}

/** A dashboard to begin with, as a new one that nobody has saved. */
export function beginCopy(board: BoardText | null, name?: string) {
  const text = board ? textOf(board) : EMPTY
  keepDraft(NEW, { board: { ...text, name: (name ?? text.name).slice(0, 64), shared: false }, updated: null })
}

export const copyName = (name: string) => `${name.slice(0, 58)}, copy`

const isSame = (a: BoardText, b: BoardText) => JSON.stringify(textOf(a)) === JSON.stringify(textOf(b))

export type Editing = {
  board: BoardText
  isChanged: boolean
  /** Someone saved it since the change began. */
  isStale: boolean
  /** When what the change began with was saved. */
  updated: string | null
  change: (next: (board: BoardText) => BoardText) => void
  discard: () => void
}

export function useDraft(id: string, saved: Board | undefined): Editing {
  const [draft, setDraft] = useState(() => draftOf(id))
  useEffect(() => setDraft(draftOf(id)), [id])
  const begun = draft?.board ?? saved ?? EMPTY
  const board = useMemo(() => textOf(begun), [begun])
  const updated = draft ? draft.updated : (saved?.updated ?? null)
  const change = useCallback<Editing['change']>(
    (next) =>
      setDraft((now) => {
        const before = now?.board ?? textOf(saved ?? EMPTY)
        const board = next(before)
        if (board === before) return now
        const isBack = saved !== undefined && isSame(board, saved)
        const draft = isBack ? null : { board, updated: now ? now.updated : (saved?.updated ?? null) }
        keepDraft(id, draft)
        return draft
      }),
    [id, saved],
  )
  const discard = useCallback(() => {
    keepDraft(id, null)
    setDraft(null)
  }, [id])
  return {
    board,
    isChanged: draft !== null,
    isStale: draft !== null && saved !== undefined && draft.updated !== saved.updated,
    updated,
    change,
    discard,
  }
}
