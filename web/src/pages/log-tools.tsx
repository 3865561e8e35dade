// What can be done with the list: live tail, how the table looks, saved views, export.
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { Button, IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Segmented } from '../parts/choice'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { arranged, COLUMNS, type ShownColumn } from '../state/columns'
import type { Search } from '../state/search'
import type { View } from '../state/view'
import css from './log-tools.module.css'
import { SavedViews } from './log-views'

type Arrange = { columns: ShownColumn[]; onArrange: (columns: ShownColumn[]) => void }
type Props = Arrange & { view: View; onExport: () => void; onFacets: (() => void) | undefined }

export function LogTools({ view, columns, onArrange, onExport, onFacets }: Props) {
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
      {!onFacets && <TableLook view={view} columns={columns} onArrange={onArrange} />}
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

/** Which columns in which order, how high the rows are. */
function TableLook({ view, columns, onArrange }: Arrange & { view: View }) {
  const { density = 'normal', wrap } = view.search
  const set = (patch: Partial<Search>) => view.set(patch, { replace: true })
  const others = COLUMNS.filter((column) => !columns.some((c) => c.id === column.id))
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
          <ul className={css.others} aria-label="Other columns">
            {others.map((column) => (
              <li key={column.id}>
                <Checkbox isSelected={false} onChange={() => onArrange(arranged.added(columns, column.id))}>
                  {column.label}
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
