// What is not used, in rows and columns for a file.
import type { Dimension, Unused } from '../api/usage'
import type { Twin } from '../charts/twin'

export function twinOfRows(dimension: Dimension, rows: Unused['rows'], tz: string): Twin {
  const ms = (at: string | null) => (at ? Date.parse(at) : null)
  return {
    columns: [
      { label: dimension.one, unit: 'text' },
      { label: 'Id', unit: 'text' },
      { label: 'Listed by', unit: 'text' },
      { label: 'Tags', unit: 'text' },
      { label: 'Listed since', unit: 'time' },
      { label: 'Last call', unit: 'time' },
    ],
    rows: rows.map((row) => [row.name, row.id, row.origin, row.tags.join(' '), ms(row.since), ms(row.last_seen)]),
    tz,
  }
}
