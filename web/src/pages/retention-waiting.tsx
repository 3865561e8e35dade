// What waits for a second person: who asked for what, and approving or declining it.
import { useState } from 'react'
import { useErasures } from '../api/erasures'
import { useAct } from '../api/members'
import { useSession } from '../api/queries'
import type { Waiting } from '../api/retention'
import { Button } from '../parts/button'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { Instant } from '../parts/instant'
import { ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import { exactText } from '../state/numbers'
import known from './known.module.css'
import css from './retention.module.css'

type Answer = { waiting: Waiting; verb: 'approve' | 'decline' }

const columnsAt = (tz: string, mayErase: boolean, onAnswer: (answer: Answer) => void): TableColumn<Waiting>[] => [
  { id: 'what', label: 'What', cell: ({ wish }) => <span className={css.reason}>{wishText(wish)}</span> },
  { id: 'by', label: 'Asked by', cell: ({ by }) => by },
  { id: 'since', label: 'Since', cell: ({ since }) => <Instant at={since} tz={tz} /> },
  { id: 'expires', label: 'Until', cell: ({ expires }) => <Instant at={expires} tz={tz} /> },
  {
    id: 'do',
    label: 'Do',
    cell: (waiting) => (
      <span className={css.presets}>
        {!waiting.is_own && waiting.wish.kind !== 'erase' && (
          <Button
            aria-label={`Approve: ${wishText(waiting.wish)}`}
            onPress={() => onAnswer({ waiting, verb: 'approve' })}
          >
            Approve…
          </Button>
        )}
        {(mayErase || waiting.wish.kind !== 'erase') && (
          <Button
            aria-label={`${waiting.is_own ? 'Withdraw' : 'Decline'}: ${wishText(waiting.wish)}`}
            onPress={() => onAnswer({ waiting, verb: 'decline' })}
          >
            {waiting.is_own ? 'Withdraw…' : 'Decline…'}
          </Button>
        )}
      </span>
    ),
  },
]

/** What waits of erasures alone. */
export function WaitingErasures({ tz }: { tz: string }) {
  const answer = useErasures()
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  return <WaitingRequests waiting={answer.data?.waiting ?? []} tz={tz} />
}

export function WaitingRequests({ waiting, tz }: { waiting: Waiting[]; tz: string }) {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const mayErase = useSession().data?.permissions.includes('persons:erase') ?? false
  const { act, error } = useAct()
  const send = async () => {
    if (!answer) return true
    const requests = answer.waiting.wish.kind === 'erase' ? '/erasures/requests' : '/requests'
    if ((await act('POST', `${requests}/${encodeURIComponent(answer.waiting.id)}/${answer.verb}`)) === false)
      return false
    toast(answer.verb === 'approve' ? 'It is done' : 'It is declined; all stays as it is', { tone: 'good' })
    return true
  }
  if (waiting.length === 0) return null
  return (
    <>
      <h2 className={css.subtitle}>Waits for a second person</h2>
      <div className={known.card}>
        <Table
          label="Waits for a second person"
          columns={columnsAt(tz, mayErase, setAnswer)}
          rows={waiting}
          keyOf={({ id }) => id}
        />
      </div>
      {answer && (
        <ConfirmDialog
          title={answer.verb === 'approve' ? 'Approve this?' : 'Decline this?'}
          act={answer.verb === 'approve' ? 'Approve it' : 'Decline it'}
          onAct={send}
          onClose={() => setAnswer(null)}
          error={error}
        >
          <p>
            {answer.waiting.by} asks: {wishText(answer.waiting.wish)}.
          </p>
          {answer.verb === 'approve' && (
            <p>What is past its time then goes within the hour. Your name stands beside theirs.</p>
          )}
        </ConfirmDialog>
      )}
    </>
  )
}

/** What is asked for. */
export function wishText({ kind, set, reason, subject, mark }: Waiting['wish']): string {
  if (kind === 'erase') return `erase a person (${subject}, known as ${mark}); erasing the same one approves it`
  if (kind === 'release') return `release the hold: ${reason}`
  const days = (of: number | null | undefined) => (of ? `${exactText(of)} days` : 'as the settings file says')
  return `keep events ${days(set?.events_days)}, roll-ups ${days(set?.rollups_days)}, the operator trail ${days(set?.trail_days)}`
}
