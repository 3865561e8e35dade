// One source: what is known about it, what it sent that was not understood, a line to try, and its token.

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { getJson } from '../api/client'
import { agoText, type Reject, type Source, sourcePath } from '../api/sources'
import { Drawer } from '../parts/drawer'
import { Instant } from '../parts/instant'
import { EmptyState, ErrorState, Skeleton, sentence } from '../parts/state'
import { Tabs } from '../parts/tabs'
import { useNow } from '../shell/freshness'
import { bytesText, countText, exactText } from '../state/numbers'
import { SourceActs } from './source-acts'
import css from './source-drawer.module.css'
import { Health } from './source-health'
import { SourceQuality } from './source-quality'
import { SourceToken } from './source-token'
import { TryLine } from './try-line'

type Props = { source: Source; tz: string; onClose: () => void }

export function SourceDrawer({ source, tz, onClose }: Props) {
  const [tab, setTab] = useState(firstTab(source))
  const now = useNow()
  return (
    <Drawer
      label={`Source ${source.name}`}
      title={source.name}
      onClose={onClose}
      of={source.name}
      tools={!source.sample && <SourceActs source={source} onDeleted={onClose} />}
    >
      <div className={css.body}>
        <p>
          <Health health={source.health} />
        </p>
        <p className="quiet">{sentence(source.health_text)}</p>
        <dl className={css.facts}>
          <Fact label="Last event" value={<LastEvent source={source} now={now} tz={tz} />} />
          <Fact label="Known since" value={<Instant at={source.created} tz={tz} />} />
          <Fact label="Accepted" value={exactText(source.accepted)} />
          <Fact label="Rejected" value={exactText(source.rejected)} />
          <Fact label="Duplicates" value={exactText(source.duplicates)} />
          <Fact label="Received" value={bytesText(source.bytes)} />
          <Fact label="Of late" value={rateText(source)} />
          {source.lost > 0 && <Fact label="Lost on the way" value={exactText(source.lost)} />}
          {source.refused > 0 && <Fact label="Refused while paused" value={exactText(source.refused)} />}
          <Fact label="Formats" value={formats(source)} />
        </dl>
        <Tabs
          label="More about the source"
          value={tab}
          onChange={setTab}
          tabs={[
            { id: 'quality', label: 'Quality', body: <SourceQuality source={source} tz={tz} /> },
            {
              id: 'rejects',
              label: 'Not understood',
              count: countText(source.rejected),
              body: <Rejects name={source.name} tz={tz} />,
            },
            { id: 'try', label: 'Try a line', body: <TryLine source={source} /> },
            { id: 'token', label: 'Token', body: <SourceToken source={source} /> },
          ]}
        />
      </div>
    </Drawer>
  )
}

const firstTab = (source: Source) =>
  source.health === 'new' ? 'token' : source.health === 'rejecting' ? 'rejects' : 'quality'

function LastEvent({ source: { last_event: at }, now, tz }: { source: Source; now: number; tz: string }) {
  if (!at) return 'never'
  return (
    <>
      <Instant at={at} tz={tz} />, {agoText(now - Date.parse(at))} ago
    </>
  )
}

export const rateText = ({ events_per_second: events, bytes_per_second: bytes }: Source) =>
  events > 0 ? `${countText(events)} events/s, ${bytesText(bytes)}/s` : 'nothing'

function formats(source: Source): string {
  const named = Object.entries(source.formats).map(([name, count]) => `${name} ${countText(count)}`)
  return named.join(', ') || '–'
}

function Fact({ label, value }: { label: string; value: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Rejects({ name, tz }: { name: string; tz: string }) {
  const answer = useQuery({
    queryKey: ['/sources', name, 'rejects'],
    queryFn: ({ signal }) => getJson<{ rejects: Reject[] }>(`${sourcePath(name)}/rejects`, {}, signal),
    refetchInterval: 10_000,
  })
  if (answer.isPending) return <Skeleton height={120} />
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const { rejects } = answer.data
  if (rejects.length === 0)
    return (
      <EmptyState title="Everything was understood" icon="check" isCompact>
        The newest 1,000 records that could not be read would stand here, masked.
      </EmptyState>
    )
  return (
    <ul className={css.rejects}>
      {rejects.slice(0, 100).map((reject, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rejects have no id, and two may be equal.
        <li key={i}>
          <p className={css.reason}>{sentence(reject.reason)}</p>
          <pre className={css.excerpt}>{reject.excerpt}</pre>
          <p className={css.meta}>
            <Instant at={reject.time} tz={tz} />
            {reject.format && ` · ${reject.format}`}
            {reject.line !== null && ` · line ${reject.line}`}
          </p>
        </li>
      ))}
    </ul>
  )
}
