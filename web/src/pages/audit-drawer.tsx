// One operator event: who, what, when and from where, what changed, what the traffic did around it, what else happened to
// the same thing, and the proof.
import { type ReactNode, useState } from 'react'
import { Problem } from '../api/client'
import { useSession } from '../api/queries'
import { type TrailEvent, useTrailEvent } from '../api/trail'
import { Button, IconButton } from '../parts/button'
import { Code } from '../parts/code'
import { Drawer } from '../parts/drawer'
import { Instant } from '../parts/instant'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState, Skeleton, sentence } from '../parts/state'
import { Tabs } from '../parts/tabs'
import type { Search } from '../state/search'
import type { View } from '../state/view'
import css from './audit.module.css'
import { AuditDiff } from './audit-diff'
import { AuditEffect } from './audit-effect'
import { UNFILTERED } from './audit-filter'
import { AuditHistory } from './audit-history'
import { Outcome } from './audit-outcome'
import { AuditProof } from './audit-proof'

const DAY_MS = 864e5

type Props = {
  id: string
  view: View
  onClose: () => void
  onOpen: (id: string) => void
  onStep: (by: number) => void
  canStep: { back: boolean; forth: boolean }
}

export function AuditDrawer({ id, view, onClose, onOpen, onStep, canStep }: Props) {
  const answer = useTrailEvent(id)
  const event = answer.data
  const isMissing = answer.error instanceof Problem && answer.error.status === 404
  return (
    <Drawer
      label="Operator event"
      of={id}
      onClose={onClose}
      title={event ? event.event || event.code : `Event ${id}`}
      tools={
        <>
          <IconButton icon="left" label="Newer event" isDisabled={!canStep.back} onPress={() => onStep(-1)} />
          <IconButton icon="right" label="Older event" isDisabled={!canStep.forth} onPress={() => onStep(1)} />
        </>
      }
    >
      {answer.isPending && <Skeleton height={240} />}
      {isMissing && (
        <EmptyState title="There is no such event" icon="audit" isCompact>
          Its number is wrong, or its time in the trail is over.
        </EmptyState>
      )}
      {answer.isError && !isMissing && <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />}
      {event && <Body key={event.id} event={event} view={view} onOpen={onOpen} />}
    </Drawer>
  )
}

function Body({ event, view, onOpen }: { event: TrailEvent; view: View; onOpen: (id: string) => void }) {
  const [tab, setTab] = useState('changes')
  const permissions = useSession().data?.permissions ?? []
  return (
    <div className={css.body}>
      <p className={css.marks}>
        <code className="mono">{event.code || event.verb}</code>
        {event.outcome === 'success' ? <Pill tone="good">success</Pill> : <Outcome outcome={event.outcome} />}
        <AuditProof event={event} mayVerify={permissions.includes('verify:run')} />
      </p>
      {event.detail && <p className={css.detail}>{sentence(event.detail)}</p>}
      <dl className={css.facts}>
        <Fact label="Time">
          <Instant at={event.time} tz={view.tz} />
        </Fact>
        <Fact label="Operator">
          <Who event={event} />
        </Fact>
        <Fact label="Resource">
          {event.resource_name || event.resource_id || '–'} <span className="quiet">{event.resource_type}</span>
        </Fact>
        <Fact label="Resource ID">{event.resource_id && <code className="mono">{event.resource_id}</code>}</Fact>
        <Fact label="IP address">{event.address && <code className="mono">{event.address}</code>}</Fact>
        <Fact label="Source">{[event.source, event.agent].filter(Boolean).join(' · ')}</Fact>
        <Fact label="Request">
          {event.request_id && <code className="mono">{event.request_id}</code>} <span>{event.status}</span>
        </Fact>
        {event.origin !== 'gatelog' && <Fact label="Told by">{event.origin}</Fact>}
        {event.change_set && (
          <Fact label="Change set">
            <span className={css.set}>
              <code className="mono">{event.change_set}</code>
              {view.search.change_set !== event.change_set && (
                <Button onPress={() => view.set(wholeSet(event, event.change_set))}>Show the whole change set</Button>
              )}
            </span>
          </Fact>
        )}
      </dl>
      {event.erased.length > 0 && (
        <p className={css.detail}>Parts of it were erased ({event.erased.join(', ')}). Its proof holds all the same.</p>
      )}
      <Tabs
        label="More about the event"
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: 'changes',
            label: 'Changes',
            body: (
              <div className={css.tab}>
                <AuditDiff event={event} />
                {permissions.includes('panels:read') && (
                  <AuditEffect event={event} view={view} maySee={permissions.includes('events:read')} />
                )}
              </div>
            ),
          },
          {
            id: 'history',
            label: 'History',
            isDisabled: !event.resource_id && !event.resource_name,
            body: <AuditHistory event={event} tz={view.tz} onOpen={onOpen} />,
          },
          {
            id: 'raw',
            label: 'Raw record',
            body: (
              <div className={css.tab}>
                {event.raw !== null && event.raw !== undefined && (
                  <>
                    <h3 className={css.subtitle}>As {event.origin} wrote it, secrets masked</h3>
                    <Code text={rawText(event.raw)} language="json" what="The gateway's record" wraps />
                    <h3 className={css.subtitle}>What is kept of it</h3>
                  </>
                )}
                <Code
                  text={JSON.stringify({ ...event, raw: undefined }, null, 2)}
                  language="json"
                  what="Record"
                  wraps
                />
              </div>
            ),
          },
        ]}
      />
    </div>
  )
}

/** The list of all that one declarative sync changed: one takes minutes, so a day on both sides holds it whole. */
function wholeSet({ id, time }: TrailEvent, change_set: string | undefined): Partial<Search> {
  const day = (by: number) => new Date(Date.parse(time) + by * DAY_MS).toISOString()
  return { ...UNFILTERED, from: day(-1), to: day(1), change_set, row: id }
}

/** JSON as JSON, a line of text as it is. */
const rawText = (raw: unknown) => (typeof raw === 'string' ? raw : JSON.stringify(raw, null, 2))

function Who({ event: { operator, operator_kind, token } }: { event: TrailEvent }) {
  if (!operator) return <span className="quiet">nobody who was known</span>
  return (
    <>
      {operator} <span className="quiet">{[operator_kind, token && `token ${token}`].filter(Boolean).join(', ')}</span>
    </>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children || <span className="quiet">–</span>}</dd>
    </div>
  )
}
