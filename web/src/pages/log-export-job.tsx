// How an export stands, what its file holds, and those of before that can still be fetched.
import { useQuery } from '@tanstack/react-query'
import { getJson } from '../api/client'
import type { ExportJob } from '../api/types'
import { Button, IconButton } from '../parts/button'
import { Progress } from '../parts/progress'
import { sentence } from '../parts/state'
import { copyText } from '../parts/toast'
import { bytesText, exactText, percentText } from '../state/numbers'
import { fetchFile } from './log-export'
import css from './log-export.module.css'

const STATES = { running: 'Writing', done: 'Done', failed: 'Failed', cancelled: 'Stopped' }
const EARLIER_MAX = 5

export function JobProgress({ job, onStop }: { job: ExportJob; onStop: () => void }) {
  const of = job.rows_expected ? ` of ${exactText(job.rows_expected)}` : ''
  return (
    <div className={css.job} aria-live="polite" data-testid="export-job">
      <Progress
        label="Export"
        share={job.state === 'done' ? 1 : (job.progress ?? null)}
        state={job.state === 'cancelled' ? 'failed' : job.state}
        onStop={onStop}
      >
        <b>{STATES[job.state] ?? job.state}</b> {exactText(job.rows)}
        {job.state === 'done' ? '' : of} rows, {bytesText(job.bytes)}
      </Progress>
      {job.state === 'running' && <p className="quiet">It goes on when this is closed; the file is kept for 7 days.</p>}
      {job.state === 'failed' && (
        <p className={css.failed}>
          {sentence(job.error ?? 'the server gave no reason')} Nothing was saved. Start it again; export {job.id} is its
          name in the log of the server.
        </p>
      )}
      {job.state === 'done' && <Manifest job={job} />}
    </div>
  )
}

/** What the file holds, so that someone else can check it. */
function Manifest({ job }: { job: ExportJob }) {
  const sha256 = job.manifest?.sha256 ?? job.sha256
  return (
    <>
      <p className="quiet">
        The download has begun.{' '}
        <Button kind="quiet" icon="download" onPress={() => fetchFile(job.id)}>
          Once more
        </Button>
      </p>
      {sha256 && (
        <p className={css.manifest}>
          <span className="quiet">SHA-256</span>
          <code className={css.hash}>{sha256}</code>
          <IconButton
            icon="copy"
            label="Copy the manifest"
            onPress={() => copyText(JSON.stringify(job.manifest ?? job, null, 2), 'Manifest')}
          />
        </p>
      )}
    </>
  )
}

export function EarlierExports({ current }: { current: string | undefined }) {
  const answer = useQuery({
    queryKey: ['/exports'],
    queryFn: ({ signal }) => getJson<{ exports: ExportJob[] }>('/exports', {}, signal),
    staleTime: 0,
  })
  const earlier =
    answer.data?.exports.filter((job) => job.id !== current && job.file !== false).slice(0, EARLIER_MAX) ?? []
  if (earlier.length === 0) return null
  return (
    <section className={css.earlier} aria-label="Exports of before">
      <h3>Exports of before</h3>
      <ul>
        {earlier.map((job) => (
          <li key={job.id}>
            <b>{job.format.toUpperCase()}</b>
            <span className="quiet">
              {job.state === 'running'
                ? `writing, ${percentText(job.progress)}`
                : `${exactText(job.rows)} rows, ${bytesText(job.bytes)}`}
              {job.state === 'failed' && `, failed: ${job.error ?? ''}`}
              {job.state === 'cancelled' && ', stopped'}
            </span>
            <code>{job.filter}</code>
            {job.state === 'done' && (
              <IconButton icon="download" label={`Download export ${job.id}`} onPress={() => fetchFile(job.id)} />
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
