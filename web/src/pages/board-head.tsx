// The head of a dashboard: what it is for, whose it is, its controls, and what can be done with it.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Board, CONTROLS_MAX, ITEMS_MAX, NAME_CHARS_MAX, removeBoard } from '../api/boards'
import { useFields, useSession } from '../api/queries'
import { Button, IconButton } from '../parts/button'
import { Switch } from '../parts/choice'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import { Menu, type MenuEntry } from '../parts/menu'
import { Pill } from '../parts/pill'
import { ErrorState, sentence } from '../parts/state'
import { toast } from '../parts/toast'
import { allFields, hasCounts } from '../state/fields'
import type { View } from '../state/view'
import type { Saves } from './board'
import css from './board.module.css'
import { BoardControls } from './board-controls'
import { DeleteDialog } from './board-dialogs'
import { beginCopy, copyName, type Editing, NEW } from './board-draft'
import { exportBoard } from './board-file'
import { useFieldLabel } from './board-item'

type Props = {
  id: string
  saved: Board | undefined
  editing: Editing
  isEditing: boolean
  view: View
  saves: Saves
  onAdd: () => void
}

/** A shared one is changed by its owner or an admin, as the server has it. */
export function useMayChange(board: Board | undefined): boolean {
  const session = useSession()
  if (!board) return true
  return !board.built_in && (board.mine || session.data?.role === 'admin')
}

export function BoardHead(props: Props) {
  return props.isEditing ? <EditHead {...props} /> : <ReadHead {...props} />
}

function ReadHead({ id, saved, editing, view }: Props) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const mayChange = useMayChange(saved)
  const { board } = editing
  const copy = () => {
    beginCopy(board, copyName(board.name))
    navigate({ to: '/boards/$id', params: { id: NEW }, search: view.search as never })
  }
  const remove = async () => {
    try {
      await removeBoard(client, id)
      toast(`“${board.name}” is deleted`)
      navigate({ to: '/boards', search: view.search as never })
    } catch (cause) {
      toast(sentence(cause instanceof Error ? cause.message : String(cause)), { tone: 'bad' })
    }
  }
  const entries: MenuEntry[] = [
    { id: 'copy', label: 'Make a copy', icon: 'copy', run: copy },
    { id: 'export', label: 'Export as JSON', icon: 'download', run: () => exportBoard(board) },
  ]
  if (mayChange)
    entries.push({
      id: 'delete',
      label: 'Delete',
      icon: 'close',
      isDanger: true,
      isApart: true,
      run: () => setDeleting(true),
    })
  return (
    <section className={css.head} aria-label="About this dashboard">
      <div className={css.line}>
        <p className={css.about}>
          <Whose board={saved} /> {board.about}
        </p>
        <span className={css.acts}>
          {mayChange ? (
            <Button icon="edit" onPress={() => view.set({ edit: '1' })}>
              Edit
            </Button>
          ) : (
            <Button icon="copy" onPress={copy}>
              Make a copy
            </Button>
          )}
          <Menu
            label="Dashboard"
            trigger={<IconButton icon="more" label="More about the dashboard" />}
            entries={entries}
          />
        </span>
      </div>
      <BoardControls controls={board.controls} view={view} />
      {isDeleting && <DeleteDialog name={board.name} onDelete={remove} onClose={() => setDeleting(false)} />}
    </section>
  )
}

export function Whose({ board }: { board: Board | undefined }) {
  if (!board) return null
  if (board.built_in) return <Pill>built in</Pill>
  if (!board.mine) return <Pill>shared by {board.owner}</Pill>
  return board.shared ? <Pill tone="accent">shared</Pill> : <Pill>private</Pill>
}

function EditHead({ id, saved, editing, view, saves, onAdd }: Props) {
  const { board, isChanged, change, discard } = editing
  const navigate = useNavigate()
  const label = useFieldLabel()
  const fields = allFields(useFields())
  const isNew = id === NEW
  const leave = () => {
    discard()
    if (isNew) navigate({ to: '/boards', search: view.search as never })
    else view.set({ edit: undefined } as never)
  }
  const isNamed = board.name.trim() !== ''
  return (
    <section className={css.head} aria-label="Change this dashboard">
      <div className={css.fields}>
        <TextField
          label="Name"
          value={board.name}
          onChange={(name) => change((b) => ({ ...b, name: name.slice(0, NAME_CHARS_MAX) }))}
          error={isNamed ? undefined : 'A dashboard needs a name'}
        />
        <TextField
          label="What it is for"
          value={board.about}
          onChange={(about) => change((b) => ({ ...b, about: about.slice(0, 300) }))}
          placeholder="In a sentence"
        />
        <Combobox
          key={board.controls.join(',')}
          label="Filters at its head"
          value={null}
          placeholder="Add a field"
          isDisabled={board.controls.length >= CONTROLS_MAX}
          choices={fields
            .filter((f) => hasCounts(f) && !board.controls.includes(f.name))
            .map((f) => ({ id: f.name, label: f.label, end: f.name }))}
          onChange={(name) => name && change((b) => ({ ...b, controls: [...b.controls, name] }))}
        />
      </div>
      {board.controls.length > 0 && (
        <div className={css.pills}>
          {board.controls.map((name) => (
            <Pill
              key={name}
              label={label(name)}
              onRemove={() => change((b) => ({ ...b, controls: b.controls.filter((other) => other !== name) }))}
            >
              {label(name)}
            </Pill>
          ))}
        </div>
      )}
      <div className={css.line}>
        <span className={css.acts}>
          <Button icon="plus" onPress={onAdd} isDisabled={board.items.length >= ITEMS_MAX}>
            Add a panel
          </Button>
          <Switch isSelected={board.shared} onChange={(shared) => change((b) => ({ ...b, shared }))}>
            Everyone sees it
          </Switch>
        </span>
        <span className={css.acts}>
          <span className="quiet" role="status">
            {isChanged ? 'Not saved; kept in this browser' : ''}
          </span>
          <Button onPress={leave}>{isChanged ? 'Discard' : 'Done'}</Button>
          <Button
            kind="primary"
            isPending={saves.isBusy}
            isDisabled={!isNamed || (!isChanged && !isNew)}
            onPress={saves.save}
          >
            Save
          </Button>
        </span>
      </div>
      {saves.error && (
        <div className={css.refused}>
          <ErrorState error={saves.error} compact />
          {saved && (
            <Button onPress={saves.saveCopy} isPending={saves.isBusy}>
              Save as a copy
            </Button>
          )}
        </div>
      )}
    </section>
  )
}
