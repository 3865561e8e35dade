// The shapes the pages work with, by name. They come from the server's OpenAPI (generated.ts, written by `npm run gen`);
// what is put together here is only named.
import type { components } from './generated'

type Shapes = components['schemas']

export type AccessEvent = Shapes['Event']

export type Diagnosis = Shapes['Diagnosis']
export type EventsPage = Shapes['EventPage']

export type Histogram = Shapes['Histogram']
export type Facets = Shapes['Facets']
export type Facet = Facets['facets'][number]
export type FacetValue = Facet['values'][number]

export type Figures = Shapes['Figures']
export type Summary = Shapes['Summary']

/** `page`: where it belongs, as the server says it. */
export type Panel = Shapes['PanelInfo'] & { page?: string }
export type Unit = Panel['unit']
export type ChartKind = Panel['chart']
export type Series = Omit<Shapes['Series'], 'previous'> & Partial<Pick<Shapes['Series'], 'previous'>>
export type PanelColumn = Shapes['Column']
export type PanelRow = Shapes['Row']
/** What every panel answers, and the numbers of the kinds of chart; a panel has those of its own kind. */
export type PanelData = Shapes['PanelBase'] &
  Partial<Shapes['SeriesBody']> &
  Partial<Shapes['ListBody']> &
  Partial<Shapes['StatBody']>

/** An export as the server tells it; `file` is false for those that were streamed. */
export type ExportJob = {
  id: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  file: boolean
  rows: number
  rows_expected: number | null
  bytes: number
  progress: number
  format: string
  filter: string
  error?: string
  sha256?: string
  manifest?: { rows: number; bytes: number; sha256: string; created: string }
}
export type Field = Shapes['Fields']['fields'][number]
export type Reason = Shapes['Reasons']['reasons'][number]
export type Session = Shapes['Session']
