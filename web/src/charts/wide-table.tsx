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
  const numbers = all.slice(at).filter(({ id }) => id !== 'change')
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
      cell: (row: PanelRow) => <Value field={column.id} value={row.cells[column.id]} moves={moves} />,
    })),
    ...numbers.map((column) => numberOf(column, data, moves)),
    ...changes,
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

function Value({
  field,
  value,
  moves,
}: {
  field: string
  value: string | number | null | undefined
  moves: PanelMoves
}) {
  if (value === null || value === undefined || value === '') return <span className="quiet">–</span>
  const text = String(value)
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
      {field === 'status' && <StatusMark name={statusClassOf(Number(text) || null)} />} {text}
    </button>
  )
}
