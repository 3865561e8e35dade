// Sessions: who is signed in, from where and until when, and the way to end that.
import { type SessionInfo, useAct, useSessions } from '../api/members'
import { Button } from '../parts/button'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import { useNow } from '../shell/freshness'
import type { TabProps } from './members'
import css from './members.module.css'
import { Ago } from './members-cells'

type End = ((session: SessionInfo) => void) | null

const columnsAt = (now: number, tz: string, onEnd: End): TableColumn<SessionInfo>[] => [
  {
    id: 'name',
    label: 'Who',
    cell: (session) => (
      <span className={css.name}>
        {session.name}
        {session.current && <Pill tone="accent">this one</Pill>}
      </span>
    ),
  },
  { id: 'role', label: 'Role', cell: (session) => session.role },
  { id: 'address', label: 'From', isMono: true, cell: (session) => session.address || '–' },
  { id: 'agent', label: 'Browser', cell: (session) => <span title={session.agent}>{browserOf(session.agent)}</span> },
  { id: 'created', label: 'Signed in', cell: (session) => <Ago at={session.created} now={now} tz={tz} /> },
  { id: 'used', label: 'Last used', cell: (session) => <Ago at={session.last_used} now={now} tz={tz} /> },
  { id: 'ends', label: 'Ends', cell: (session) => <Ago at={session.ends} now={now} tz={tz} /> },
  ...(onEnd ? [endColumn(onEnd)] : []),
]

const endColumn = (onEnd: (session: SessionInfo) => void): TableColumn<SessionInfo> => ({
  id: 'end',
  label: 'Do',
  cell: (session) =>
    session.current ? (
      <span className="quiet">–</span>
    ) : (
      <Button aria-label={`End the session of ${session.name}`} onPress={() => onEnd(session)}>
        End
      </Button>
    ),
})

/** The program at the other end, in a word or two. */
function browserOf(agent: string): string {
  const name = ['Edg', 'Firefox', 'Chrome', 'Safari', 'curl', 'gatelog'].find((word) => agent.includes(word))
  const system = ['Windows', 'Android', 'iPhone', 'Mac OS', 'Linux'].find((word) => agent.includes(word))
  return [name === 'Edg' ? 'Edge' : (name ?? agent.split('/')[0]), system].filter(Boolean).join(', ') || '–'
}

export function Sessions({ view, mayWrite }: TabProps) {
  const answer = useSessions()
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  return (
    <div className={css.body}>
      <p className="quiet">A session ends after 30 minutes without use and after 12 hours in any case.</p>
      <SessionList
        sessions={answer.data?.sessions ?? []}
        isLoading={answer.isPending}
        tz={view.tz}
        path={mayWrite ? '/sessions' : null}
      />
    </div>
  )
}

/** `path` is where sessions are ended; none for those who may only look. */
export function SessionList(props: { sessions: SessionInfo[]; isLoading: boolean; tz: string; path: string | null }) {
  const { sessions, isLoading, tz, path } = props
  const now = useNow()
  const { act, error } = useAct()
  const end = async (session: SessionInfo) => {
    if ((await act('DELETE', `${path}/${session.id}`)) !== false)
      toast(`The session of ${session.name} is ended`, { tone: 'good' })
  }
  return (
    <>
      {error !== null && <ErrorState error={error} compact />}
      <div className={css.card}>
        <Table
          label="Sessions"
          columns={columnsAt(now, tz, path ? end : null)}
          rows={sessions}
          keyOf={(session) => session.id}
          loadingRows={isLoading ? 3 : 0}
          empty={<EmptyState title="Nobody is signed in with an account" icon="members" isCompact />}
        />
      </div>
    </>
  )
}
