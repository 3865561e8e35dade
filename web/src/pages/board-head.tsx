// The head of a dashboard: what it is for, whose it is, its controls, and what can be done with it.
import { useNavigate } from '@tanstack/react-router'
import { type Board, CONTROLS_MAX, ITEMS_MAX, NAME_CHARS_MAX } from '../api/boards'
import { useFields } from '../api/queries'
import { Button } from '../parts/button'
import { Switch } from '../parts/choice'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import { Pill } from '../parts/pill'
import { ErrorState } from '../parts/state'
import { allFields, hasCounts } from '../state/fields'
import type { View } from '../state/view'
import type { Saves } from './board'
import css from './board.module.css'
import { BoardMenu, useBoardActs } from './board-acts'
import { BoardControls } from './board-controls'
import { type Editing, NEW } from './board-draft'
import { useFieldLabel } from './board-item'
import { Whose } from './whose'

type Props = {
  id: string
  saved: Board | undefined
  editing: Editing
  isEditing: boolean
  view: View
  saves: Saves
  onAdd: () => void
}

export function BoardHead(props: Props) {
  return props.isEditing ? <EditHead {...props} /> : <ReadHead {...props} />
}

function ReadHead({ saved, editing, view }: Props) {
  const navigate = useNavigate()
  const { board } = editing
  const acts = useBoardActs(board, saved, view, () => navigate({ to: '/boards', search: view.search as never }))
  return (
    <section className={css.head} aria-label="About this dashboard">
      <div className={css.line}>
        <p className={css.about}>
          <Whose of={saved} /> {board.about}
        </p>
        <span className={`${css.acts} no-print`}>
          {acts.mayChange ? (
            <Button icon="edit" onPress={() => view.set({ edit: '1' })}>
              Edit
            </Button>
          ) : (
            <Button icon="copy" onPress={acts.copy}>
              Make a copy
            </Button>
          )}
          <BoardMenu acts={acts} label="Dashboard" about="More about the dashboard" />
        </span>
      </div>
      <BoardControls controls={board.controls} view={view} />
    </section>
  )
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
