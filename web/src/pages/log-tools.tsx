// What can be done with the list: live tail, how the table looks, saved views, export.
import { useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { Field } from '../api/types'
import { Button, IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Segmented } from '../parts/choice'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { arranged, COLUMNS, columnOf, type ShownColumn } from '../state/columns'
import { SHORT_FIELDS } from '../state/fields'
import type { Search } from '../state/search'
import type { View } from '../state/view'
import css from './log-tools.module.css'
import { SavedViews } from './log-views'

type Arrange = { columns: ShownColumn[]; fields: Field[]; onArrange: (columns: ShownColumn[]) => void }
type Props = Arrange & { view: View; onExport: () => void; onFacets: (() => void) | undefined }

export function LogTools({ view, columns, fields, onArrange, onExport, onFacets }: Props) {
  const isTail = view.search.tail === '1'
  return (
    <div className={css.tools}>
      {onFacets && (
        <Button icon="filter" onPress={onFacets}>
          Facets
        </Button>
      )}
      <Button icon="play" pressed={isTail} onPress={() => view.set({ tail: isTail ? undefined : '1', row: undefined })}>
        Live tail
      </Button>
      {!onFacets && <TableLook view={view} columns={columns} fields={fields} onArrange={onArrange} />}
      <SavedViews page="logs" view={view} />
      <Button icon="download" kind="primary" data-shortcut="export" onPress={onExport}>
        Export
      </Button>
    </div>
  )
}

const DENSITIES = [
  { id: 'compact', label: 'Compact' },
  { id: 'normal', label: 'Normal' },
  { id: 'roomy', label: 'Roomy' },
]

const OTHERS_MAX = 30
/** Fields that have a column under their short name already. */
const isOther = (field: Field) =>
  !SHORT_FIELDS.some((f) => f.name === field.name || f.of === field.name) && field.name !== 'time'

/** Which columns in which order, how high the rows are. */
function TableLook({ view, columns, fields, onArrange }: Arrange & { view: View }) {
  const { density = 'normal', wrap } = view.search
  const set = (patch: Partial<Search>) => view.set(patch, { replace: true })
  const [typed, setTyped] = useState('')
  const known = [...COLUMNS.map(({ id, label }) => ({ name: id, label })), ...fields.filter(isOther)]
  const others = known.filter(
    ({ name, label }) =>
      !columns.some((c) => c.id === name) && `${name} ${label}`.toLowerCase().includes(typed.toLowerCase()),
  )
  return (
    <DialogTrigger>
      <AriaButton className={pop.trigger}>
        <Icon name="columns" />
        <b>Columns</b>
        <Icon name="chevron" size={14} />
      </AriaButton>
      <Popover className={pop.popover} placement="bottom end">
        <Dialog className={css.look} aria-label="Columns and rows">
          <div className={css.rows}>
            <Segmented
              label="Row height"
              value={density}
              options={DENSITIES}
              onChange={(id) => set({ density: id === 'normal' ? undefined : (id as Search['density']) })}
            />
            <Checkbox isSelected={wrap === '1'} onChange={(isOn) => set({ wrap: isOn ? '1' : undefined })}>
              Wrap text
            </Checkbox>
          </div>
          <ol className={css.shown} aria-label="Columns shown">
            {columns.map((column, i) => (
              <li key={column.id}>
                <Checkbox
                  isSelected
                  isDisabled={columns.length === 1}
                  onChange={() => onArrange(arranged.removed(columns, column.id))}
                >
                  {column.label}
                </Checkbox>
                <span className={css.acts}>
                  <IconButton
                    icon="pin"
                    label={column.isPinned ? `Let ${column.label} scroll` : `Keep ${column.label} in sight`}
                    pressed={column.isPinned}
                    onPress={() => onArrange(arranged.pinned(columns, column.id))}
                  />
                  <IconButton
                    icon="up"
                    label={`Move ${column.label} up`}
                    isDisabled={i === 0}
                    onPress={() => onArrange(arranged.moved(columns, column.id, i - 1))}
                  />
                  <IconButton
                    icon="down"
                    label={`Move ${column.label} down`}
                    isDisabled={i === columns.length - 1}
                    onPress={() => onArrange(arranged.moved(columns, column.id, i + 1))}
                  />
                </span>
              </li>
            ))}
          </ol>
          <input
            className={pop.input}
            aria-label="Search columns"
            placeholder={`Search ${known.length} fields`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <ul className={css.others} aria-label="Other columns">
            {others.slice(0, typed ? OTHERS_MAX : COLUMNS.length - columns.length).map(({ name, label }) => (
              <li key={name}>
                <Checkbox
                  isSelected={false}
                  onChange={() => onArrange(arranged.added(columns, columnOf(name, fields)))}
                >
                  {label}
                </Checkbox>
              </li>
            ))}
          </ul>
          <Button kind="quiet" onPress={() => set({ columns: undefined, density: undefined, wrap: undefined })}>
            As at first
          </Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
