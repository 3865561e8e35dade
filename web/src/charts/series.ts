// What a chart draws: series with their colours, and the same in one sentence.
import type { Series, Unit } from '../api/types'
import { changeText, exactText, unitText } from '../state/numbers'
import { clockText, dayText, startOfDay } from '../state/zone'
import { totals, type Values } from './paths'

export type ChartSeries = { key: string; label: string; color: string; values: Values; previous: Values | null }

/** More than these are told apart by nobody; the smallest are drawn as one. */
export const SERIES_MAX = 10
export const OTHER = 'other'

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

/** Codes of one class share its colour; the further ones are lighter and darker shades of it. */
const SHADES = ['', ' 58%, var(--surface)', ' 62%, var(--text)', ' 34%, var(--surface)', ' 36%, var(--text)']

export function chartSeries(series: Series[], compares: boolean): ChartSeries[] {
  const taken = new Map<string, number>()
  return series.map((s, index) => {
    const own = colorOf(s.key, index)
    const before = taken.get(own) ?? 0
    taken.set(own, before + 1)
    const shade = SHADES[before % SHADES.length]
    return {
      key: s.key,
      label: s.label,
      color: shade ? `color-mix(in oklab, ${own}${shade})` : own,
      values: s.values,
      previous: compares ? (s.previous ?? null) : null,
    }
  })
}

export const isCount = (unit: Unit | string) => unit === 'calls' || unit === 'consumers' || unit === 'bytes'
export const sumOf = (values: Values) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** At most ten series: what is added up can be added up further, so the smallest become the other ones. */
export function folded(series: ChartSeries[], unit: Unit): ChartSeries[] {
  if (series.length <= SERIES_MAX || !isCount(unit)) return series
  const bySize = series.filter((s) => s.key !== OTHER).sort((a, b) => sumOf(b.values) - sumOf(a.values))
  const kept = new Set(bySize.slice(0, SERIES_MAX - 1))
  const rest = series.filter((s) => !kept.has(s))
  const before = rest.flatMap((s) => (s.previous ? [s.previous] : []))
  const other: ChartSeries = {
    key: OTHER,
    label: 'Other',
    color: colorOf(OTHER, 0),
    values: totals(rest.map((s) => s.values)),
    previous: before.length ? totals(before) : null,
  }
  return [...series.filter((s) => kept.has(s)), other]
}

/** A part of the range in words: whole days by their dates, everything else by the clock. */
export function bucketText(from: number, to: number, tz: string): string {
  const isDays = from === startOfDay(from, tz) && to === startOfDay(to, tz)
  if (isDays && to === startOfDay(from, tz, 1)) return dayText(from, tz)
  // The end of whole days is named by the last of them.
  if (isDays) return `${dayText(from, tz)} – ${dayText(to - 1, tz)}`
  const seconds = to % 60_000 !== 0 || from % 60_000 !== 0
  const end = dayText(from, tz) === dayText(to - 1, tz) ? '' : `${dayText(to, tz)} `
  return `${dayText(from, tz)} ${clockText(from, tz, seconds)} – ${end}${clockText(to, tz, seconds)}`
}

/** The sentence a screen reader hears for the whole chart. */
export function summarySentence(title: string, series: ChartSeries[], edges: number[], unit: Unit, tz: string): string {
  const counts = isCount(unit)
  const parts = series.slice(0, SERIES_MAX).map((s) => {
    const known = s.values.filter((v): v is number => v !== null)
    if (!known.length) return `${s.label} without values`
    if (counts) return `${s.label} ${exactText(sumOf(known))}`
    return `${s.label} between ${unitText(Math.min(...known), unit)} and ${unitText(Math.max(...known), unit)}`
  })
  if (!counts) return `${title}: ${parts.join(', ') || 'no values'}.`
  const sums = totals(series.map((s) => s.values))
  const most = Math.max(0, ...sums.map((v) => v ?? 0))
  const at = sums.indexOf(most)
  const peak =
    most > 0 ? ` Highest ${bucketText(edges[at] as number, edges[at + 1] as number, tz)} with ${exactText(most)}.` : ''
  return `${title}: ${parts.join(', ') || 'no values'}.${peak}${beforeSentence(series)}`
}

function beforeSentence(series: ChartSeries[]): string {
  if (!series.some((s) => s.previous)) return ''
  const now = series.reduce((sum, s) => sum + sumOf(s.values), 0)
  const before = series.reduce((sum, s) => sum + sumOf(s.previous ?? []), 0)
  const change = before ? changeText(now / before - 1) : null
  return ` Previous period ${exactText(before)}${change ? `, ${change.text}` : ''}.`
}
