// Waits for what a new source sends first, and shows it: the event, or why it could not be read.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { getJson } from '../api/client'
import { type Reject, useSources } from '../api/sources'
import type { EventsPage } from '../api/types'
import { Banner } from '../parts/banner'
import { Button } from '../parts/button'
import { Instant } from '../parts/instant'
import { Pill } from '../parts/pill'
import { sentence } from '../parts/state'
import { Status } from '../parts/status'
import { termText } from '../state/filter'
import { exactText } from '../state/numbers'
import { logsSearch, useView } from '../state/view'
import { Step } from './connect'
import css from './connect.module.css'

const LOOK_MS = 2_000

export function FirstEvent({ name, number }: { name: string; number: number }) {
  const view = useView()
  const navigate = useNavigate()
  const source = useSources(LOOK_MS).data?.sources.find((known) => known.name === name)
  const filter = termText('source', name)
  const hasCome = (source?.accepted ?? 0) > 0
  const first = useQuery({
    queryKey: ['/events', 'first', name],
    // An event may lie far back: an imported log is old.
    queryFn: ({ signal }) => getJson<EventsPage>('/events', { from: 'now-3650d', to: 'now', filter, limit: 1 }, signal),
    enabled: hasCome,
    refetchInterval: (query) => (query.state.data?.events.length ? false : LOOK_MS),
  })
  const event = first.data?.events[0]
  const shown = useRef<HTMLDivElement>(null)
  const hasEvent = event !== undefined
  useEffect(() => {
    if (hasEvent) shown.current?.scrollIntoView({ block: 'nearest' })
  }, [hasEvent])
  return (
    <Step number={number} title={event ? 'The first event is here' : 'Waiting for the first event'}>
      <div aria-live="polite">
        {!event && (
          <p className={css.waiting}>
            <span className={css.pulse} aria-hidden="true" />
            {hasCome ? 'Something has come; reading it…' : `This page notices by itself when ${name} sends something.`}
          </p>
        )}
        {event && (
          <div className={css.event} data-testid="first-event" ref={shown}>
            <Banner tone="good" title={`${name} is connected.`}>
              {exactText(source?.accepted)} {source?.accepted === 1 ? 'event' : 'events'} so far.
            </Banner>
            <p className={css.call}>
              <Status code={event.response.status} />
              <b>{event.request.method ?? ''}</b>
              <span className="mono">{event.request.path ?? ''}</span>
              <span className="quiet">{event.consumer_name ?? event.consumer_id ?? 'no consumer'}</span>
              {event.access.granted ? <Pill tone="good">granted</Pill> : <Pill tone="denied">denied</Pill>}
              <span className="quiet">
                <Instant at={event.timestamp} tz={view.tz} />
              </span>
            </p>
            <div className={css.acts}>
              <Button kind="primary" icon="overview" onPress={() => navigate({ to: '/' })}>
                Open Overview
              </Button>
              <Button icon="logs" onPress={() => navigate({ to: '/logs', search: logsSearch({}, filter) as never })}>
                Its events
              </Button>
            </div>
          </div>
        )}
        {source && source.rejected > 0 && <Refusals name={name} count={source.rejected} />}
      </div>
    </Step>
  )
}

/** What came and could not be read, while one still looks at the configuration that sends it. */
function Refusals({ name, count }: { name: string; count: number }) {
  const answer = useQuery({
    queryKey: ['/sources', name, 'rejects'],
    queryFn: ({ signal }) => getJson<{ rejects: Reject[] }>(`/sources/${encodeURIComponent(name)}/rejects`, {}, signal),
    refetchInterval: LOOK_MS,
  })
  const newest = answer.data?.rejects[0]
  return (
    <div className={css.refused}>
      <Banner tone="warn" title={`${exactText(count)} ${count === 1 ? 'record' : 'records'} could not be read.`}>
        {newest && sentence(newest.reason)}
      </Banner>
      {newest && <pre className={css.excerpt}>{newest.excerpt}</pre>}
    </div>
  )
}
