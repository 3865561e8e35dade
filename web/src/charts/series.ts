// What a chart draws: series with their colours, and the same in words and as a table.
import type { Series, Unit } from '../api/types'
import { exactText, unitText } from '../state/numbers'
import { clockText, dayText, instantText, zoneText } from '../state/zone'
import { totals, type Values } from './paths'

export type ChartSeries = { key: string; label: string; color: string; values: Values; previous: Values | null }

const NAMED: Record<string, string> = {
  '2xx': '--mark-2xx',
  '3xx': '--mark-3xx',
  '4xx': '--mark-4xx',
  '5xx': '--mark-5xx',
  '1xx': '--mark-unknown',
  unknown: '--mark-unknown',
  none: '--mark-unknown',
  other: '--mark-8',
  all: '--mark-1',
  true: '--mark-2xx',
  granted: '--mark-2xx',
  false: '--mark-denied',
  denied: '--mark-denied',
  p50: '--mark-2',
  p95: '--mark-1',
  p99: '--mark-3',
}

export function colorOf(key: string, index: number): string {
  const code = /^([2345])\d\d$/.exec(key)
  return `var(${NAMED[key] ?? (code ? `--mark-${code[1]}xx` : `--mark-${(index % 7) + 1}`)})`
}

export function chartSeries(series: Series[], compares: boolean): ChartSeries[] {
  return series.map((s, index) => ({
    key: s.key,
    label: s.label,
    color: colorOf(s.key, index),
    values: s.values,
    previous: compares ? (s.previous ?? null) : null,
  }))
}

export function bucketText(from: number, to: number, tz: string): string {
  const seconds = (to - from) % 60_000 !== 0 || from % 60_000 !== 0
  const isDays = (to - from) % 3_600_000 === 0 && to - from >= 82_800_000
  if (isDays) return to - from < 93_600_000 ? dayText(from, tz) : `${dayText(from, tz)} – ${dayText(to, tz)}`
  return `${dayText(from, tz)} ${clockText(from, tz, seconds)} – ${clockText(to, tz, seconds)}`
}

/** The sentence a screen reader hears for the whole chart. */
export function summarySentence(title: string, series: ChartSeries[], edges: number[], unit: Unit, tz: string): string {
  const counts = unit !== 'ms' && unit !== 'percent'
  const parts = series.slice(0, 6).map((s) => {
    const known = s.values.filter((v): v is number => v !== null)
    if (!known.length) return `${s.label} without values`
    if (counts) return `${s.label} ${exactText(known.reduce((sum, v) => sum + v, 0))}`
    return `${s.label} between ${unitText(Math.min(...known), unit)} and ${unitText(Math.max(...known), unit)}`
  })
  const sums = totals(series.map((s) => s.values))
  const most = Math.max(0, ...sums.map((v) => v ?? 0))
  const at = sums.indexOf(most)
  const peak =
    counts && most > 0
      ? ` Highest ${bucketText(edges[at] as number, edges[at + 1] as number, tz)} with ${exactText(most)}.`
      : ''
  return `${title}: ${parts.join(', ') || 'no values'}.${peak}`
}

export type Twin = { head: string[]; rows: string[][] }

/** The same chart as a table, one row per bucket. */
export function tableTwin(series: ChartSeries[], edges: number[], tz: string): Twin {
  const starts = edges.slice(0, -1)
  const compares = series.some((s) => s.previous)
  const head = [`Start, ${zoneText(tz, edges[0] ?? 0)}`]
  for (const s of series) head.push(s.label, ...(compares ? [`${s.label}, previous`] : []))
  const rows = starts.map((at, i) => {
    const cells = series.flatMap((s) => [exactText(s.values[i]), ...(compares ? [exactText(s.previous?.[i])] : [])])
    return [instantText(at, tz).slice(0, 19), ...cells]
  })
  return { head, rows }
}

export function csvOf(twin: Twin): string {
  // A leading = + - @ would run as a formula in a spreadsheet.
  const cell = (text: string) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [twin.head, ...twin.rows].map((row) => row.map(cell).join(',')).join('\n')
}
