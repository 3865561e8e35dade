// A list split by several fields: a column for each, in which every value is a filter or a way to its page. It scrolls.
import { useMemo } from 'react'
import type { PanelColumn, PanelData, PanelRow } from '../api/types'
import { Go } from '../parts/link'
import { StatusMark, statusClassOf } from '../parts/status'
import { Table, type TableColumn } from '../parts/table'
import { exactText, unitText } from '../state/numbers'
import { ChangeMark, type Wish } from './change'
import type { PanelMoves } from './kinds'
import { timeCell } from './time-cell'
import css from './wide-table.module.css'

/** Parts of the clock are no fields, so nothing can be filtered by them; the calls of the row are a press away. */
const CLOCK = new Set(['minute', 'hour', 'day', 'month', 'weekday', 'hour_of_day', 'off_hours'])

type Props = { data: PanelData; compares: boolean; wish: Wish; moves: PanelMoves }

export default function WideTable({ data, compares, wish, moves }: Props) {
  const columns = useMemo(() => columnsOf(data, compares, wish, moves), [data, compares, wish, moves])
  return (
    <div className={css.wide}>
      <Table label={`${data.panel.title}, a table`} columns={columns} rows={data.rows ?? []} keyOf={(row) => row.key} />
    </div>
  )
}

function columnsOf(data: PanelData, compares: boolean, wish: Wish, moves: PanelMoves): TableColumn<PanelRow>[] {
  const all = data.columns ?? []
  const at = all.findIndex(({ id }) => id === 'value')
  // What no row has only takes room.
  const isKnown = ({ id }: PanelColumn, i: number) =>
    i === 0 || data.rows?.some((row) => row.cells[id] !== null && row.cells[id] !== undefined)
  const splits = all.slice(0, at).filter(isKnown)
  // The change stands with what changed: the value, or its share.
  const numbers = all.slice(at).filter(({ id }) => id !== 'change')
  const isMain = ({ id }: PanelColumn) => id === 'value' || id === 'share'
  const changes: TableColumn<PanelRow>[] = compares
    ? [
        {
          id: 'change',
          label: 'Change',
          isNumber: true,
          cell: (row) => <ChangeMark change={row.change} state={row.state} previous={row.previous} wish={wish} />,
        },
      ]
    : []
  return [
    ...splits.map((column) => ({
      id: column.id,
      label: column.label,
      cell: (row: PanelRow) => <Value field={column.id} value={row.cells[column.id]} tz={data.tz} moves={moves} />,
    })),
    ...numbers.filter(isMain).map((column) => numberOf(column, data, moves)),
    ...changes,
    ...numbers.filter((column) => !isMain(column)).map((column) => numberOf(column, data, moves)),
  ]
}

function numberOf(column: PanelColumn, data: PanelData, moves: PanelMoves): TableColumn<PanelRow> {
  const { id, label, unit } = column
  const of = (row: PanelRow) => (id === 'value' ? row.value : id === 'share' ? row.share : row.cells[id])
  const most = (data.rows ?? []).reduce((max, row) => Math.max(max, Number(of(row) ?? 0) || 0), 0)
  return {
    id,
    label,
    isNumber: true,
    cell: (row) => {
      const value = of(row)
      if (typeof value === 'string') return timeCell(value, data.tz)
      const text = unitText(value, unit, most)
      if (id !== 'value' || !row.filter) return text
      return (
        <Go href={moves.href(row.filter)} className={css.link} title={`${exactText(value)}: show these calls`}>
          {text}
        </Go>
      )
    },
  }
}

type ValueProps = {
  field: string
  value: string | number | null | undefined
  tz: string
  moves: PanelMoves
}

function Value({ field, value, tz, moves }: ValueProps) {
  if (value === null || value === undefined || value === '') return <span className="quiet">–</span>
  const text = String(value)
  if (CLOCK.has(field)) return timeCell(text, tz)
  const page = moves.pageOf(field, text)
  if (page)
    return (
      <Go href={page} className={css.value} title={`Open the page of ${text}`}>
        {text}
      </Go>
    )
  return (
    <button
      type="button"
      className={css.value}
      title={`${text}\nClick: only these. Alt-click: without these.`}
      onClick={(event) => moves.filter(field, text, event.altKey)}
    >
      {field === 'status' && <StatusMark name={statusClassOf(Number(text) || null)} />}{' '}
      {moves.word?.(field, text) ?? text}
    </button>
  )
}
