// The columns of the table, by the field names of the filter language, so that each cell can become a filter.
import type { AccessEvent } from '../api/types'
import { instantText } from './zone'

export type Column = {
  id: string
  label: string
  /** A track of the CSS grid. */
  track: string
  /** The narrowest the track can get, for the width of a table that scrolls. */
  px: number
  isNumber?: boolean
  isMono?: boolean
  /** What the filter compares with; without it the cell does not filter. */
  value?: (event: AccessEvent) => string | undefined
  text: (event: AccessEvent, tz: string) => string
}
/** A column as someone arranged it: `width` in px when it was set by hand; pinned ones stay in sight on the left. */
export type ShownColumn = Column & { width: number | null; isPinned: boolean }

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 })
/** One unit for the whole column, however long the list is. */
const columnMs = (ms: number | undefined) =>
  ms === undefined ? '' : `${ms >= 100 ? whole.format(ms) : short.format(ms)} ms`

const text = (value: unknown) => (value === undefined || value === null ? '' : String(value))

function plain(
  id: string,
  label: string,
  px: number,
  pick: (e: AccessEvent) => unknown,
  more: Partial<Column> = {},
): Column {
  const value = (e: AccessEvent) => text(pick(e)) || undefined
  return { id, label, px, track: `minmax(${px}px, ${px / 100}fr)`, value, text: (e) => text(pick(e)), ...more }
}

/** Who called: the name, else the id, as the filter `consumer:` takes both. */
export const consumerOf = (e: AccessEvent) => e.consumer_name ?? e.consumer_id

export const COLUMNS: Column[] = [
  {
    id: 'timestamp',
    label: 'Time',
    px: 178,
    track: '178px',
    isMono: true,
    text: (e, tz) => instantText(Date.parse(e.timestamp), tz),
  },
  plain('status', 'Status', 60, (e) => e.response.status, { track: '60px' }),
  plain('method', 'Method', 60, (e) => e.request.method, { track: '60px', isMono: true }),
  plain('path', 'Path', 180, (e) => e.request.path, { isMono: true, track: 'minmax(180px, 3fr)' }),
  plain('consumer', 'Consumer', 116, consumerOf, { text: (e) => consumerOf(e) ?? 'unknown' }),
  {
    id: 'granted',
    label: 'Access',
    px: 162,
    track: '162px',
    value: (e) => (e.access.granted === undefined ? undefined : String(e.access.granted)),
    text: (e) => {
      if (e.access.granted === false) return e.access.reason_label ?? e.access.reason ?? 'Denied'
      return e.access.granted ? 'Granted' : 'unknown'
    },
  },
  plain('reason', 'Denial reason', 168, (e) => e.access.reason, {
    text: (e) => e.access.reason_label ?? text(e.access.reason),
  }),
  plain('route', 'Route', 120, (e) => e.route, { isMono: true }),
  {
    id: 'duration',
    label: 'Time taken',
    px: 92,
    track: '92px',
    isNumber: true,
    text: (e) => columnMs(e.response.duration_ms),
  },
  plain('api', 'API', 110, (e) => e.api),
  plain('gateway', 'Gateway', 110, (e) => e.gateway),
  plain('environment', 'Environment', 110, (e) => e.environment),
  plain('ip', 'Client address', 130, (e) => e.request.ip, { isMono: true }),
  plain('host', 'Host', 140, (e) => e.domain),
  plain('group', 'Group', 110, (e) => e.consumer_groups?.[0], { text: (e) => e.consumer_groups?.join(', ') ?? '' }),
  plain('plan', 'Plan', 100, (e) => e.usage_plan),
  plain('customer', 'Customer', 110, (e) => e.customer),
  plain('user_agent', 'User agent', 180, (e) => e.request.user_agent),
  plain('request_id', 'Request id', 260, (e) => e.request_id, { isMono: true }),
  {
    id: 'response_bytes',
    label: 'Answer size',
    px: 100,
    track: '100px',
    isNumber: true,
    text: (e) => (e.response.bytes === undefined ? '' : `${whole.format(e.response.bytes)} B`),
  },
  plain('source', 'Source', 100, (e) => e.source),
]

const DEFAULT = ['timestamp', 'status', 'method', 'path', 'consumer', 'granted', 'route', 'duration']

export const WIDTH_MIN = 48
const WIDTH_MAX = 1200

type Named = { name: string; label: string }

const GROUPS = ['request', 'response', 'auth', 'error', 'upstream'] as const
/** Members that an event has under another name than the field. */
const PREFIX = /^(request|response|auth|error|upstream|native|identity|waf)_/

/** The value of a field wherever the event has it: at the top or in a group, without the name of the group. */
function memberOf(event: AccessEvent, field: string): unknown {
  const names = [field, field.replace(PREFIX, '')].flatMap((name) => [name, name.replace(/_?duration$/, '_ms')])
  const places = [event, ...GROUPS.map((group) => event[group])] as (Record<string, unknown> | undefined)[]
  for (const name of names) {
    for (const place of places) if (place?.[name] !== undefined) return place[name]
  }
  return undefined
}

/** Any field the server knows can be a column. */
function anyColumn({ name, label }: Named): Column {
  const pick = (e: AccessEvent) => {
    const value = memberOf(e, name)
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
  }
  return plain(name, label, 140, pick, { isMono: true })
}

export function columnOf(name: string, fields: Named[]): Column | undefined {
  const field = fields.find((f) => f.name === name)
  return COLUMNS.find((c) => c.id === name) ?? (field && anyColumn(field))
}

/** Columns as the address holds them: `timestamp-p,status,path-320` is the time pinned and the path 320 px wide. */
export function chosenColumns(names: string | undefined, fields: Named[] = []): ShownColumn[] {
  const seen = new Set<string>()
  const found = (names ? names.split(',') : DEFAULT).flatMap((written) => {
    const [, name, width, pin] = /^([\w.]+?)(?:-(\d{1,4})?(p)?)?$/.exec(written) ?? []
    const column = name === undefined ? undefined : columnOf(name, fields)
    if (!column || seen.has(column.id)) return []
    seen.add(column.id)
    return [{ ...column, width: width ? widthOf(Number(width)) : null, isPinned: pin === 'p' }]
  })
  return found.length ? pinnedFirst(found) : chosenColumns(undefined)
}

/** What the URL holds: nothing for the columns everyone starts with. */
export function columnNames(columns: Pick<ShownColumn, 'id' | 'width' | 'isPinned'>[]): string | undefined {
  const written = columns.map(({ id, width, isPinned }) => {
    const more = `${width ?? ''}${isPinned ? 'p' : ''}`
    return more ? `${id}-${more}` : id
  })
  return written.length === 0 || written.join() === DEFAULT.join() ? undefined : written.join(',')
}

const widthOf = (px: number) => Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, Math.round(px)))
const pinnedFirst = (columns: ShownColumn[]) => [
  ...columns.filter((c) => c.isPinned),
  ...columns.filter((c) => !c.isPinned),
]

/** What can be done with a column; each gives the new arrangement. */
export const arranged = {
  added: (columns: ShownColumn[], column: Column | undefined): ShownColumn[] => {
    if (!column || columns.some((c) => c.id === column.id)) return columns
    return [...columns, { ...column, width: null, isPinned: false }]
  },
  removed: (columns: ShownColumn[], id: string) => columns.filter((c) => c.id !== id),
  resized: (columns: ShownColumn[], id: string, px: number | null) =>
    columns.map((c) => (c.id === id ? { ...c, width: px === null ? null : widthOf(px) } : c)),
  pinned: (columns: ShownColumn[], id: string) =>
    pinnedFirst(columns.map((c) => (c.id === id ? { ...c, isPinned: !c.isPinned } : c))),
  /** To the place of another column; one before or after it keeps its own side of the pinned ones. */
  moved: (columns: ShownColumn[], id: string, to: number) => {
    const from = columns.findIndex((c) => c.id === id)
    const column = columns[from]
    if (!column) return columns
    const rest = columns.filter((c) => c !== column)
    return pinnedFirst([...rest.slice(0, to), column, ...rest.slice(to)])
  },
}

/** What a pinned column or one of a set width takes, else the least it can. */
export const pxOf = (column: ShownColumn) => column.width ?? column.px
export const trackOf = (column: ShownColumn) =>
  column.width !== null || column.isPinned ? `${pxOf(column)}px` : column.track
