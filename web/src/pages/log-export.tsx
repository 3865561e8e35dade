// Export: format and columns, the exact number of rows before the start, a plain download, its progress after.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { apiUrl, getJson } from '../api/client'
import { useAnswer } from '../api/queries'
import type { ExportJob, Histogram } from '../api/types'
import { Checkbox } from '../parts/checkbox'
import { Dialog } from '../parts/dialog'
import { Icon } from '../parts/icon'
import { ErrorState } from '../parts/state'
import { COLUMNS } from '../state/columns'
import { bytesText, exactText } from '../state/numbers'
import { iso, spanOf } from '../state/range'
import type { View } from '../state/view'
import { instantText, zoneText } from '../state/zone'
import css from './log-export.module.css'

const FORMATS = [
  { id: 'csv', label: 'CSV', note: 'for spreadsheets' },
  { id: 'json', label: 'JSON', note: 'one array, every field' },
  { id: 'ndjson', label: 'NDJSON', note: 'one event per line' },
  { id: 'parquet', label: 'Parquet', note: 'for data tools' },
]
/** These are always in the file, under the names of docs/api.md. */
const ALWAYS = ['timestamp', 'consumer', 'path', 'method', 'status', 'granted', 'reason', 'duration']
const POLL_MS = 500

export function LogExport({ view, onClose }: { view: View; onClose: () => void }) {
  const [format, setFormat] = useState('csv')
  const [extra, setExtra] = useState<string[]>([])
  const [known, setKnown] = useState<string[] | null>(null)
  // The range is pinned when the dialog opens, so that the number shown is the number written.
  const [span] = useState(() => spanOf(view.range, Date.now()))
  const asked = useMemo(() => ({ from: iso(span.from), to: iso(span.to), filter: view.filter }), [span, view.filter])
  const count = useAnswer<Histogram>('/histogram', { ...asked, split: 'none' })
  const rows = count.data?.total
  const href = apiUrl('/export', { ...asked, format, order: view.search.order, columns: extra.join(',') })
  const job = useJob(known, format)

  // Which exports there were is asked when the dialog opens: after the click a small one may already be done.
  const before = useAnswer<{ exports: ExportJob[] }>('/exports', {})
  const start = () => {
    const earlier = before.data?.exports.map((e) => e.id) ?? []
    setKnown(job ? [...earlier, ...(known ?? []), job.id] : earlier)
  }
  return (
    <Dialog title="Export" isOpen onClose={onClose}>
      <div className={css.body}>
        <p className={css.what}>
          {count.isError ? (
            <ErrorState error={count.error} compact />
          ) : (
            <span>
              Exactly <b data-testid="export-rows">{rows === undefined ? '…' : exactText(rows)}</b>{' '}
              {rows === 1 ? 'row' : 'rows'}
            </span>
          )}
          <span className="quiet">
            {instantText(span.from, view.tz).slice(0, 19)} → {instantText(span.to, view.tz).slice(0, 19)}{' '}
            {zoneText(view.tz, span.to)}
          </span>
          {view.filter && <code className={css.filter}>{view.filter}</code>}
        </p>
        <RadioGroup aria-label="Format" className={css.formats} value={format} onChange={setFormat}>
          {FORMATS.map((f) => (
            <Radio key={f.id} value={f.id} className={css.format}>
              <b>{f.label}</b>
              <span className="quiet">{f.note}</span>
            </Radio>
          ))}
        </RadioGroup>
        {format === 'csv' && (
          <fieldset className={css.columns}>
            <legend>Columns</legend>
            {COLUMNS.map((column) => (
              <Checkbox
                key={column.id}
                isSelected={ALWAYS.includes(column.id) || extra.includes(column.id)}
                isDisabled={ALWAYS.includes(column.id)}
                onChange={(isOn) => setExtra(isOn ? [...extra, column.id] : extra.filter((id) => id !== column.id))}
              >
                {column.label}
              </Checkbox>
            ))}
          </fieldset>
        )}
        {job && <Progress job={job} />}
        <div className={css.foot}>
          <a className={css.download} href={href} download data-testid="download" onClick={start}>
            <Icon name="download" /> Download {format.toUpperCase()}
          </a>
        </div>
      </div>
    </Dialog>
  )
}

/** The newest export that did not exist before the click. A plain download cannot tell its id to the page. */
function useJob(known: string[] | null, format: string): ExportJob | null {
  const [id, setId] = useState<string | null>(null)
  const list = useQuery({
    queryKey: ['/exports', known],
    queryFn: ({ signal }) => getJson<{ exports: ExportJob[] }>('/exports', {}, signal),
    enabled: known !== null && id === null,
    refetchInterval: POLL_MS,
    gcTime: 0,
  })
  const found = list.data?.exports.find((e) => known && !known.includes(e.id) && (!e.format || e.format === format))
  useEffect(() => {
    if (found) setId(found.id)
  }, [found])
  // A new click looks for a new export.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the click matters.
  useEffect(() => setId(null), [known])
  const job = useQuery({
    queryKey: ['/exports', 'one', id],
    queryFn: ({ signal }) => getJson<ExportJob>(`/exports/${id}`, {}, signal),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === 'running' || !query.state.data ? POLL_MS : false),
  })
  return id === null ? null : (job.data ?? found ?? null)
}

const STATES = { running: 'Writing', done: 'Done', failed: 'Failed', cancelled: 'Cancelled' }

function Progress({ job }: { job: ExportJob }) {
  const share = job.state === 'done' ? 1 : (job.progress ?? 0)
  return (
    <div className={css.job} aria-live="polite" data-testid="export-job">
      <div className={css.track}>
        <span style={{ width: `${share * 100}%` }} className={job.state === 'failed' ? css.failed : ''} />
      </div>
      <p>
        <b>{STATES[job.state] ?? job.state}</b> {exactText(job.rows)} rows, {bytesText(job.bytes)}
        <span className="quiet"> export {job.id}</span>
      </p>
      {job.sha256 && (
        <p className="quiet">
          SHA-256 <code className={css.hash}>{job.sha256}</code>
        </p>
      )}
    </div>
  )
}
