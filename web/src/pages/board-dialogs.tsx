// The small dialogs of a dashboard: another title, another question, and whether it shall really be deleted.
import { useState } from 'react'
import { type BoardItem, NAME_CHARS_MAX } from '../api/boards'
import type { PanelMoves } from '../charts/panel'
import { Button } from '../parts/button'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import type { View } from '../state/view'
import { Builder } from './board-builder'
import { missingOf } from './board-question'

type Props = { item: BoardItem; onSave: (item: BoardItem) => void; onClose: () => void }

export function RenameDialog({ item, otherwise, onSave, onClose }: Props & { otherwise: string }) {
  const [title, setTitle] = useState(item.title ?? '')
  const save = () => {
    const { title: _, ...rest } = item
    const next = title.trim().slice(0, NAME_CHARS_MAX)
    onSave(next ? { ...rest, title: next } : rest)
    onClose()
  }
  return (
    <FormDialog title="Rename" act="Rename" onAct={save} onClose={onClose}>
      <TextField
        label="Title"
        value={title}
        onChange={setTitle}
        placeholder={otherwise}
        hint="Without one it is called by what it shows."
        autoFocus
      />
    </FormDialog>
  )
}

type AskProps = Props & { view: View; moves: PanelMoves }

export function AskDialog({ item, view, moves, onSave, onClose }: AskProps) {
  const [own, setOwn] = useState(item)
  const isWhole = own.explore !== undefined && !missingOf(own.explore)
  return (
    <Dialog
      title="Change the question"
      size="l"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            kind="primary"
            isDisabled={!isWhole}
            onPress={() => {
              onSave(own)
              onClose()
            }}
          >
            Take it
          </Button>
        </>
      }
    >
      <Builder item={own} onChange={setOwn} view={view} moves={moves} />
    </Dialog>
  )
}

export function DeleteDialog(props: { name: string; onDelete: () => Promise<void>; onClose: () => void }) {
  const { name, onDelete, onClose } = props
  const remove = async () => {
    await onDelete()
    return true
  }
  return (
    <ConfirmDialog title={`Delete “${name}”?`} act="Delete" onAct={remove} onClose={onClose}>
      It cannot be brought back. Export it first to keep a copy.
    </ConfirmDialog>
  )
}
