// The same as a chart in rows and columns: for reading as a table, and for CSV with every digit.
import type { PanelData, Unit } from '../api/types'
import { giveFile } from '../parts/file'
import { exactText, unitText } from '../state/numbers'
import { clockText, dateText, instantText, offsetMinutes, zoneText } from '../state/zone'
import { type ChartSeries, isCount } from './series'

type Cell = string | number | null | undefined
/** `time` holds epoch milliseconds. */
export type TwinColumn = { label: string; unit: Unit | 'text' | 'time' | string }
export type Twin = { columns: TwinColumn[]; rows: Cell[][]; tz: string }

/** One row per bucket. */
export function seriesTwin(series: ChartSeries[], edges: number[], unit: Unit, tz: string): Twin {
  const compares = series.some((s) => s.previous)
  const columns: TwinColumn[] = [{ label: `Start, ${zoneText(tz, edges[0] ?? 0)}`, unit: 'time' }]
  for (const s of series) {
    columns.push({ label: s.label, unit })
    if (compares) columns.push({ label: `${s.label}, previous`, unit })
  }
  const rows = edges
    .slice(0, -1)
    .map((at, i) => [at, ...series.flatMap((s) => [s.values[i], ...(compares ? [s.previous?.[i]] : [])])])
  return { columns, rows, tz }
}

/** Moments as numbers, so that they are written like all others. */
const cellOf = (value: Cell, unit: string | null | undefined): Cell =>
  unit === 'time' && typeof value === 'string' ? Date.parse(value) : value

/** One row per row of a list. */
export function rowsTwin(data: PanelData, name: string, compares: boolean): Twin {
  const further = (data.columns ?? []).filter((c) => data.rows?.some((row) => row.cells?.[c.id] !== undefined))
  const columns: TwinColumn[] = [
    { label: name, unit: 'text' },
    { label: data.columns?.find((c) => c.id === 'value')?.label ?? 'Value', unit: data.panel.unit },
    { label: 'Share', unit: 'percent' },
    ...further.map((c) => ({ label: c.label, unit: c.unit ?? 'text' })),
    ...(compares ? [{ label: 'Previous', unit: data.panel.unit }] : []),
  ]
  const rows = (data.rows ?? []).map((row) => [
    row.label,
    row.value,
    row.share,
    ...further.map((c) => cellOf(row.cells?.[c.id], c.unit)),
    ...(compares ? [row.previous] : []),
  ])
  return { columns, rows, tz: data.tz }
}

/** All rows as people read them: one unit per column. */
export function shownRows(twin: Twin): string[][] {
  const most = twin.columns.map((_, at) => twin.rows.reduce((max, row) => Math.max(max, Number(row[at] ?? 0) || 0), 0))
  return twin.rows.map((row) =>
    twin.columns.map(({ unit }, at) => {
      const cell = row[at]
      if (typeof cell === 'string') return cell
      if (cell === null || cell === undefined) return '–'
      if (unit === 'time') return instantText(cell, twin.tz).slice(0, 19)
      return isCount(unit) ? exactText(cell) : unitText(cell, unit, most[at])
    }),
  )
}

/** As machines read it: RFC 4180, plain numbers with every digit, times with their offset. */
export function csvOf(twin: Twin): string {
  const unitOf = (column: TwinColumn) =>
    ({ ms: ' (ms)', percent: ' (share of 1)', bytes: ' (bytes)' })[column.unit] ?? ''
  const lines = [
    twin.columns.map((column) => safeText(column.label + unitOf(column))),
    ...twin.rows.map((row) => row.map((cell, i) => csvCell(cell, twin.columns[i]?.unit === 'time', twin.tz))),
  ]
  return lines.map((line) => `${line.join(',')}\n`).join('')
}

function csvCell(cell: Cell, isTime: boolean, tz: string): string {
  const value = plainCell(cell, isTime, tz)
  if (value === null) return ''
  return typeof value === 'number' ? String(value) : isTime ? value : safeText(value)
}

/** A moment as RFC 3339 in the zone of the page, anything else as it is. */
function plainCell(cell: Cell, isTime: boolean, tz: string): string | number | null {
  if (cell === null || cell === undefined) return null
  return isTime && typeof cell === 'number' ? offsetTime(cell, tz) : cell
}

/** The same for programs: columns with their units, and rows in their order. */
export const jsonOf = ({ columns, rows, tz }: Twin) => ({
  columns: columns.map(({ label, unit }) => ({ label, unit })),
  rows: rows.map((row) => row.map((cell, i) => plainCell(cell, columns[i]?.unit === 'time', tz))),
})

// A leading = + - @ would run as a formula in a spreadsheet.
function safeText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function offsetTime(ms: number, tz: string): string {
  const minutes = offsetMinutes(ms, tz)
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  const size = Math.abs(minutes)
  const offset = minutes === 0 ? 'Z' : `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`
  return `${dateText(ms, tz)}T${clockText(ms, tz)}${offset}`
}

export const download = (twin: Twin, name: string) => giveFile(`gatelog-${name}.csv`, csvOf(twin), 'text/csv')
