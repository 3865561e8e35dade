// One event in full: why it was denied and what to do, then every field, each a filter.
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { getFile, getJson, type Problem } from '../api/client'
import { useReasons, useSession } from '../api/queries'
import type { AccessEvent } from '../api/types'
import { IconButton } from '../parts/button'
import { Drawer } from '../parts/drawer'
import { giveFile } from '../parts/file'
import { Menu } from '../parts/menu'
import { Pill } from '../parts/pill'
import { ErrorState, sentence } from '../parts/state'
import { Status } from '../parts/status'
import { toast } from '../parts/toast'
import type { View } from '../state/view'
import { sectionsOf } from './event-fields'
import { EventSection } from './event-section'
import css from './log-drawer.module.css'
import { copies, type Picked, ValueMenu, type ValueMoves } from './log-menu'
import { LogNear } from './log-near'
import { TimingBars } from './timing-bars'

const EventExplain = lazy(() => import('./event-explain').then((m) => ({ default: m.EventExplain })))

type Props = {
  id: string
  known: AccessEvent | undefined
  view: View
  onClose: () => void
  onStep: (by: number) => void
  moves: ValueMoves
}

export function LogDrawer({ id, known, view, moves, onClose, onStep }: Props) {
  const [picked, setPicked] = useState<Picked | null>(null)
  // A row of the table may already be another one than the open event.
  const shown = known?.id === id ? known : undefined
  const answer = useQuery({
    queryKey: ['/events', id],
    queryFn: ({ signal }) => getJson<AccessEvent>(`/events/${encodeURIComponent(id)}`, {}, signal),
    placeholderData: shown,
    staleTime: 60_000,
  })
  const event = answer.data ?? shown
  const mayProve = useSession().data?.permissions.includes('verify:run') ?? false
  return (
    <Drawer
      label="Event"
      of={id}
      onClose={onClose}
      title={
        event && (
          <span className={css.title}>
            <Status code={event.response.status} />
            <span className="mono">
              {event.request.method} {event.request.path}
            </span>
          </span>
        )
      }
      tools={
        <>
          <IconButton icon="left" label="Previous event" hint="[" onPress={() => onStep(-1)} />
          <IconButton icon="right" label="Next event" hint="]" onPress={() => onStep(1)} />
          {event && mayProve && <Proof id={event.id} />}
          {event && <Menu label="Copy" trigger={<IconButton icon="copy" label="Copy" />} entries={copies(event)} />}
        </>
      }
    >
      {answer.isError && !event && <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />}
      {event && (
        <div className={css.body}>
          <Access event={event} />
          {isRefused(event) && (
            <Suspense>
              <EventExplain id={event.id} view={view} />
            </Suspense>
          )}
          <TimingBars event={event} />
          {sectionsOf(event, view.tz).map((section) => (
            <EventSection
              key={section.title}
              section={section}
              view={view}
              moves={moves}
              onMenu={(line, at) => setPicked({ event, at, ...line })}
            />
          ))}
          <LogNear event={event} onOpen={(row) => view.set({ row }, { replace: true })} />
          <details className={css.raw}>
            <summary>Raw record</summary>
            <pre>{JSON.stringify(event, null, 2)}</pre>
          </details>
        </div>
      )}
      <ValueMenu picked={picked} moves={moves} onClose={() => setPicked(null)} />
    </Drawer>
  )
}

/** A file for `gatelog verify`; an event that is not sealed yet has none, and the server says when. */
function Proof({ id }: { id: string }) {
  const save = async () => {
    try {
      giveFile(`event-${id}.proof.json`, await getFile(`/events/${encodeURIComponent(id)}/proof`))
    } catch (cause) {
      const { message, remedy } = cause as Problem
      toast([message, remedy ?? ''].map(sentence).join(' '), { tone: 'bad' })
    }
  }
  return <IconButton icon="download" label="Proof" onPress={save} />
}

/** By the gateway, or by what lies behind it. */
const isRefused = ({ access, response }: AccessEvent) =>
  access.granted === false || [401, 403, 429].includes(response.status ?? 0)

function Access({ event }: { event: AccessEvent }) {
  const reasons = useReasons()
  const { access } = event
  if (access.granted !== false) {
    return (
      <div className={css.access}>
        <Pill tone="good">{access.granted ? 'Granted' : 'Access unknown'}</Pill>
        <span className="quiet">
          {access.granted ? 'The gateway forwarded this call.' : 'The log does not say.'}
          {access.evidence && (
            <>
              {' '}
              Told by <code className="mono">{access.evidence}</code>
            </>
          )}
        </span>
      </div>
    )
  }
  const known = reasons.find((reason) => reason.code === access.reason)
  const explanation = access.explanation ?? known?.explanation
  const resolution = access.resolution ?? known?.resolution
  return (
    <div className={css.denial}>
      <div className={css.reason}>
        <Pill tone="denied">Denied</Pill>
        <strong>{access.reason_label ?? known?.label ?? access.reason ?? 'without a reason'}</strong>
      </div>
      {explanation && (
        <p data-testid="explanation">
          <b>Why</b> {sentence(explanation)}
        </p>
      )}
      {access.evidence && (
        <p data-testid="evidence">
          <b>Told by</b> <code className="mono">{access.evidence}</code>
        </p>
      )}
      {resolution && (
        <p data-testid="resolution">
          <b>What to do</b> {sentence(resolution)}
        </p>
      )}
    </div>
  )
}
