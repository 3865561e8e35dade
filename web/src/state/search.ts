// The URL is the state. Unknown parameters and impossible values are dropped, never an error.
import { COMPARISONS, customPeriod } from './compare'
import { instantOfEnd, type Range } from './range'
import { REFRESHES } from './refresh'
import { isStep } from './steps'
import { isZone } from './zone'

export type Search = {
  from?: string
  to?: string
  filter?: string
  tz?: string
  /** `none`, `week`, `month`, `year` or a period `from..to`; the previous period without it. */
  compare?: string
  /** How often a range that ends now is asked again; `15s` without it. */
  refresh?: string
  /** Access logs: open event, columns, order, live tail, how the histogram is stacked. */
  row?: string
  columns?: string
  order?: 'asc'
  tail?: '1'
  split?: string
  /** Terms of the filter that are switched off, and those that stay when all others are removed. */
  off?: string
  pins?: string
  /** The table: row height and wrapped text; the histogram: hidden, or without these series. */
  density?: 'compact' | 'roomy'
  wrap?: '1'
  chart?: 'none'
  hide?: string
  /** Directory: the kind in the list, and the text searched for. */
  kind?: string
  q?: string
  /** How long the buckets of charts are; what suits the range without it. */
  step?: string
  /** Usage: the column it is sorted by, with a minus the other way round; the first row shown, what is not used, and how far that looks back. Grants: which of them. */
  sort?: string
  at?: string
  show?: 'unused' | 'used' | 'all'
  back?: string
  /** Sources: the open one. Audit: where it was done from. */
  source?: string
  /** Audit: what is looked for, as the API calls it; several values with commas between. */
  event?: string
  operator?: string
  resource_type?: string
  resource_id?: string
  outcome?: string
  origin?: string
  change_set?: string
  /** Audit: looks at lists, totals and events stand in the list, too. */
  reads?: 'shown'
  /** The report this page is shown as, ready to print; and as what it is to be fetched at once. */
  report?: string
  get?: 'csv' | 'json'
  /** Dashboards: being changed. */
  edit?: '1'
  /** What-if: the change that is tried, as JSON. */
  try?: string
  /** The range that was zoomed into, as `from..to` in epoch milliseconds, and whether it is compared with what is shown. */
  within?: string
  diff?: '1'
}

const text = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value.length > 0 && value.length <= max ? value : undefined

const end = (value: unknown): string | undefined => {
  const candidate = text(value, 40)
  return candidate && instantOfEnd(candidate, 0) !== null ? candidate : undefined
}

const comparison = (value: unknown): string | undefined => {
  const candidate = text(value, 90)
  const isMode = COMPARISONS.some(({ mode }) => mode === candidate && mode !== 'previous')
  return isMode || customPeriod(candidate) ? candidate : undefined
}

export function validSearch(raw: Record<string, unknown>): Search {
  const zone = text(raw.tz, 64)
  const columns = text(raw.columns, 1000)
  const within = text(raw.within, 32)
  const search: Search = {
    from: end(raw.from),
    to: end(raw.to),
    filter: text(raw.filter, 4000),
    tz: zone && isZone(zone) ? zone : undefined,
    compare: comparison(raw.compare),
    refresh: REFRESHES.find(({ id }) => id === raw.refresh)?.id,
    row: text(raw.row, 200),
    kind: /^[a-z]{3,20}$/.test(String(raw.kind ?? '')) ? String(raw.kind) : undefined,
    q: text(raw.q, 200),
    source: text(raw.source, 100),
    event: text(raw.event, 200),
    operator: text(raw.operator, 200),
    resource_type: text(raw.resource_type, 100),
    resource_id: text(raw.resource_id, 200),
    outcome: text(raw.outcome, 40),
    origin: text(raw.origin, 100),
    change_set: text(raw.change_set, 100),
    reads: raw.reads === 'shown' ? 'shown' : undefined,
    step: isStep(raw.step) ? raw.step : undefined,
    sort: /^-?[a-z_0-9]{1,20}$/.test(String(raw.sort ?? '')) ? String(raw.sort) : undefined,
    at: /^[1-9]\d{0,7}$/.test(String(raw.at ?? '')) ? String(raw.at) : undefined,
    show: raw.show === 'unused' || raw.show === 'used' || raw.show === 'all' ? raw.show : undefined,
    back: /^\d{1,3}d$/.test(String(raw.back ?? '')) ? String(raw.back) : undefined,
    columns: columns && /^[\w.,-]+$/.test(columns) ? columns : undefined,
    order: raw.order === 'asc' ? 'asc' : undefined,
    tail: raw.tail === '1' ? '1' : undefined,
    split: /^[\w.-]{1,40}$/.test(String(raw.split ?? '')) ? String(raw.split) : undefined,
    off: text(raw.off, 4000),
    pins: text(raw.pins, 4000),
    density: raw.density === 'compact' || raw.density === 'roomy' ? raw.density : undefined,
    wrap: raw.wrap === '1' ? '1' : undefined,
    chart: raw.chart === 'none' ? 'none' : undefined,
    hide: text(raw.hide, 1000),
    within: within && /^\d{13}\.\.\d{13}$/.test(within) ? within : undefined,
    diff: raw.diff === '1' ? '1' : undefined,
    report: /^[\w-]{1,64}$/.test(String(raw.report ?? '')) ? String(raw.report) : undefined,
    get: raw.get === 'csv' || raw.get === 'json' ? raw.get : undefined,
    edit: raw.edit === '1' ? '1' : undefined,
    try: text(raw.try, 2000),
  }
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search
}

/** Plain `name=value`, so that a person can read and edit the address. */
export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query))
}

export function writeSearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  const written = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',')
  return written ? `?${written}` : ''
}

/** What is kept of an address under a name: all of it but what was opened in passing. */
export function keptSearch(search: Search): string {
  const { row, within, diff, pins, report, get, edit, ...kept } = validSearch(search)
  return writeSearch(kept).replace(/^\?/, '')
}

export function rangeOf(search: Search): Range {
  return { from: search.from ?? 'now-24h', to: search.to ?? 'now' }
}
