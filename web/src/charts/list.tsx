// Top lists and tables: each row a link that filters, its share as a bar, its change against before.
import type { PanelColumn, PanelData, PanelRow } from '../api/types'
import { StatusMark, statusClassOf } from '../parts/status'
import { SHORT_FIELDS } from '../state/fields'
import { countText, exactText, percentText, unitText } from '../state/numbers'
import { ChangeMark, type Wish } from './change'
import css from './list.module.css'

type Props = {
  data: PanelData
  compares: boolean
  wish: Wish
  onPick?: (row: PanelRow, excludes: boolean) => void
}

/** Columns that hold more than the label, the value and what we derive from it. */
export function extraColumns(data: PanelData): PanelColumn[] {
  const derived = new Set(['key', 'label', 'value', 'share', 'previous', 'change'])
  const columns = data.columns ?? []
  const has = (id: string) => data.rows?.some((row) => row.cells?.[id] !== undefined && row.cells[id] !== row.label)
  return columns.filter((column) => !derived.has(column.id) && has(column.id))
}

export function ListChart({ data, wish, onPick, ...props }: Props) {
  const rows = data.rows ?? []
  // A list of what is new says so in its title.
  const compares = props.compares && !(data.panel.chart === 'table' && rows.every((row) => row.state === 'new'))
  const extra = extraColumns(data)
  const most = Math.max(1, ...rows.map((row) => row.value ?? 0))
  const unit = data.panel.unit
  const largest = (id: string) => Math.max(0, ...rows.map((row) => Number(row.cells?.[id] ?? 0)))
  const isStatus = rows.length > 0 && rows.every((row) => /^[1-5](\d\d|xx)$/.test(row.key) || row.key === 'unknown')
  const valueLabel = data.columns?.find((c) => c.id === 'value')?.label ?? 'Calls'
  return (
    <table className={css.list}>
      <thead>
        <tr>
          <th scope="col">{nameLabel(data)}</th>
          <th scope="col">{valueLabel}</th>
          <th scope="col">Share</th>
          {extra.map((column) => (
            <th key={column.id} scope="col" className={extraClass(column)}>
              {column.label}
            </th>
          ))}
          {compares && <th scope="col">Change</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <span className={css.bar} style={{ width: `${((row.value ?? 0) / most) * 100}%` }} aria-hidden="true" />
              <button
                type="button"
                className={css.name}
                disabled={!onPick || !row.filter}
                title={row.label}
                onClick={(event) => onPick?.(row, event.altKey)}
              >
                {isStatus && (
                  <StatusMark name={row.key.endsWith('xx') ? row.key : statusClassOf(Number(row.key) || null)} />
                )}
                <span>{row.label}</span>
              </button>
            </th>
            <td title={`${exactText(row.value)}, ${percentText(row.share)}`}>{unitText(row.value, unit)}</td>
            <td className={css.share}>{percentText(row.share)}</td>
            {extra.map((column) => (
              <td key={column.id} className={extraClass(column)} title={textOf(row.cells?.[column.id])}>
                {cell(row.cells?.[column.id], column.unit, largest(column.id))}
              </td>
            ))}
            {compares && (
              <td>
                <ChangeMark change={row.change} state={row.state} previous={row.previous ?? null} wish={wish} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
      {data.other ? (
        <tfoot>
          <tr>
            <th scope="row">
              <span className={css.other}>Others</span>
            </th>
            <td>{countText(data.other)}</td>
            <td className={css.share}>{percentText(data.total ? data.other / data.total : null)}</td>
            {extra.map((column) => (
              <td key={column.id} className={css.extra} />
            ))}
            {compares && <td />}
          </tr>
        </tfoot>
      ) : null}
    </table>
  )
}

/** The heading of the first column: what the list is split by. */
export function nameLabel(data: PanelData): string {
  const first = data.columns?.[0]
  if (first?.id === 'key' || first?.id === 'label') return first.label
  const field = SHORT_FIELDS.find((f) => f.name === data.panel.split || f.of === data.panel.split)
  return field?.label ?? 'Name'
}

const extraClass = (column: PanelColumn) => `${css.extra} ${column.unit === 'text' ? css.words : ''}`
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

function cell(value: string | number | null | undefined, unit: string | null | undefined, largest: number): string {
  if (typeof value === 'string') return value
  return unitText(value, unit, largest)
}
