// The pages of the documentation, as the palette and the help list them. A page is a file in docs/ and a line here.

export type Doc = { id: string; label: string; words: string }

export const DOCS: Doc[] = [
  { id: 'filter', label: 'The filter language', words: 'query search operators fields syntax' },
  {
    id: 'sources',
    label: 'Setting up each gateway',
    words: 'kong apisix aws nginx envoy traefik caddy haproxy connect',
  },
  { id: 'ingest', label: 'Sending logs', words: 'tokens receivers http duplicates limits retry' },
  { id: 'formats', label: 'Log formats', words: 'parse field map units' },
  { id: 'enrichment', label: 'What is added to an event', words: 'country geography agent route template proxy' },
  { id: 'directory', label: 'The directory', words: 'consumers groups plans routes rules import' },
  { id: 'access', label: 'Who may what', words: 'users people roles permissions tokens sessions password tls rescue' },
  { id: 'audit', label: 'The operator trail', words: 'audit who changed what diff export marks history' },
  { id: 'proof', label: 'Proof', words: 'verify checkpoint signature merkle tamper bundle' },
  { id: 'masking', label: 'Masking of secrets', words: 'privacy tokens headers gdpr' },
  {
    id: 'dashboards',
    label: 'Which page answers what',
    words: 'overview usage denials errors latency access control aws quicksight questions',
  },
  { id: 'panels', label: 'Panels and figures', words: 'overview metrics rates percentiles definitions' },
  { id: 'api', label: 'The HTTP API', words: 'openapi endpoints rest export tail' },
  { id: 'cli', label: 'The command line', words: 'gatelog commands import follow query' },
  { id: 'config', label: 'Settings', words: 'configuration environment variables file' },
]

export const docPath = (id: string) => `/docs/${id}`
