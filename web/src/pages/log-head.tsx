// The heads of the columns: each has a menu that does by keyboard what dragging does by pointer.
import { useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { Icon } from '../parts/icon'
import { Menu, type MenuEntry } from '../parts/menu'
import { arranged, pxOf, type ShownColumn } from '../state/columns'
import { offsetText } from '../state/zone'
import css from './log-table.module.css'

const STEP_PX = 40

export type HeadProps = {
  columns: ShownColumn[]
  /** Distance of each pinned column from the left edge, in px. */
  lefts: number[]
  tz: string
  order: 'asc' | undefined
  onOrder: () => void
  onArrange: (columns: ShownColumn[]) => void
}

export function LogHead(props: HeadProps) {
  const [over, setOver] = useState<string | null>(null)
  const dragged = useRef<string | null>(null)
  return props.columns.map((column, index) => (
    <div
      key={column.id}
      role="columnheader"
      tabIndex={-1}
      className={`${css.headCell} ${column.isNumber ? css.headEnd : ''} ${column.isPinned ? css.pinned : ''} ${over === column.id ? css.target : ''}`}
      style={column.isPinned ? { left: props.lefts[index] } : undefined}
      aria-sort={column.id === 'timestamp' ? (props.order ? 'ascending' : 'descending') : undefined}
      draggable
      onDragStart={(event) => {
        dragged.current = column.id
        event.dataTransfer.effectAllowed = 'move'
      }}
      onDragOver={(event) => {
        if (!dragged.current) return
        event.preventDefault()
        setOver(column.id)
      }}
      onDragEnd={() => setOver(null)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(null)
        if (dragged.current) props.onArrange(arranged.moved(props.columns, dragged.current, index))
        dragged.current = null
      }}
    >
      <HeadMenu {...props} column={column} index={index} />
      <Grip column={column} onWidth={(px) => props.onArrange(arranged.resized(props.columns, column.id, px))} />
    </div>
  ))
}

function HeadMenu(props: HeadProps & { column: ShownColumn; index: number }) {
  const { column, columns, index, order, onArrange } = props
  const isTime = column.id === 'timestamp'
  const resize = (by: number) => onArrange(arranged.resized(columns, column.id, pxOf(column) + by))
  const entries: MenuEntry[] = [
    ...(isTime
      ? [{ id: 'order', label: order ? 'Newest first' : 'Oldest first', icon: 'clock' as const, run: props.onOrder }]
      : []),
    {
      id: 'pin',
      label: column.isPinned ? 'Let it scroll' : 'Keep in sight',
      icon: 'check',
      run: () => onArrange(arranged.pinned(columns, column.id)),
    },
    ...(index > 0
      ? [
          {
            id: 'left',
            label: 'Move left',
            icon: 'left' as const,
            run: () => onArrange(arranged.moved(columns, column.id, index - 1)),
          },
        ]
      : []),
    ...(index < columns.length - 1
      ? [
          {
            id: 'right',
            label: 'Move right',
            icon: 'right' as const,
            run: () => onArrange(arranged.moved(columns, column.id, index + 1)),
          },
        ]
      : []),
    { id: 'wider', label: 'Wider', icon: 'plus', run: () => resize(STEP_PX) },
    { id: 'narrower', label: 'Narrower', icon: 'minus', run: () => resize(-STEP_PX) },
    ...(column.width !== null
      ? [
          {
            id: 'auto',
            label: 'Width by itself',
            icon: 'refresh' as const,
            run: () => onArrange(arranged.resized(columns, column.id, null)),
          },
        ]
      : []),
    ...(columns.length > 1
      ? [
          {
            id: 'hide',
            label: 'Hide',
            icon: 'close' as const,
            run: () => onArrange(arranged.removed(columns, column.id)),
          },
        ]
      : []),
  ]
  return (
    <Menu
      label={`Column ${column.label}`}
      trigger={
        <Button className={css.headButton}>
          <span className={css.headText}>
            {column.label} {isTime && <i>{offsetText(props.tz, Date.now())}</i>}
          </span>
          <span className={`${css.headMark} ${isTime ? css.sorted : ''} ${isTime && order ? css.up : ''}`}>
            <Icon name="chevron" size={14} />
          </span>
        </Button>
      }
      entries={entries}
    />
  )
}

/** For the pointer; the menu has Wider and Narrower. */
function Grip({ column, onWidth }: { column: ShownColumn; onWidth: (px: number | null) => void }) {
  const start = useRef<{ x: number; px: number; cell: HTMLElement } | null>(null)
  return (
    <span
      className={css.grip}
      aria-hidden="true"
      draggable
      onDragStart={(event) => {
        event.preventDefault()
        event.stopPropagation()
      }}
      onDoubleClick={() => onWidth(null)}
      onPointerDown={(event) => {
        const cell = event.currentTarget.parentElement
        if (!cell || event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, px: column.width ?? cell.clientWidth, cell }
      }}
      onPointerUp={(event) => {
        const from = start.current
        start.current = null
        if (from && Math.abs(event.clientX - from.x) > 3) onWidth(from.px + event.clientX - from.x)
      }}
      onPointerCancel={() => {
        start.current = null
      }}
    />
  )
}
