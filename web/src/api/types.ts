// The shapes of docs/api.md. `npm run gen` writes generated.ts from the server's OpenAPI to check these against.

export type AccessEvent = {
  id: string
  timestamp: string
  received?: string
  source?: string
  format?: string
  request_id?: string
  correlation_id?: string
  trace_id?: string
  gateway?: string
  environment?: string
  api?: string
  service?: string
  route?: string
  consumer_id?: string
  consumer_name?: string
  consumer_groups?: string[]
  usage_plan?: string
  customer?: string
  api_key_id?: string
  request: {
    method?: string
    path?: string
    query?: string
    host?: string
    ip?: string
    user_agent?: string
    bytes?: number
    headers?: [string, string][]
  }
  response: {
    status?: number
    duration_ms?: number
    upstream_ms?: number
    gateway_ms?: number
    bytes?: number
    upstream_status?: string
    headers?: [string, string][]
  }
  access: {
    granted?: boolean
    reason?: string | null
    reason_label?: string
    explanation?: string
    resolution?: string
  }
  domain?: string
  auth?: Record<string, unknown>
  upstream?: Record<string, unknown>
  error?: Record<string, unknown>
  custom?: Record<string, unknown>
}

type Covered = { watermark?: string; partial?: boolean; partial_reason?: string }

export type Diagnosis = {
  kind: string
  text: string
  action?: { label: string; from?: string; to?: string; filter?: string }
}

export type EventsPage = Covered & {
  events: AccessEvent[]
  next_cursor: string | null
  scanned?: { rows: number; files: number }
  diagnosis?: Diagnosis[]
}

export type Series = { key: string; label: string; values: (number | null)[]; previous?: (number | null)[] | null }

export type Histogram = Covered & {
  from: string
  to: string
  step: string
  tz: string
  buckets: string[]
  series: Series[]
  total: number
}

export type FacetValue = { value: string; label: string; count: number; share: number }
export type Facet = {
  field: string
  label: string
  approximate: boolean
  missing: number
  other: number
  total: number
  values: FacetValue[]
}
export type Facets = Covered & { facets: Facet[] }

export type Figures = {
  from?: string
  to?: string
  total_calls: number
  unique_consumers: number
  unidentified_calls: number
  avg_calls_per_day: number
  success_rate: number | null
  availability: number | null
  denied_requests: number
  peak_hour: { start: string; calls: number } | null
  p50_ms: number | null
  p95_ms: number | null
  p99_ms: number | null
  by_status: Record<string, number>
  by_reason: Record<string, number>
}
export type Summary = Covered & Figures & { from: string; to: string; previous?: Figures | null }

export type Unit = 'calls' | 'percent' | 'ms' | 'bytes' | 'consumers' | 'text'
export type ChartKind = 'stat' | 'bars' | 'area' | 'line' | 'toplist' | 'table'
export type Panel = {
  id: string
  title: string
  question?: string
  unit: Unit
  chart: ChartKind
  split?: string | null
}

export type PanelColumn = { id: string; label: string; unit?: string | null }
export type PanelRow = {
  key: string
  label: string
  filter?: string | null
  value: number | null
  share?: number | null
  previous?: number | null
  change?: number | null
  state?: 'new' | 'gone' | 'same' | null
  cells?: Record<string, number | string | null>
}
export type PanelData = Covered & {
  panel: Panel
  from: string
  to: string
  previous?: { from: string; to: string } | number | null
  step?: string
  tz?: string
  source?: string
  buckets?: string[]
  series?: Series[]
  columns?: PanelColumn[]
  rows?: PanelRow[]
  total?: number
  other?: number
  note?: string
  value?: number | null
  change?: number | null
}

export type ExportJob = {
  id: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  rows: number
  bytes: number
  progress?: number
  sha256?: string | null
  filter?: string
  from?: string
  to?: string
  format?: string
  columns?: string[] | string | null
  started?: string
  finished?: string | null
}

export type Field = { name: string; label: string; kind: string; doc?: string; unit?: string; facet?: boolean }
export type Reason = { code: string; label: string; explanation: string; resolution: string }
export type Session = { name: string; role: string; version: string; sample: boolean }
