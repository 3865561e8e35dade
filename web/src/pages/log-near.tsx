// What happened near this call: the calls of the same consumer, or on the same route, before and after it.
import { useState } from 'react'
import { useAnswer } from '../api/queries'
import type { AccessEvent, EventsPage } from '../api/types'
import { Skeleton } from '../parts/state'
import { Status } from '../parts/status'
import { consumerOf } from '../state/columns'
import { termText } from '../state/filter'
import { durationText } from '../state/numbers'
import { iso } from '../state/range'
import css from './log-drawer.module.css'

const EACH = 4
const WINDOW_MS = 864e5

type Way = { id: string; label: string; term: string }

function waysOf(event: AccessEvent): Way[] {
  const way = (id: string, label: string, field: string, value: string | undefined): Way[] =>
    value ? [{ id, label, term: termText(field, value) }] : []
  return [
    ...way('consumer', `Of ${consumerOf(event) ?? ''}`, 'consumer', consumerOf(event)),
    ...way('claimed', `Of ${event.claimed_consumer ?? ''}`, 'claimed_consumer', event.claimed_consumer),
    ...way('ip', `From ${event.request.ip ?? ''}`, 'ip', consumerOf(event) ? undefined : event.request.ip),
    ...way('route', 'On this route', 'route', event.route),
  ].slice(0, 3)
}

export function LogNear({ event, onOpen }: { event: AccessEvent; onOpen: (id: string) => void }) {
  const ways = waysOf(event)
  const [chosen, setChosen] = useState('')
  const way = ways.find((w) => w.id === chosen) ?? ways[0]
  const at = Date.parse(event.timestamp)
  const isOn = way !== undefined
  const before = useAnswer<EventsPage>(
    '/events',
    { from: iso(at - WINDOW_MS), to: event.timestamp, filter: way?.term, limit: EACH },
    { enabled: isOn },
  )
  const after = useAnswer<EventsPage>(
    '/events',
    { from: event.timestamp, to: iso(at + WINDOW_MS), filter: way?.term, limit: EACH + 1, order: 'asc' },
    { enabled: isOn },
  )
  if (!way) return null
  const later = after.data?.events.filter((e) => e.id !== event.id).slice(0, EACH) ?? []
  const list = [...(before.data?.events.toReversed() ?? []), event, ...later]
  return (
    <section className={css.near} aria-label="What is near">
      <div className={css.nearHead}>
        <h3>What is near</h3>
        {ways.map((w) => (
          <button key={w.id} type="button" aria-pressed={w === way} className={css.way} onClick={() => setChosen(w.id)}>
            {w.label}
          </button>
        ))}
      </div>
      {before.isPending || after.isPending ? (
        <Skeleton height={26 * 5} />
      ) : (
        <ol className={before.isPlaceholderData || after.isPlaceholderData ? css.old : ''}>
          {list.map((e) => (
            <li key={e.id}>
              <button
                type="button"
                className={`${css.nearRow} ${e.id === event.id ? css.here : ''}`}
                aria-current={e.id === event.id}
                onClick={() => e.id !== event.id && onOpen(e.id)}
              >
                <span className={css.apart}>
                  {e.id === event.id ? 'this call' : apartText(Date.parse(e.timestamp) - at)}
                </span>
                <Status code={e.response.status} />
                <span className="mono">
                  {e.request.method} {e.request.path}
                </span>
              </button>
            </li>
          ))}
          {list.length === 1 && <li className="quiet">No other within a day.</li>}
        </ol>
      )}
    </section>
  )
}

/** `1.20 s before`, `3 min after`. */
export function apartText(ms: number): string {
  const size = Math.abs(ms)
  const text =
    size < 6e4 ? durationText(size) : size < 36e5 ? `${Math.round(size / 6e4)} min` : `${(size / 36e5).toFixed(1)} h`
  return ms < 0 ? `${text} before` : size === 0 ? 'same time' : `${text} after`
}
