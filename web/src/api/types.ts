// The shapes the pages work with, by name. They come from the server's OpenAPI (generated.ts, written by `npm run gen`);
// what is spelled out here is what that description leaves open.
import type { components } from './generated'

type Shapes = components['schemas']

/** The named members alone, where the description allows others beside them. */
type Known<T> = { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] }

type Requested = NonNullable<Shapes['Event']['request']>
type Answered = NonNullable<Shapes['Event']['response']>
/** Request, response and access are there even when the log said nothing about them. */
export type AccessEvent = Omit<Known<Shapes['Event']>, 'request' | 'response' | 'access'> & {
  request: Known<Requested>
  response: Known<Answered> & { upstream_status?: string }
  access: NonNullable<Shapes['Event']['access']>
  domain?: string
  /** The name given with credentials that were refused. */
  claimed_consumer?: string
  auth?: Record<string, unknown>
  upstream?: Record<string, unknown>
  error?: Record<string, unknown>
}

export type Diagnosis = Shapes['Diagnosis']
export type EventsPage = Omit<Shapes['EventPage'], 'events'> & { events: AccessEvent[] }

export type Histogram = Shapes['Histogram']
export type Facets = Shapes['Facets']
export type Facet = Facets['facets'][number]
export type FacetValue = Facet['values'][number]

export type Figures = Shapes['Figures']
export type Summary = Shapes['Summary']

export type Panel = Shapes['PanelInfo']
export type Unit = Panel['unit']
export type ChartKind = Panel['chart']
export type Series = NonNullable<Shapes['Panel']['series']>[number]
export type PanelColumn = NonNullable<Shapes['Panel']['columns']>[number]
/** A row of a list or table; the description says only that it is an object. */
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
/** `previous` is the period before, or, of a `stat`, its value. */
export type PanelData = Omit<Known<Shapes['Panel']>, 'rows' | 'previous'> & {
  rows?: PanelRow[]
  previous?: { from: string; to: string } | number | null
}

export type ExportJob = Shapes['Manifest']
export type Field = Shapes['Fields']['fields'][number]
export type Reason = Shapes['Reasons']['reasons'][number]
export type Session = Shapes['Session']
