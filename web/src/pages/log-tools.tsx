// What can be done with the list: live tail, columns, export, link.
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { Button, IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Icon } from '../parts/icon'
import { Menu } from '../parts/menu'
import pop from '../parts/popover.module.css'
import { copyText } from '../parts/toast'
import { COLUMNS, type Column, columnNames } from '../state/columns'
import { iso, spanOf } from '../state/range'
import { writeSearch } from '../state/search'
import type { View } from '../state/view'
import css from './log-tools.module.css'

type Props = { view: View; columns: Column[]; onExport: () => void; onFacets: (() => void) | undefined }

export function LogTools({ view, columns, onExport, onFacets }: Props) {
  const isTail = view.search.tail === '1'
  const pinned = () => {
    const { from, to } = spanOf(view.range, Date.now())
    return `${location.origin}/logs${writeSearch({ ...view.search, from: iso(from), to: iso(to), tz: view.tz })}`
  }
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
      {!onFacets && <ColumnPicker view={view} columns={columns} />}
      <Menu
        label="Copy link"
        trigger={<IconButton icon="link" label="Copy link" />}
        entries={[
          { id: 'same', label: 'Link to this view', icon: 'link', run: () => copyText(location.href, 'Link') },
          { id: 'pinned', label: 'Link to exactly this time', icon: 'clock', run: () => copyText(pinned(), 'Link') },
        ]}
      />
      <Button icon="download" kind="primary" data-shortcut="export" onPress={onExport}>
        Export
      </Button>
    </div>
  )
}

function ColumnPicker({ view, columns }: { view: View; columns: Column[] }) {
  const ids = columns.map((column) => column.id)
  const toggle = (id: string, isOn: boolean) =>
    view.set({ columns: columnNames(isOn ? [...ids, id] : ids.filter((other) => other !== id)) }, { replace: true })
  return (
    <DialogTrigger>
      <AriaButton className={pop.trigger}>
        <Icon name="columns" />
        <b>Columns</b>
        <Icon name="chevron" size={14} />
      </AriaButton>
      <Popover className={pop.popover} placement="bottom end">
        <Dialog className={css.columns} aria-label="Columns">
          {COLUMNS.map((column) => (
            <Checkbox key={column.id} isSelected={ids.includes(column.id)} onChange={(isOn) => toggle(column.id, isOn)}>
              {column.label}
            </Checkbox>
          ))}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
