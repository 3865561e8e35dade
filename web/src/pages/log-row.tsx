// One event: as a row of cells, or as a card.
import { memo, useState } from 'react'
import type { AccessEvent } from '../api/types'
import { Pill, Status } from '../parts/status'
import type { Column } from '../state/columns'
import { durationText } from '../state/numbers'
import { clockText, dayText, instantText, millisText } from '../state/zone'
import css from './log-table.module.css'

type Shared = {
  id: string
  event: AccessEvent
  index: number
  top: number
  tz: string
  isActive: boolean
  isOpen: boolean
  onOpen: (index: number) => void
}
type RowProps = Shared & {
  columns: Column[]
  tracks: string
  width: number
  cell: number
  onFilter: (field: string, value: string, excludes: boolean) => void
}

export const LogRow = memo(function LogRow(props: RowProps) {
  const { event, index, columns, tz } = props
  const [over, setOver] = useState(-1)
  const denied = event.access.granted === false
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of its rows.
    <div
      id={props.id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={props.isOpen}
      data-row={event.id}
      className={`${css.row} ${props.isActive ? css.active : ''} ${props.isOpen ? css.open : ''} ${denied ? css.denied : ''}`}
      style={{ transform: `translateY(${props.top}px)`, gridTemplateColumns: props.tracks, minWidth: props.width }}
      onClick={() => props.onOpen(index)}
      onPointerLeave={() => setOver(-1)}
    >
      {columns.map((column, i) => {
        const value = column.value?.(event)
        return (
          <div
            key={column.id}
            role="gridcell"
            tabIndex={-1}
            className={`${css.cell} ${column.isNumber ? css.number : ''} ${column.isMono ? css.mono : ''} ${props.cell === i ? css.picked : ''}`}
            onPointerEnter={() => setOver(i)}
          >
            <CellBody column={column} event={event} tz={tz} />
            {over === i && value !== undefined && (
              <span className={css.acts}>
                <Act sign="=" hint="Only this" onPress={() => props.onFilter(column.id, value, false)} />
                <Act sign="≠" hint="Not this" onPress={() => props.onFilter(column.id, value, true)} />
              </span>
            )}
          </div>
        )
      })}
    </div>
  )
})

/** For the pointer; keys use `f` and `-` on the cell. */
function Act({ sign, hint, onPress }: { sign: string; hint: string; onPress: () => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-hidden="true"
      title={hint}
      onClick={(event) => {
        event.stopPropagation()
        onPress()
      }}
    >
      {sign}
    </button>
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
      <span title={`${instantText(at, 'UTC')} UTC`}>
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
  const isUnknown = column.id === 'consumer' && !event.consumer_name
  return (
    <span className={`${css.text} ${isUnknown ? css.quiet : ''}`} title={text}>
      {text}
    </span>
  )
}

export const LogCard = memo(function LogCard({ id, event, index, top, tz, isActive, isOpen, onOpen }: Shared) {
  const at = Date.parse(event.timestamp)
  const denied = event.access.granted === false
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of its rows.
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      data-row={event.id}
      className={`${css.card} ${isActive ? css.active : ''} ${denied ? css.denied : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onOpen(index)}
    >
      <div role="gridcell" tabIndex={-1} className={css.cardLine}>
        <Status code={event.response.status} />
        <span className={css.mono}>{event.request.method}</span>
        <span className={`${css.mono} ${css.text}`}>{event.request.path}</span>
      </div>
      <div role="gridcell" tabIndex={-1} className={css.cardLine}>
        <span className={css.text}>{event.consumer_name ?? 'unknown'}</span>
        {denied && <Pill tone="denied">{event.access.reason_label ?? event.access.reason ?? 'Denied'}</Pill>}
      </div>
      <div role="gridcell" tabIndex={-1} className={`${css.cardLine} ${css.quiet}`}>
        {dayText(at, tz)} {clockText(at, tz)}
        <span className={css.right}>{durationText(event.response.duration_ms)}</span>
      </div>
    </div>
  )
})
