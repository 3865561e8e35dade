// One event: as a row of cells, or as a card.
import { memo } from 'react'
import type { AccessEvent } from '../api/types'
import { Pill } from '../parts/pill'
import { Skeleton } from '../parts/state'
import { Status } from '../parts/status'
import { type Column, consumerOf, type ShownColumn } from '../state/columns'
import { durationText } from '../state/numbers'
import { clockText, dayText, elsewhereText, millisText } from '../state/zone'
import { CellSigns, useRest } from './cell-signs'
import css from './log-table.module.css'

type Place = { id: string; index: number; top: number; height: number }
type Shared = Place & {
  event: AccessEvent
  tz: string
  isActive: boolean
  isOpen: boolean
}
type RowProps = Shared & {
  columns: ShownColumn[]
  tracks: string
  width: number
  lefts: number[]
  cell: number
  onFilter: (field: string, value: string, excludes: boolean) => void
  onMenu: (event: AccessEvent, column: ShownColumn, at: Element) => void
}

const placeOf = ({ top, height }: Place) => ({ transform: `translateY(${top}px)`, height })

export const LogRow = memo(function LogRow(props: RowProps) {
  const { event, index, columns, tz } = props
  const { rest, move, leave } = useRest()
  const denied = event.access.granted === false
  return (
    <div
      id={props.id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={props.isOpen}
      data-row={event.id}
      className={`${css.row} ${props.isActive ? css.active : ''} ${props.isOpen ? css.open : ''} ${denied ? css.denied : ''}`}
      style={{ ...placeOf(props), gridTemplateColumns: props.tracks, minWidth: props.width }}
      onPointerLeave={leave}
    >
      {columns.map((column, i) => {
        const value = column.value?.(event)
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys use `f`, `-` and `m` on the cell.
          <div
            key={column.id}
            role="gridcell"
            tabIndex={-1}
            className={`${css.cell} ${column.isNumber ? css.number : ''} ${column.isMono ? css.mono : ''} ${column.isPinned ? css.pinned : ''} ${props.cell === i ? css.picked : ''}`}
            style={column.isPinned ? { left: props.lefts[i] } : undefined}
            onPointerMove={(event) => move(event, i)}
            onClick={(click) => {
              if (!click.altKey || value === undefined) return
              click.stopPropagation()
              props.onFilter(column.id, value, true)
            }}
            onContextMenu={(click) => {
              click.preventDefault()
              props.onMenu(event, column, click.currentTarget)
            }}
          >
            <CellBody column={column} event={event} tz={tz} />
            {rest?.cell === i && (
              <CellSigns
                left={rest.left}
                hasValue={value !== undefined}
                onFilter={(excludes) => value !== undefined && props.onFilter(column.id, value, excludes)}
                onMenu={(at) => props.onMenu(event, column, at)}
              />
            )}
          </div>
        )
      })}
    </div>
  )
})

/** A place whose event is on its way. */
export function RowSkeleton(place: Place) {
  return (
    <div id={place.id} role="row" aria-rowindex={place.index + 2} className={css.blank} style={placeOf(place)}>
      <div role="gridcell">
        <span className="hidden-but-read">Loading</span>
        <Skeleton height={10} width={`${60 + ((place.index * 37) % 36)}%`} />
      </div>
    </div>
  )
}

function CellBody({ column, event, tz }: { column: Column; event: AccessEvent; tz: string }) {
  if (column.id === 'status') return <Status code={event.response.status} />
  if (column.id === 'granted') {
    return event.access.granted === false ? (
      <Pill tone="denied">{column.text(event, tz)}</Pill>
    ) : (
      <span className={css.quiet}>{column.text(event, tz)}</span>
    )
  }
  if (column.id === 'timestamp') {
    const at = Date.parse(event.timestamp)
    return (
      <span title={elsewhereText(at, tz)}>
        <span className={css.quiet}>{dayText(at, tz)}</span> {clockText(at, tz)}
        <span className={css.quiet}>.{millisText(at)}</span>
      </span>
    )
  }
  if (column.id === 'path' && event.request.query) {
    return (
      <span className={css.text} title={`${event.request.path}?${event.request.query}`}>
        {event.request.path}
        <span className={css.quiet}>?{event.request.query}</span>
      </span>
    )
  }
  const text = column.text(event, tz)
  const isUnknown = column.id === 'consumer' && !consumerOf(event)
  return (
    <span className={`${css.text} ${isUnknown ? css.quiet : ''}`} title={text}>
      {text}
    </span>
  )
}

export const LogCard = memo(function LogCard(props: Shared) {
  const { id, event, index, tz, isActive, isOpen } = props
  const at = Date.parse(event.timestamp)
  const denied = event.access.granted === false
  return (
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      data-row={event.id}
      className={`${css.card} ${isActive ? css.active : ''} ${denied ? css.denied : ''}`}
      style={placeOf(props)}
    >
      <div role="gridcell" tabIndex={-1} className={css.cardLine}>
        <Status code={event.response.status} />
        <span className={css.mono}>{event.request.method}</span>
        <span className={`${css.mono} ${css.text}`}>{event.request.path}</span>
      </div>
      <div role="gridcell" tabIndex={-1} className={css.cardLine}>
        <span className={css.text}>{consumerOf(event) ?? 'unknown'}</span>
        {denied && <Pill tone="denied">{event.access.reason_label ?? event.access.reason ?? 'Denied'}</Pill>}
      </div>
      <div role="gridcell" tabIndex={-1} className={`${css.cardLine} ${css.quiet}`}>
        {dayText(at, tz)} {clockText(at, tz)}
        <span className={css.right}>{durationText(event.response.duration_ms)}</span>
      </div>
    </div>
  )
})
