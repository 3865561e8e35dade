// One source: what is known about it, what it sent that was not understood, a line to try, and its token.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getJson } from '../api/client'
import { agoText, healthOf, type Reject, type Source } from '../api/sources'
import { Drawer } from '../parts/drawer'
import { EmptyState, ErrorState, Skeleton, sentence } from '../parts/state'
import { Tabs } from '../parts/tabs'
import { useNow } from '../shell/freshness'
import { bytesText, countText, exactText } from '../state/numbers'
import { instantText } from '../state/zone'
import css from './source-drawer.module.css'
import { Health } from './source-health'
import { SourceToken } from './source-token'
import { TryLine } from './try-line'

type Props = { source: Source; tz: string; onClose: () => void }

export function SourceDrawer({ source, tz, onClose }: Props) {
  const [tab, setTab] = useState(source.rejected > 0 ? 'rejects' : 'try')
  const now = useNow()
  const health = healthOf(source, now)
  return (
    <Drawer label={`Source ${source.name}`} title={source.name} onClose={onClose} of={source.name}>
      <div className={css.body}>
        <p>
          <Health health={health} />
        </p>
        <p className="quiet">{sentence(source.health_text ?? words(source, now))}</p>
        <dl className={css.facts}>
          <Fact label="Last event" value={source.last_event ? `${stamp(source.last_event, tz)} ${tz}` : 'never'} />
          <Fact label="Known since" value={`${stamp(source.created, tz)} ${tz}`} />
          <Fact label="Accepted" value={exactText(source.accepted)} />
          <Fact label="Rejected" value={exactText(source.rejected)} />
          <Fact label="Duplicates" value={exactText(source.duplicates)} />
          <Fact label="Received" value={bytesText(source.bytes)} />
          <Fact label="Formats" value={formats(source)} />
        </dl>
        <Tabs
          label="More about the source"
          value={tab}
          onChange={setTab}
          tabs={[
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

const stamp = (at: string, tz: string) => instantText(Date.parse(at), tz).slice(0, 19)

function words(source: Source, now: number): string {
  const health = healthOf(source, now)
  const ago = source.last_event ? agoText(now - Date.parse(source.last_event)) : ''
  if (health === 'new') return 'Its token exists, and nothing has come with it yet'
  if (health === 'rejecting') return 'What it sends cannot be read; the reasons stand below'
  if (health === 'silent') return `Nothing has come for ${ago}; its gateway may have stopped sending`
  return ago ? `The last event came ${ago} ago` : 'Events arrive'
}

function formats(source: Source): string {
  const named = Object.entries(source.formats).map(([name, count]) => `${name} ${countText(count)}`)
  return named.join(', ') || '–'
}

function Fact({ label, value }: { label: string; value: string }) {
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
    queryFn: ({ signal }) => getJson<{ rejects: Reject[] }>(`/sources/${encodeURIComponent(name)}/rejects`, {}, signal),
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
            {stamp(reject.time, tz)} {tz}
            {reject.format && ` · ${reject.format}`}
            {reject.line !== null && ` · line ${reject.line}`}
          </p>
        </li>
      ))}
    </ul>
  )
}
