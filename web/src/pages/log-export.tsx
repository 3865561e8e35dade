// Export: form and columns, the exact number of rows before the start, then a job of the server whose file the browser
// fetches when it is written. It goes on when the dialog is closed, and its file is kept for some days.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { apiUrl, getJson, type Params, sendJson } from '../api/client'
import { useAnswer } from '../api/queries'
import type { ExportJob, Histogram } from '../api/types'
import { Button } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Segmented } from '../parts/choice'
import { Dialog } from '../parts/dialog'
import { ErrorState } from '../parts/state'
import { COLUMNS } from '../state/columns'
import { exactText } from '../state/numbers'
import type { Span } from '../state/range'
import type { View } from '../state/view'
import { instantText, zoneText } from '../state/zone'
import css from './log-export.module.css'
import { EarlierExports, JobProgress } from './log-export-job'

const FORMATS = [
  { id: 'csv', label: 'CSV', note: 'for spreadsheets' },
  { id: 'json', label: 'JSON', note: 'one array, every field' },
  { id: 'ndjson', label: 'NDJSON', note: 'one event per line' },
  { id: 'parquet', label: 'Parquet', note: 'for data tools' },
]
const TIMES = [
  { id: 'rfc3339', label: 'UTC' },
  { id: 'local', label: 'Zone of the page' },
  { id: 'epoch_ms', label: 'Epoch ms' },
]
/** These are always in the file, under the names of docs/api.md. */
const ALWAYS = ['timestamp', 'consumer', 'path', 'method', 'status', 'granted', 'reason', 'duration']
const POLL_MS = 400

type Props = { view: View; span: Span; asked: Params; onClose: () => void }

export function LogExport({ view, span, asked, onClose }: Props) {
  const [format, setFormat] = useState('csv')
  const [extra, setExtra] = useState<string[]>([])
  const [times, setTimes] = useState('rfc3339')
  const count = useAnswer<Histogram>('/histogram', { ...asked, split: 'none' })
  const rows = count.isPlaceholderData ? undefined : count.data?.total
  const job = useExport()
  const isCsv = format === 'csv'
  const start = () => {
    const csv = { columns: extra, time_format: times, tz: view.tz }
    job.start({ ...asked, format, order: view.search.order ?? 'desc', ...(isCsv ? csv : {}) })
  }
  const isBusy = job.isStarting || job.current?.state === 'running'
  const label = rows === undefined ? 'Export' : `Export ${exactText(rows)} ${rows === 1 ? 'row' : 'rows'}`
  return (
    <Dialog
      title="Export"
      isOpen
      onClose={onClose}
      footer={
        <Button kind="primary" icon="download" data-testid="start-export" autoFocus isPending={isBusy} onPress={start}>
          {label}
        </Button>
      }
    >
      <div className={css.body}>
        <div className={css.what}>
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
        </div>
        <RadioGroup aria-label="Format" className={css.formats} value={format} onChange={setFormat}>
          {FORMATS.map((f) => (
            <Radio key={f.id} value={f.id} className={css.format}>
              <b>{f.label}</b>
              <span className="quiet">{f.note}</span>
            </Radio>
          ))}
        </RadioGroup>
        {isCsv && (
          <>
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
            <div className={css.times}>
              <span className="quiet">Times</span>
              <Segmented label="Times" value={times} options={TIMES} onChange={setTimes} />
            </div>
          </>
        )}
        {job.error !== null && <ErrorState error={job.error} compact />}
        {job.current && <JobProgress job={job.current} onStop={job.stop} />}
        <EarlierExports current={job.current?.id} />
      </div>
    </Dialog>
  )
}

/** One export of this dialog: started, watched, fetched when it is done, stopped when asked. */
function useExport() {
  const client = useQueryClient()
  const [id, setId] = useState<string | null>(null)
  const [isStarting, setStarting] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const fetched = useRef('')
  const answer = useQuery({
    queryKey: ['/exports', 'one', id],
    queryFn: ({ signal }) => getJson<ExportJob>(`/exports/${id}`, {}, signal),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data && query.state.data.state !== 'running' ? false : POLL_MS),
  })
  const current = answer.data ?? null
  useEffect(() => {
    if (current?.state !== 'done' || fetched.current === current.id) return
    fetched.current = current.id
    fetchFile(current.id)
    client.invalidateQueries({ queryKey: ['/exports'], exact: true })
  }, [current, client])
  const attempt = async (run: () => Promise<void>) => {
    setError(null)
    setStarting(true)
    await run().catch(setError)
    setStarting(false)
  }
  return {
    current,
    isStarting,
    error: error ?? (answer.isError && !current ? answer.error : null),
    start: (body: Record<string, unknown>) =>
      attempt(async () => setId((await sendJson<{ id: string }>('POST', '/exports', body))?.id ?? null)),
    stop: () =>
      attempt(async () => {
        await sendJson('DELETE', `/exports/${id}`)
        setId(null)
      }),
  }
}

/** A plain download of the browser, which can pause and resume it: no window opens. */
export function fetchFile(id: string) {
  const link = document.createElement('a')
  link.href = apiUrl(`/exports/${id}/file`)
  link.download = ''
  link.click()
}
