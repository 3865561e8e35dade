// One event in full: why it was denied and what to do, then every field, each a filter.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { getJson } from '../api/client'
import { useReasons } from '../api/queries'
import type { AccessEvent } from '../api/types'
import { IconButton } from '../parts/button'
import { Menu } from '../parts/menu'
import { useNarrow } from '../parts/narrow'
import { ErrorState, sentence } from '../parts/state'
import { Pill, Status } from '../parts/status'
import { copyText } from '../parts/toast'
import type { View } from '../state/view'
import { curlOf, sectionsOf } from './event-fields'
import { EventSection } from './event-section'
import css from './log-drawer.module.css'
import { TimingBars } from './timing-bars'

type Props = {
  id: string
  known: AccessEvent | undefined
  view: View
  onClose: () => void
  onStep: (by: number) => void
  onFilter: (field: string, value: string, excludes: boolean) => void
}

export function LogDrawer({ id, known, view, onClose, onStep, onFilter }: Props) {
  const answer = useQuery({
    queryKey: ['/events', id],
    queryFn: ({ signal }) => getJson<AccessEvent>(`/events/${encodeURIComponent(id)}`, {}, signal),
    placeholderData: known,
    staleTime: 60_000,
  })
  const event = answer.data ?? known
  const body = useRef<HTMLElement>(null)
  const isNarrow = useNarrow()
  // On a narrow screen the drawer covers the list, so the focus goes with it.
  useEffect(() => {
    if (isNarrow) body.current?.focus({ preventScroll: true })
  }, [isNarrow])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another event starts at its top.
  useEffect(() => {
    body.current?.scrollTo(0, 0)
  }, [id])

  return (
    <section className={css.drawer} aria-label="Event" data-testid="drawer">
      <header className={css.head}>
        <h2 className={css.title}>
          {event && (
            <>
              <Status code={event.response.status} />
              <span className="mono">
                {event.request.method} {event.request.path}
              </span>
            </>
          )}
        </h2>
        <IconButton icon="left" label="Previous event" hint="[" onPress={() => onStep(-1)} />
        <IconButton icon="right" label="Next event" hint="]" onPress={() => onStep(1)} />
        {event && (
          <Menu
            label="Copy"
            trigger={<IconButton icon="copy" label="Copy" />}
            entries={[
              {
                id: 'json',
                label: 'As JSON',
                icon: 'copy',
                run: () => copyText(JSON.stringify(event, null, 2), 'JSON'),
              },
              { id: 'curl', label: 'As curl', icon: 'copy', run: () => copyText(curlOf(event), 'curl command') },
              { id: 'link', label: 'Link to this event', icon: 'link', run: () => copyText(location.href, 'Link') },
            ]}
          />
        )}
        <IconButton icon="close" label="Close" hint="Esc" onPress={onClose} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section ref={body} className={css.body} tabIndex={0} aria-label="Event details">
        {answer.isError && !event && <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />}
        {event && (
          <>
            <Access event={event} />
            <TimingBars event={event} />
            {sectionsOf(event, view.tz).map((section) => (
              <EventSection key={section.title} section={section} filter={view.filter} onFilter={onFilter} />
            ))}
            <details className={css.raw}>
              <summary>Raw record</summary>
              <pre>{JSON.stringify(event, null, 2)}</pre>
            </details>
          </>
        )}
      </section>
    </section>
  )
}

function Access({ event }: { event: AccessEvent }) {
  const reasons = useReasons()
  const { access } = event
  if (access.granted !== false) {
    return (
      <div className={css.access}>
        <Pill tone="good">{access.granted ? 'Granted' : 'Access unknown'}</Pill>
        <span className="quiet">{access.granted ? 'The gateway forwarded this call.' : 'The log does not say.'}</span>
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
      {resolution && (
        <p data-testid="resolution">
          <b>What to do</b> {sentence(resolution)}
        </p>
      )}
    </div>
  )
}
