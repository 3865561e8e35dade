// What the traffic did before and after a change: of the thing itself where calls name it, or else of all calls.
import { useAnswer } from '../api/queries'
import type { TrailEvent } from '../api/trail'
import type { Figures, Summary } from '../api/types'
import { Go } from '../parts/link'
import { ErrorState, Skeleton } from '../parts/state'
import { termText } from '../state/filter'
import { countText, durationText, exactText, percentText } from '../state/numbers'
import { iso, type Range } from '../state/range'
import { writeSearch } from '../state/search'
import { logsSearch, type View } from '../state/view'
import css from './audit.module.css'

const WINDOW_MS = 36e5
/** Less than that says nothing. */
const WINDOW_MIN_MS = 6e4

/** The field of calls that names a thing of a kind. */
const FIELDS: Record<string, string> = {
  route: 'route',
  service: 'service',
  api: 'api',
  consumer: 'consumer',
  consumer_group: 'group',
  group: 'group',
  plan: 'plan',
  customer: 'customer',
  environment: 'environment',
  gateway: 'gateway',
  source: 'source',
}

export function termOf({ resource_type, resource_name, resource_id }: TrailEvent): string {
  const field = FIELDS[resource_type]
  const value = resource_name || resource_id
  return field && value ? termText(field, value) : ''
}

type Props = { event: TrailEvent; view: View; maySee: boolean }

export function AuditEffect({ event, view, maySee }: Props) {
  const at = Date.parse(event.time)
  const length = Math.min(WINDOW_MS, Date.now() - at)
  const isOn = length >= WINDOW_MIN_MS
  const minutes = Math.floor(length / 6e4) * 6e4
  const [before, after] = [span(at - minutes, at), span(at, at + minutes)]
  const filter = termOf(event)
  const answer = useAnswer<Summary>(
    '/summary',
    { ...after, filter, tz: view.tz, compare_from: before.from, compare_to: before.to },
    { enabled: isOn },
  )
  const name = event.resource_name || event.resource_id
  const href = (range: Range) => `/logs${writeSearch(logsSearch({ tz: view.tz }, filter, range))}`
  return (
    <section aria-label="Traffic around it" className={css.part}>
      <h3 className={css.subtitle}>
        {isOn ? `Traffic in the ${windowText(minutes)} before and after` : 'Traffic before and after'}
      </h3>
      <p className="quiet">{filter ? `Calls of the ${event.resource_type} ${name}.` : 'All calls.'}</p>
      {!isOn && <p className="quiet">It is less than a minute ago.</p>}
      {isOn && answer.isPending && <Skeleton height={150} />}
      {answer.isError && !answer.data && <ErrorState error={answer.error} compact />}
      {answer.data && <Beside before={answer.data.previous} after={answer.data} />}
      {isOn && maySee && (
        <p className={css.links}>
          <Go href={href(before)}>Calls before</Go>
          <Go href={href(after)}>Calls after</Go>
        </p>
      )}
    </section>
  )
}

const span = (from: number, to: number): Range => ({ from: iso(from), to: iso(to) })

function windowText(ms: number): string {
  const minutes = Math.floor(ms / 6e4)
  return minutes >= 60 ? 'hour' : minutes === 1 ? 'minute' : `${minutes} minutes`
}

type Row = { label: string; of: (figures: Figures) => number | null; text: (value: number | null) => string }

const errors = ({ by_status }: Figures) => by_status['5xx'] ?? 0
const ROWS: Row[] = [
  { label: 'Calls', of: ({ total_calls }) => total_calls, text: countText },
  { label: 'Server errors', of: errors, text: countText },
  { label: 'Error rate', of: (f) => (f.total_calls ? errors(f) / f.total_calls : null), text: percentText },
  { label: 'Denied', of: ({ denied_requests }) => denied_requests, text: countText },
  { label: 'p95', of: ({ p95_ms }) => p95_ms, text: durationText },
]

function Beside({ before, after }: { before: Figures | null | undefined; after: Figures }) {
  return (
    <table className={css.effect}>
      <caption className="hidden-but-read">Before and after</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map(({ label, of, text }) => {
          const [was, is] = [before ? of(before) : null, of(after)]
          return (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td title={exactText(was)}>{text(was)}</td>
              <td title={exactText(is)}>{text(is)}</td>
              <td className="quiet">{changeOf(was, is)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function changeOf(was: number | null, is: number | null): string {
  if (was === null || is === null || was === is) return '–'
  if (was === 0) return 'new'
  const share = (is - was) / was
  return `${share > 0 ? '+' : '−'}${percentText(Math.abs(share))}`
}
