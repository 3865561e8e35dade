// Top lists and tables: each row a filter and a link, its share as a bar, its change against before.
import { useState } from 'react'
import type { PanelColumn, PanelData, PanelRow } from '../api/types'
import { useGridKeys } from '../parts/grid-keys'
import { Icon } from '../parts/icon'
import { Go } from '../parts/link'
import { StatusMark, statusClassOf } from '../parts/status'
import { SHORT_FIELDS } from '../state/fields'
import { exactText, percentText, unitText } from '../state/numbers'
import { ChangeMark, type Wish } from './change'
import css from './list.module.css'
import { isCount } from './series'
import { timeCell } from './time-cell'

type Props = {
  data: PanelData
  compares: boolean
  wish: Wish
  /** Filters the page by the row. */
  onPick?: (term: string, excludes: boolean) => void
  isPicked?: (term: string) => boolean
  /** Where the calls of a row are listed. */
  hrefOf?: (term: string) => string
  /** The page of a value of a field, where there is one. */
  pageOf?: (field: string, value: string) => string | null
}

/** Columns that hold more than the label, the value and what we derive from it. */
export function extraColumns(data: PanelData): PanelColumn[] {
  const derived = new Set(['key', 'label', 'value', 'share', 'previous', 'change', data.panel.split])
  const columns = data.columns ?? []
  const has = (id: string) => data.rows?.some((row) => row.cells?.[id] !== undefined && row.cells[id] !== row.label)
  const main = columns.find((column) => column.id === 'value')?.label
  return columns.filter(({ id, label }) => !derived.has(id) && label !== main && has(id))
}

/** A list of what is new says so in its title, and has nothing to be compared with. */
const isAllNew = (data: PanelData) =>
  data.panel.chart === 'table' && (data.rows ?? []).every((row) => row.state === 'new')

export function ListChart({ data, wish, onPick, isPicked, hrefOf, pageOf, ...props }: Props) {
  const [order, setOrder] = useState<Order>('value')
  const grid = useGridKeys<HTMLTableElement>()
  const rows = sorted(data.rows ?? [], order)
  const compares = props.compares && !isAllNew(data)
  const extra = extraColumns(data)
  const most = Math.max(1, ...rows.map((row) => row.value ?? 0))
  const unit = data.panel.unit
  const largest = (id: string) => Math.max(0, ...rows.map((row) => Number(row.cells?.[id] ?? 0)))
  const isStatus = rows.length > 0 && rows.every((row) => /^[1-5](\d\d|xx)$/.test(row.key) || row.key === 'unknown')
  const valueLabel = data.columns?.find((c) => c.id === 'value')?.label ?? 'Calls'
  return (
    <table {...grid} className={css.list} aria-label={data.panel.title}>
      <thead>
        <tr>
          <th scope="col">{nameLabel(data)}</th>
          <OrderHead label={valueLabel} of="value" {...{ order, setOrder, compares }} />
          <th scope="col" className={css.share}>
            {data.columns?.find((c) => c.id === 'share')?.label ?? 'Share'}
          </th>
          {extra.map((column) => (
            <th key={column.id} scope="col" className={extraClass(column)}>
              {column.label}
            </th>
          ))}
          {compares && <OrderHead label="Change" of="change" {...{ order, setOrder, compares }} />}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className={row.filter && isPicked?.(row.filter) ? css.picked : ''}>
            <th scope="row">
              <span className={`mark ${css.bar}`} style={{ width: barWidth(row.value, most) }} aria-hidden="true" />
              <Name
                row={row}
                isStatus={isStatus}
                page={data.panel.split ? (pageOf?.(data.panel.split, row.key) ?? null) : null}
                {...{ onPick, isPicked, hrefOf }}
              />
            </th>
            <td title={`${exactText(row.value)}, ${percentText(row.share)}`}>{unitText(row.value, unit, most)}</td>
            <td className={css.share}>{percentText(row.share)}</td>
            {extra.map((column) => (
              <td key={column.id} className={extraClass(column)} title={textOf(row.cells?.[column.id])}>
                {cell(row.cells?.[column.id], column.unit, largest(column.id), data.tz)}
              </td>
            ))}
            {compares && (
              <td>
                <ChangeMark change={row.change} state={row.state} previous={row.previous ?? null} wish={wish} />
              </td>
            )}
          </tr>
        ))}
        {data.other ? (
          <tr className={css.other}>
            <th scope="row">
              <span>Others</span>
            </th>
            {/* The others are counted in calls, whatever the list is about. */}
            <td title={exactText(data.other)}>{isCount(unit) ? unitText(data.other, unit, most) : '–'}</td>
            <td className={css.share}>{percentText(data.total ? data.other / data.total : null)}</td>
            {extra.map((column) => (
              <td key={column.id} className={css.extra} />
            ))}
            {compares && <td />}
          </tr>
        ) : null}
      </tbody>
    </table>
  )
}

type Order = 'value' | 'change'

/** By change: what is new first, then from the largest rise to the largest fall. */
export function sorted(rows: PanelRow[], order: Order): PanelRow[] {
  if (order === 'value') return rows
  const rise = (row: PanelRow) =>
    row.state === 'new' ? Number.POSITIVE_INFINITY : (row.change ?? Number.NEGATIVE_INFINITY)
  return rows.toSorted((a, b) => (rise(a) === rise(b) ? 0 : rise(b) - rise(a)))
}

/** A heading that orders the rows, where there is more than one order. */
function OrderHead(props: {
  label: string
  of: Order
  order: Order
  setOrder: (order: Order) => void
  compares: boolean
}) {
  const { label, of, order, setOrder, compares } = props
  const isOn = order === of
  if (!compares) return <th scope="col">{label}</th>
  return (
    <th scope="col" aria-sort={isOn ? 'descending' : undefined}>
      <button
        type="button"
        className={css.order}
        title={`Order by ${label.toLowerCase()}`}
        onClick={() => setOrder(of)}
      >
        {label}
      </button>
    </th>
  )
}

const barWidth = (value: number | null, most: number) => `${((value ?? 0) / most) * 100}%`

type NameProps = Pick<Props, 'onPick' | 'isPicked' | 'hrefOf'> & {
  row: PanelRow
  isStatus: boolean
  page: string | null
}

function Name({ row, isStatus, page, onPick, isPicked, hrefOf }: NameProps) {
  const term = row.filter
  const isOn = term ? (isPicked?.(term) ?? false) : false
  const mark = isStatus && (
    <StatusMark name={row.key.endsWith('xx') ? row.key : statusClassOf(Number(row.key) || null)} />
  )
  if (!onPick || !term)
    return (
      <span className={css.name} title={row.label}>
        {mark}
        <span>{row.label}</span>
      </span>
    )
  return (
    <span className={css.acts}>
      <button
        type="button"
        className={css.name}
        aria-pressed={isOn}
        title={`${row.label}\n${isOn ? 'Click: all again.' : 'Click: only these. Alt-click: without these.'}`}
        onClick={(event) => onPick(term, event.altKey)}
      >
        {mark}
        <span>{row.label}</span>
      </button>
      <span className={css.more}>
        <button
          type="button"
          aria-label={`Without ${row.label}`}
          title={`Without ${row.label}`}
          onClick={() => onPick(term, true)}
        >
          <Icon name="minus" size={14} />
        </button>
        {page && (
          <Go href={page} aria-label={`Page of ${row.label}`} title={`Open the page of ${row.label}`}>
            <Icon name="overview" size={14} />
          </Go>
        )}
        {hrefOf && (
          <Go href={hrefOf(term)} aria-label={`Calls of ${row.label}`} title="Show these calls">
            <Icon name="right" size={14} />
          </Go>
        )}
      </span>
    </span>
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

function cell(value: string | number | null | undefined, unit: string | null | undefined, largest: number, tz: string) {
  if (typeof value === 'string') return unit === 'time' ? timeCell(value, tz) : value
  return unitText(value, unit, largest)
}
