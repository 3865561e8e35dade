// Holds: days that stay however old they are, who said so and why.
import { useState } from 'react'
import { useAct } from '../api/members'
import type { Hold, Waiting } from '../api/retention'
import { Button } from '../parts/button'
import { Segmented } from '../parts/choice'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { Instant } from '../parts/instant'
import { EmptyState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import known from './known.module.css'
import css from './retention.module.css'
import { HoldFilter } from './retention-filter'

const STREAMS = [
  { id: 'events', label: 'Access events' },
  { id: 'trail', label: 'Operator trail' },
]

const columnsAt = (tz: string, onRelease: (hold: Hold) => void): TableColumn<Hold>[] => [
  { id: 'stream', label: 'Keeps', cell: ({ stream }) => STREAMS.find(({ id }) => id === stream)?.label ?? stream },
  {
    id: 'filter',
    label: 'Only days with',
    cell: ({ filter }) => (filter ? <code className={css.reason}>{filter}</code> : 'anything'),
  },
  { id: 'from', label: 'From', isMono: true, cell: ({ from }) => from ?? 'the beginning' },
  { id: 'to', label: 'To', isMono: true, cell: ({ to }) => to ?? 'without end' },
  { id: 'reason', label: 'Why', cell: ({ reason }) => <span className={css.reason}>{reason}</span> },
  { id: 'by', label: 'Placed by', cell: ({ by }) => by },
  { id: 'since', label: 'Since', cell: ({ since }) => <Instant at={since} tz={tz} /> },
  {
    id: 'release',
    label: 'Do',
    cell: (hold) => (
      <Button aria-label={`Release the hold: ${hold.reason}`} onPress={() => onRelease(hold)}>
        Release…
      </Button>
    ),
  },
]

export function Holds({ holds, tz }: { holds: Hold[]; tz: string }) {
  const [asked, setAsked] = useState<Hold | null>(null)
  const { act, error } = useAct()
  const release = async () => {
    if (!asked) return false
    const answer = await act<{ waiting: Waiting }>('POST', `/holds/${encodeURIComponent(asked.id)}/release`)
    if (answer === false) return false
    toast(answer ? 'It waits until a second person approves it' : 'The hold is released', { tone: 'good' })
    return true
  }
  return (
    <>
      <h2 className={css.subtitle}>Holds</h2>
      <div className={known.card}>
        <Table
          label="Holds"
          columns={columnsAt(tz, setAsked)}
          rows={holds}
          keyOf={({ id }) => id}
          empty={
            <EmptyState title="Nothing is held" icon="pin" isCompact>
              A hold keeps days beyond their time, for a case or an audit.
            </EmptyState>
          }
        />
      </div>
      {asked && (
        <ConfirmDialog
          title="Release this hold?"
          act="Release it"
          onAct={release}
          onClose={() => setAsked(null)}
          error={error}
        >
          <p>{asked.reason}</p>
          <p>What is past its time, and kept by nothing else, goes within the hour.</p>
        </ConfirmDialog>
      )}
    </>
  )
}

export function PlaceHold({ onClose }: { onClose: () => void }) {
  const [stream, setStream] = useState('events')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [filter, setFilter] = useState('')
  const [reason, setReason] = useState('')
  const { act, error, isBusy } = useAct()
  const place = async () => {
    const days = { from: from.trim() || null, to: to.trim() || null }
    const body = { stream, ...days, filter: (stream === 'events' && filter) || null, reason: reason.trim() }
    if ((await act('POST', '/holds', body)) === false) return
    toast('The hold is placed: nothing of it is removed any more', { tone: 'good' })
    onClose()
  }
  return (
    <FormDialog
      title="Place a hold"
      act="Place it"
      onAct={place}
      onClose={onClose}
      isDisabled={!reason.trim()}
      isBusy={isBusy}
      error={error}
    >
      <Segmented label="What it keeps" value={stream} options={STREAMS} onChange={setStream} />
      <div className={css.times}>
        <TextField
          label="First day"
          value={from}
          onChange={setFrom}
          isMono
          placeholder="2026-05-01"
          hint="UTC; empty: from the beginning"
        />
        <TextField
          label="Last day"
          value={to}
          onChange={setTo}
          isMono
          placeholder="2026-05-31"
          hint="Empty: without end"
        />
      </div>
      {stream === 'events' && <HoldFilter filter={filter} from={from} to={to} onChange={setFilter} />}
      <TextField label="Why" value={reason} onChange={setReason} hint="Stands in the operator trail, with your name." />
    </FormDialog>
  )
}
