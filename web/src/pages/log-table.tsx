// The table of events: as many rows as there are, of which those on screen are drawn; a cursor for keys, cells that filter.
// Cards on narrow screens.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { AccessEvent } from '../api/types'
import { Skeleton } from '../parts/state'
import { pxOf, type ShownColumn, trackOf } from '../state/columns'
import { LogHead } from './log-head'
import { type Picked, ValueMenu, type ValueMoves } from './log-menu'
import { LogCard, LogRow, RowSkeleton } from './log-row'
import css from './log-table.module.css'
import { useRowWindow } from './row-window'

export const ROW_PX = { compact: 24, normal: 30, roomy: 40 } as const
/** Three lines of text. */
const WRAP_PX = 64
const CARD_PX = 74
const HEAD_PX = 30
const GAP_PX = 12
const EDGE_PX = 16

/** Rows by their place; one that is not loaded yet is undefined. */
export type List = { count: number; at: (index: number) => AccessEvent | undefined }
export type TableLook = { density: keyof typeof ROW_PX; wraps: boolean; isNarrow: boolean }

type Props = {
  list: List
  columns: ShownColumn[]
  look: TableLook
  tz: string
  active: number
  openId: string | undefined
  isLoading: boolean
  isStale: boolean
  order: 'asc' | undefined
  moves: ValueMoves
  onOrder: () => void
  onArrange: (columns: ShownColumn[]) => void
  onShow: (first: number, last: number) => void
  onActive: (index: number) => void
  onOpen: (event: AccessEvent) => void
  /** Before a press is over: what moves rows by itself stops. */
  onPress?: () => void
  onScroll: (isAtTop: boolean) => void
  empty: ReactNode
}

export function LogTable(props: Props) {
  const { list, columns, look, tz, active, onShow } = props
  const { isNarrow } = look
  const scroll = useRef<HTMLDivElement>(null)
  const [cell, setCell] = useState(-1)
  const [picked, setPicked] = useState<Picked | null>(null)
  const id = useId()
  const rowPx = isNarrow ? CARD_PX : look.wraps ? WRAP_PX : ROW_PX[look.density]
  const rows = useRowWindow(scroll, list.count, rowPx, isNarrow ? 0 : HEAD_PX)
  const { first, last, reveal } = rows

  useEffect(() => onShow(first, last), [onShow, first, last])
  const isFirst = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a moved cursor scrolls.
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else if (active >= 0 && active < list.count) reveal(active)
  }, [active])

  const pick = (event: AccessEvent, column: ShownColumn | undefined, at: Element) =>
    setPicked({ event, at, field: column?.id, value: column?.value?.(event), text: column?.text(event, tz) ?? '' })
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return
    const jump = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -active, End: list.count }[event.key]
    const column = columns[cell]
    const shown = list.at(active)
    const isMenu = event.key === 'm' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)
    if (jump !== undefined) props.onActive(Math.min(list.count - 1, Math.max(0, active + jump)))
    else if (event.key === 'ArrowRight') setCell((now) => Math.min(columns.length - 1, now + 1))
    else if (event.key === 'ArrowLeft') setCell((now) => Math.max(-1, now - 1))
    else if (event.key === 'Enter' && shown) props.onOpen(shown)
    else if (isMenu && shown) {
      const row = document.getElementById(`${id}-${active}`)
      pick(shown, column, row?.children[Math.max(0, cell)] ?? event.currentTarget)
    } else if ((event.key === 'f' || event.key === '-') && column && shown) {
      const value = column.value?.(shown)
      if (value !== undefined) props.moves.filter(column.id, value, event.key === '-')
    } else return
    event.preventDefault()
  }

  const width = columns.reduce((sum, column) => sum + pxOf(column) + GAP_PX, 2 * EDGE_PX - GAP_PX)
  const grid = { gridTemplateColumns: columns.map(trackOf).join(' '), minWidth: isNarrow ? undefined : width }
  const lefts = columns.map((_, i) => columns.slice(0, i).reduce((sum, c) => sum + pxOf(c) + GAP_PX, EDGE_PX))
  const isEmpty = !props.isLoading && list.count === 0
  const presses = usePresses(list, props.onOpen, props.onPress)
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  return (
    <div
      ref={scroll}
      className={`${css.scroll} ${props.isStale ? css.stale : ''} ${look.wraps ? css.wraps : ''}`}
      onScroll={(event) => {
        rows.onScroll()
        props.onScroll(event.currentTarget.scrollTop < rowPx)
      }}
    >
      {isEmpty && props.empty}
      {props.isLoading && <Waiting height={rowPx} />}
      {!isEmpty && !props.isLoading && (
        <div
          role="grid"
          aria-label="Access events"
          aria-rowcount={list.count + 1}
          aria-colcount={columns.length}
          aria-activedescendant={active >= first && active <= last ? `${id}-${active}` : undefined}
          tabIndex={0}
          className={css.grid}
          onKeyDown={onKeyDown}
          data-testid="events"
        >
          <div
            role="rowgroup"
            className={isNarrow ? 'hidden-but-read' : css.header}
            style={{ minWidth: grid.minWidth }}
          >
            <div role="row" aria-rowindex={1} className={css.heads} style={grid}>
              {isNarrow ? (
                columns.map((column) => (
                  <div key={column.id} role="columnheader" tabIndex={-1}>
                    {column.label}
                  </div>
                ))
              ) : (
                <LogHead
                  columns={columns}
                  lefts={lefts}
                  tz={tz}
                  order={props.order}
                  onOrder={props.onOrder}
                  onArrange={props.onArrange}
                />
              )}
            </div>
          </div>
          <div role="rowgroup" style={{ height: rows.height, position: 'relative' }} {...presses}>
            {drawn.map((index) => {
              const event = list.at(index)
              const place = { id: `${id}-${index}`, index, top: rows.topOf(index), height: rowPx }
              if (!event) return <RowSkeleton key={index} {...place} />
              const shared = { ...place, event, tz, isActive: index === active, isOpen: event.id === props.openId }
              return isNarrow ? (
                <LogCard key={event.id} {...shared} />
              ) : (
                <LogRow
                  key={event.id}
                  {...shared}
                  columns={columns}
                  tracks={grid.gridTemplateColumns}
                  width={width}
                  lefts={lefts}
                  cell={index === active ? cell : -1}
                  onFilter={props.moves.filter}
                  onMenu={pick}
                />
              )
            })}
          </div>
        </div>
      )}
      <ValueMenu picked={picked} moves={props.moves} onClose={() => setPicked(null)} />
    </div>
  )
}

/** A press opens the row it began on, wherever renewed rows have moved it meanwhile; marking text is no press. */
function usePresses(list: List, onOpen: (event: AccessEvent) => void, onPress?: () => void) {
  const pressed = useRef<AccessEvent>(undefined)
  const eventUnder = (target: EventTarget) => {
    if (!(target instanceof Element) || target.closest('button')) return undefined
    const row = target.closest<HTMLElement>('[data-row]')
    const event = row ? list.at(Number(row.ariaRowIndex) - 2) : undefined
    return event?.id === row?.dataset.row ? event : undefined
  }
  return {
    onPointerDown: (event: React.PointerEvent) => {
      onPress?.()
      pressed.current = event.button === 0 && !event.altKey ? eventUnder(event.target) : undefined
    },
    onClick: (event: React.MouseEvent) => {
      const opened = pressed.current ?? eventUnder(event.target)
      pressed.current = undefined
      if (opened && !event.altKey && getSelection()?.isCollapsed !== false) onOpen(opened)
    },
  }
}

function Waiting({ height }: { height: number }) {
  return (
    <div className={css.waiting} aria-busy="true">
      {Array.from({ length: 24 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike and never moved.
        <div key={i} style={{ height }}>
          <Skeleton height={Math.min(16, height - 14)} width={`${72 + ((i * 37) % 26)}%`} />
        </div>
      ))}
    </div>
  )
}
