// The questions of the builder: what can be measured, how it can be drawn, and what a question is called.
import type { Question } from '../api/boards'
import type { ChartKind, Panel } from '../api/types'
import type { IconName } from '../parts/icon'

export type Measure = {
  id: string
  label: string
  group: string
  unit: Panel['unit']
  /** It is of a time that calls take. */
  isOfTime?: boolean
  /** It is of the values of a field: `unique:consumer`. */
  isOfField?: boolean
}

export const MEASURES: Measure[] = [
  { id: 'calls', label: 'Calls', group: 'Counts', unit: 'calls' },
  { id: 'denied', label: 'Denied calls', group: 'Counts', unit: 'calls' },
  { id: 'client_errors', label: 'Client errors (4xx)', group: 'Counts', unit: 'calls' },
  { id: 'errors', label: 'Server errors (5xx)', group: 'Counts', unit: 'calls' },
  { id: 'unique', label: 'Different values of …', group: 'Counts', unit: 'calls', isOfField: true },
  { id: 'bytes', label: 'Bytes sent', group: 'Counts', unit: 'bytes' },
  { id: 'denial_rate', label: 'Share denied', group: 'Shares', unit: 'percent' },
  { id: 'error_rate', label: 'Share of server errors', group: 'Shares', unit: 'percent' },
  { id: 'avg', label: 'Mean', group: 'Times', unit: 'ms', isOfTime: true },
  { id: 'p50', label: 'Median (p50)', group: 'Times', unit: 'ms', isOfTime: true },
  { id: 'p90', label: 'p90', group: 'Times', unit: 'ms', isOfTime: true },
  { id: 'p95', label: 'p95', group: 'Times', unit: 'ms', isOfTime: true },
  { id: 'p99', label: 'p99', group: 'Times', unit: 'ms', isOfTime: true },
  { id: 'p99.9', label: 'p99.9', group: 'Times', unit: 'ms', isOfTime: true },
  { id: 'max', label: 'Longest', group: 'Times', unit: 'ms', isOfTime: true },
]

/** The measure of a question, and the field that `unique:` counts. */
export function measureOf(question: Question): { measure: Measure; field: string } {
  const [id, field = ''] = question.measure.split(':')
  const measure = MEASURES.find((m) => m.id === id) ?? (MEASURES[0] as Measure)
  return { measure, field }
}

export const byOf = (question: Question) => (question.by ?? '').split(',').filter(Boolean)

export type ChartChoice = { id: ChartKind; label: string; icon: IconName }
export const CHARTS: ChartChoice[] = [
  { id: 'stat', label: 'Figure', icon: 'overview' },
  { id: 'line', label: 'Lines', icon: 'chart' },
  { id: 'bars', label: 'Bars', icon: 'overview' },
  { id: 'area', label: 'Areas', icon: 'chart' },
  { id: 'toplist', label: 'Top list', icon: 'logs' },
  { id: 'table', label: 'Table', icon: 'table' },
  { id: 'heat', label: 'Heat map', icon: 'columns' },
]

/** Why a chart cannot draw a question; null when it can. */
export function refusalOf(chart: ChartKind, question: Question): string | null {
  const splits = byOf(question).length
  const { measure } = measureOf(question)
  if (chart === 'stat') return splits ? 'a figure is of all calls together' : null
  if (chart === 'toplist') return splits === 1 ? null : 'a top list is split by one field'
  if (chart === 'heat') return splits === 1 ? null : 'a heat map is split by one field'
  if (chart === 'table') return splits ? null : 'a table is split by a field or more'
  if (splits > 1) return 'a chart over time is split by one field at most'
  const isSum = measure.group === 'Counts' && !measure.isOfField
  return chart === 'line' || isSum ? null : 'only what adds up can be stacked'
}

/** The question with a chart that can draw it. */
export function drawable(question: Question): Question {
  if (!refusalOf(question.chart, question)) return question
  const chart = CHARTS.find(({ id }) => !refusalOf(id, question))?.id ?? 'table'
  return { ...question, chart }
}

/** What is missing before it can be asked. */
export function missingOf(question: Question): string | null {
  const { measure, field } = measureOf(question)
  if (measure.isOfField && !field) return 'Choose the field whose different values are counted'
  return null
}

/** A question without members that say nothing. */
export function tidied({ measure, of, by, filter, chart, top }: Question): Question {
  return {
    measure,
    ...(of && measureOf({ measure, chart }).measure.isOfTime ? { of } : {}),
    ...(by ? { by } : {}),
    ...(filter ? { filter } : {}),
    chart,
    ...(top ? { top } : {}),
  }
}

/** Within a sentence: `Status class` becomes `status class`, `API` stays. */
const inside = (words: string) => (/^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words)

/** `p95 of upstream time by route`, in the words of the fields. */
export function questionTitle(question: Question, labelOf: (field: string) => string): string {
  const label = (field: string) => inside(labelOf(field))
  const { measure, field } = measureOf(question)
  const what = measure.isOfField
    ? `Different values of ${label(field) || '…'}`
    : measure.isOfTime
      ? `${measure.label} of ${label(question.of ?? 'duration')}`
      : measure.label
  const by = byOf(question).map(label)
  const last = by.pop()
  const split = last ? ` by ${by.length ? `${by.join(', ')} and ` : ''}${last}` : ''
  return `${what}${split}`.slice(0, 64)
}

/** How the question is drawn until the server has said what it is. */
export function panelOf(question: Question, title: string): Panel {
  const [split] = byOf(question)
  return {
    id: 'explore',
    title,
    question: '',
    unit: measureOf(question).measure.unit,
    chart: question.chart,
    ...(split ? { split } : {}),
  }
}
