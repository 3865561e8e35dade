// What can be done with a dashboard as a whole, in the list and at its head.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Board, type BoardText, removeBoard } from '../api/boards'
import { IconButton } from '../parts/button'
import { Menu, type MenuEntry } from '../parts/menu'
import { sentence } from '../parts/state'
import { toast } from '../parts/toast'
import type { View } from '../state/view'
import { DeleteDialog } from './board-dialogs'
import { beginCopy, copyName, NEW } from './board-draft'
import { exportBoard } from './board-file'
import { useMayChange } from './whose'

/** `board` is as it stands on the page, `saved` as the server has it. */
export function useBoardActs(board: BoardText, saved: Board | undefined, view: View, onGone?: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const mayChange = useMayChange()(saved)
  const copy = () => {
    beginCopy(board, copyName(board.name))
    navigate({ to: '/boards/$id', params: { id: NEW }, search: view.search as never })
  }
  const remove = async () => {
    if (!saved) return
    try {
      await removeBoard(client, saved.id)
      toast(`“${board.name}” is deleted`)
      onGone?.()
    } catch (cause) {
      toast(sentence(cause instanceof Error ? cause.message : String(cause)), { tone: 'bad' })
    }
  }
  return { board, mayChange, copy, remove }
}

type Props = { acts: ReturnType<typeof useBoardActs>; label: string; about: string }

export function BoardMenu({ acts: { board, mayChange, copy, remove }, label, about }: Props) {
  const [isDeleting, setDeleting] = useState(false)
  const entries: MenuEntry[] = [
    { id: 'copy', label: 'Make a copy', icon: 'copy', run: copy },
    { id: 'export', label: 'Export as JSON', icon: 'download', run: () => exportBoard(board) },
  ]
  const gone = { id: 'delete', label: 'Delete', icon: 'close', isDanger: true, isApart: true } as const
  if (mayChange) entries.push({ ...gone, run: () => setDeleting(true) })
  return (
    <>
      <Menu label={label} trigger={<IconButton icon="more" label={about} />} entries={entries} />
      {isDeleting && <DeleteDialog name={board.name} onDelete={remove} onClose={() => setDeleting(false)} />}
    </>
  )
}
