// What can be done with one value of one event: the same menu for a cell of the table and a line of the drawer.
import { Menu as AriaMenu, MenuItem, MenuSection, Popover, Separator } from 'react-aria-components'
import type { AccessEvent } from '../api/types'
import { Icon, type IconName } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { copyText } from '../parts/toast'
import { SHORT_FIELDS } from '../state/fields'
import { curlOf } from './event-fields'

/** A value on screen: `field` and `value` as the filter takes them, when it does. */
export type Picked = {
  event: AccessEvent
  text: string
  field?: string | undefined
  value?: string | undefined
  at: Element
}
export type ValueMoves = {
  filter: (field: string, value: string, excludes: boolean) => void
  addColumn: (field: string) => void
  /** Whether the table could show this field and does not. */
  canAdd: (field: string) => boolean
  /** Stacks the histogram by this field, where it can be. */
  groupBy: (field: string) => void
  /** Opens the page of this value; undefined where it has none. */
  pageOf: (field: string, value: string) => (() => void) | undefined
}

type Entry = { id: string; label: string; icon: IconName; hint?: string; run: () => void }

/** The address of one event, whatever else is on the page. */
export const linkTo = (event: AccessEvent) => {
  const url = new URL(location.href)
  url.searchParams.set('row', event.id)
  return url.href
}

export const copies = (event: AccessEvent): Entry[] => [
  {
    id: 'json',
    label: 'Copy event as JSON',
    icon: 'copy',
    run: () => copyText(JSON.stringify(event, null, 2), 'JSON'),
  },
  { id: 'curl', label: 'Copy as curl', icon: 'copy', run: () => copyText(curlOf(event), 'curl command') },
  { id: 'link', label: 'Copy link to this event', icon: 'link', run: () => copyText(linkTo(event), 'Link') },
]

const isGroup = (field: string) => SHORT_FIELDS.some(({ name, isFacet }) => isFacet && name === field)

function entriesOf({ event, text, field, value }: Picked, moves: ValueMoves): Entry[][] {
  const filters: Entry[] =
    field && value !== undefined
      ? [
          { id: 'only', label: 'Only this', icon: 'plus', hint: 'f', run: () => moves.filter(field, value, false) },
          { id: 'not', label: 'Not this', icon: 'minus', hint: '-', run: () => moves.filter(field, value, true) },
        ]
      : []
  const column: Entry[] =
    field && moves.canAdd(field)
      ? [{ id: 'column', label: 'Add as a column', icon: 'columns', run: () => moves.addColumn(field) }]
      : []
  const group: Entry[] =
    field && isGroup(field)
      ? [{ id: 'group', label: 'Group the histogram by it', icon: 'chart', run: () => moves.groupBy(field) }]
      : []
  const open = field && value !== undefined ? moves.pageOf(field, value) : undefined
  const page: Entry[] = open ? [{ id: 'page', label: 'Open its page', icon: 'usage', run: open }] : []
  const copy: Entry[] = text
    ? [{ id: 'copy', label: 'Copy value', icon: 'copy', run: () => copyText(text, 'Value') }]
    : []
  return [[...filters, ...page, ...column, ...group, ...copy], copies(event)].filter((part) => part.length > 0)
}

/** Opens at the picked value. One for all values of a place, so that a million cells need no menu each. */
export function ValueMenu(props: { picked: Picked | null; moves: ValueMoves; onClose: () => void }) {
  const { picked, moves, onClose } = props
  if (!picked) return null
  const parts = entriesOf(picked, moves)
  const run = (id: string) =>
    parts
      .flat()
      .find((entry) => entry.id === id)
      ?.run()
  const label = picked.text ? `Value ${picked.text.slice(0, 80)}` : 'Event'
  return (
    <Popover
      className={pop.popover}
      aria-label={label}
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      triggerRef={{ current: picked.at }}
      placement="bottom start"
    >
      <AriaMenu
        className={pop.list}
        aria-label={label}
        autoFocus="first"
        onAction={(id) => {
          onClose()
          run(String(id))
        }}
        onClose={onClose}
      >
        {parts.map((entries, i) => [
          i > 0 && <Separator key={`line ${entries[0]?.id}`} className={pop.line as string} />,
          <MenuSection key={entries[0]?.id} aria-label={i > 0 ? 'Event' : 'Value'}>
            {entries.map((entry) => (
              <MenuItem key={entry.id} id={entry.id} className={pop.item as string} textValue={entry.label}>
                <Icon name={entry.icon} />
                {entry.label}
                {entry.hint && <span className={pop.end}>{entry.hint}</span>}
              </MenuItem>
            ))}
          </MenuSection>,
        ])}
      </AriaMenu>
    </Popover>
  )
}
