// A table of a few hundred rows at most: sorted by its heads, rows as cards on a phone. Long lists are virtual, elsewhere.
import type { ReactNode } from 'react'
import { useGridKeys } from './grid-keys'
import { Icon } from './icon'
import { Skeleton } from './state'
import css from './table.module.css'

export type TableColumn<T> = {
  id: string
  label: string
  cell: (row: T) => ReactNode
  /** Numbers stand at the end, so that their digits align. */
  isNumber?: boolean
  isMono?: boolean
  canSort?: boolean
}
export type Sort = { id: string; way: 'up' | 'down' }

type Props<T> = {
  label: string
  columns: TableColumn<T>[]
  rows: T[]
  keyOf: (row: T) => string
  sort?: Sort
  onSort?: (sort: Sort) => void
  /** Makes the first cell of each row a button, and the whole row a larger target for it. */
  onOpen?: (row: T) => void
  /** As many empty rows as are expected. */
  loadingRows?: number
  empty?: ReactNode
}

export function Table<T>(props: Props<T>) {
  const { label, columns, rows, keyOf, sort, onSort, onOpen, loadingRows = 0, empty } = props
  const grid = useGridKeys<HTMLElement>()
  return (
    <section
      {...grid}
      className={css.scroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      data-scrolls
      aria-label={label}
      aria-busy={loadingRows > 0}
    >
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={column.isNumber ? css.end : ''}
                aria-sort={sortOf(column.id, sort)}
              >
                {column.canSort && onSort ? <SortButton column={column} sort={sort} onSort={onSort} /> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: loadingRows }, (_, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: empty rows are all alike.
            <tr key={row}>
              {columns.map((column, i) => (
                <td key={column.id}>
                  <Skeleton height={12} width={i === 0 ? '70%' : 48} />
                </td>
              ))}
            </tr>
          ))}
          {!loadingRows &&
            rows.map((row) => (
              <tr key={keyOf(row)} className={onOpen ? css.open : ''} onClick={() => onOpen?.(row)}>
                {columns.map((column, i) =>
                  i === 0 ? (
                    <th key={column.id} scope="row" className={lookOf(column)}>
                      {onOpen ? (
                        <button type="button" className={css.name}>
                          {column.cell(row)}
                        </button>
                      ) : (
                        column.cell(row)
                      )}
                    </th>
                  ) : (
                    <td key={column.id} className={lookOf(column)} data-label={column.label}>
                      {column.cell(row)}
                    </td>
                  ),
                )}
              </tr>
            ))}
        </tbody>
      </table>
      {!loadingRows && rows.length === 0 && empty && <div className={css.empty}>{empty}</div>}
    </section>
  )
}

function SortButton<T>(props: { column: TableColumn<T>; sort: Sort | undefined; onSort: (sort: Sort) => void }) {
  const { column, sort, onSort } = props
  const way = sort?.id === column.id ? sort.way : undefined
  // Numbers are first asked for from the largest, names from A.
  const next = way ? (way === 'up' ? 'down' : 'up') : column.isNumber ? 'down' : 'up'
  return (
    <button type="button" className={css.sort} data-way={way} onClick={() => onSort({ id: column.id, way: next })}>
      {column.label}
      <span className={css.way}>
        <Icon name="chevron" size={12} />
      </span>
    </button>
  )
}

const lookOf = <T,>(column: TableColumn<T>) => `${column.isNumber ? css.end : ''} ${column.isMono ? css.mono : ''}`

function sortOf(id: string, sort: Sort | undefined) {
  if (sort?.id !== id) return undefined
  return sort.way === 'up' ? 'ascending' : 'descending'
}
