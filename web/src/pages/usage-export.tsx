// The whole list as a file: every row, whatever page is on screen.
import { getJson } from '../api/client'
import { type Dimension, type Usage, type UsageRow, usageParams } from '../api/usage'
import type { Twin } from '../charts/twin'
import type { View } from '../state/view'
import { CsvButton } from './csv-button'
import { askOf } from './usage-list'

/** As many rows as the server gives in one answer. */
const CHUNK_ROWS = 1000

export function UsageExport({ dimension, view }: { dimension: Dimension; view: View }) {
  return (
    <CsvButton
      title={dimension.title}
      name={`usage-${dimension.id}`}
      twinOf={async () => usageTwin(dimension, await allRows(dimension, view), view)}
    />
  )
}

async function allRows(dimension: Dimension, view: View): Promise<UsageRow[]> {
  const rows: UsageRow[] = []
  for (let isMore = true; isMore; ) {
    const ask = { ...askOf(view), limit: CHUNK_ROWS, offset: rows.length }
    const page = await getJson<Usage>(`/usage/${encodeURIComponent(dimension.id)}`, usageParams(view, ask))
    rows.push(...page.rows)
    isMore = page.rows.length > 0 && rows.length < page.rows_total
  }
  return rows
}

export function usageTwin(dimension: Dimension, rows: UsageRow[], view: View): Twin {
  const ms = (at: string | null) => (at ? Date.parse(at) : null)
  const columns: [label: string, unit: string, of: (row: UsageRow) => string | number | null][] = [
    [dimension.one, 'text', (row) => row.key],
    ['Name', 'text', (row) => row.label],
    ['Calls', 'calls', (row) => row.calls],
    ['Share', 'percent', (row) => row.share],
    ...(view.compares ? [['Calls before', 'calls', (row: UsageRow) => row.previous] as const] : []).map(
      ([label, unit, of]) => [label, unit, of] as [string, string, typeof of],
    ),
    ['4xx', 'calls', (row) => row.client_errors],
    ['5xx', 'calls', (row) => row.errors],
    ['Denied', 'calls', (row) => row.denied],
    ['Bytes', 'bytes', (row) => row.bytes],
    ['p50', 'ms', (row) => row.p50],
    ['p95', 'ms', (row) => row.p95],
    ['First seen', 'time', (row) => ms(row.first_seen)],
    ['Last seen', 'time', (row) => ms(row.last_seen)],
  ]
  return {
    columns: columns.map(([label, unit]) => ({ label, unit })),
    rows: rows.map((row) => columns.map(([, , of]) => of(row))),
    tz: view.tz,
  }
}
