// The table of events: virtual rows in one grid, a cursor for keys, cells that filter. Cards on narrow screens.
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { AccessEvent } from '../api/types'
import { Icon } from '../parts/icon'
import { Skeleton } from '../parts/state'
import type { Column } from '../state/columns'
import { exactText } from '../state/numbers'
import { offsetText } from '../state/zone'
import { LogCard, LogRow } from './log-row'
import css from './log-table.module.css'

const ROW_PX = 30
const CARD_PX = 74
const GAP_PX = 12
const EDGES_PX = 32
const AHEAD = 40

type Props = {
  events: AccessEvent[]
  columns: Column[]
  tz: string
  total: number
  active: number
  openId: string | undefined
  isLoading: boolean
  isStale: boolean
  isNarrow: boolean
  hasMore: boolean
  /** Live tail has no last row. */
  isEndless: boolean
  order: 'asc' | undefined
  onOrder: () => void
  onMore: () => void
  onActive: (index: number) => void
  onOpen: (index: number) => void
  onFilter: (field: string, value: string, excludes: boolean) => void
  onScroll: (isAtTop: boolean) => void
  empty: ReactNode
}

export function LogTable(props: Props) {
  const { events, columns, tz, total, active, isNarrow, hasMore, onMore } = props
  const scroll = useRef<HTMLDivElement>(null)
  const [cell, setCell] = useState(-1)
  const id = useId()
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (isNarrow ? CARD_PX : ROW_PX),
    overscan: 12,
    getItemKey: (index) => events[index]?.id ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights change only with the layout.
  useEffect(() => rows.measure(), [isNarrow])

  const items = rows.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && events.length > 0 && last >= events.length - AHEAD) onMore()
  }, [hasMore, last, events.length, onMore])

  const isFirst = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a moved cursor scrolls.
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else if (active >= 0 && active < events.length) rows.scrollToIndex(active, { align: 'auto' })
  }, [active])

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -active, End: events.length }[event.key]
    const column = columns[cell]
    const shown = events[active]
    if (by !== undefined) props.onActive(Math.min(events.length - 1, Math.max(0, active + by)))
    else if (event.key === 'ArrowRight') setCell((now) => Math.min(columns.length - 1, now + 1))
    else if (event.key === 'ArrowLeft') setCell((now) => Math.max(-1, now - 1))
    else if (event.key === 'Enter') props.onOpen(active)
    else if ((event.key === 'f' || event.key === '-') && column && shown) {
      const value = column.value?.(shown)
      if (value !== undefined) props.onFilter(column.id, value, event.key === '-')
    } else return
    event.preventDefault()
  }

  const tracks = columns.map((column) => column.track).join(' ')
  const width = columns.reduce((sum, column) => sum + column.px + GAP_PX, EDGES_PX - GAP_PX)
  const isEmpty = !props.isLoading && events.length === 0
  const grid = { gridTemplateColumns: tracks, minWidth: isNarrow ? undefined : width }
  return (
    <div
      ref={scroll}
      className={`${css.scroll} ${props.isStale ? css.stale : ''}`}
      onScroll={(event) => props.onScroll(event.currentTarget.scrollTop < ROW_PX)}
    >
      {isEmpty && props.empty}
      {props.isLoading && <Waiting height={isNarrow ? CARD_PX : ROW_PX} />}
      {!isEmpty && !props.isLoading && (
        <div
          role="grid"
          aria-label="Access events"
          aria-rowcount={total + 1}
          aria-colcount={columns.length}
          aria-activedescendant={active >= 0 && active < events.length ? `${id}-${active}` : undefined}
          tabIndex={0}
          className={css.grid}
          onKeyDown={onKeyDown}
          data-testid="events"
        >
          <div role="rowgroup" className={isNarrow ? 'hidden-but-read' : css.header}>
            <div role="row" aria-rowindex={1} className={css.heads} style={grid}>
              {columns.map((column) => (
                <div
                  key={column.id}
                  role="columnheader"
                  tabIndex={-1}
                  className={column.isNumber ? css.number : ''}
                  aria-sort={column.id === 'timestamp' ? (props.order ? 'ascending' : 'descending') : undefined}
                >
                  {column.id === 'timestamp' && !isNarrow ? (
                    <button
                      type="button"
                      className={css.sort}
                      title={props.order ? 'Oldest first' : 'Newest first'}
                      onClick={props.onOrder}
                    >
                      {column.label} <span>{offsetText(tz, Date.now())}</span>
                      <i className={props.order ? css.up : ''}>
                        <Icon name="chevron" size={14} />
                      </i>
                    </button>
                  ) : (
                    column.label
                  )}
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
            {items.map((item) => {
              const event = events[item.index] as AccessEvent
              const shared = {
                id: `${id}-${item.index}`,
                event,
                index: item.index,
                top: item.start,
                tz,
                isActive: item.index === active,
                isOpen: event.id === props.openId,
                onOpen: props.onOpen,
              }
              return isNarrow ? (
                <LogCard key={item.key} {...shared} />
              ) : (
                <LogRow
                  key={item.key}
                  {...shared}
                  columns={columns}
                  tracks={tracks}
                  width={width}
                  cell={item.index === active ? cell : -1}
                  onFilter={props.onFilter}
                />
              )
            })}
          </div>
          {!hasMore && !props.isEndless && (
            <p className={css.end}>{exactText(events.length)} events, that is all of them</p>
          )}
        </div>
      )}
    </div>
  )
}

function Waiting({ height }: { height: number }) {
  return (
    <div className={css.waiting} aria-busy="true">
      {Array.from({ length: 24 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike and never moved.
        <div key={i} style={{ height }}>
          <Skeleton height={height - 14} width={`${72 + ((i * 37) % 26)}%`} />
        </div>
      ))}
    </div>
  )
}
