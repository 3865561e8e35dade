// Erasing a person: what there is of them first, then for good; and who was erased, by a keyed hash.
import { useState } from 'react'
import { type Erasure, type ErasureBegun, type ErasureTrial, personUrl, useErasures } from '../api/erasures'
import { useAct } from '../api/members'
import { seesAll, useSession } from '../api/queries'
import { Button } from '../parts/button'
import { Segmented } from '../parts/choice'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { TextField } from '../parts/field'
import { Instant } from '../parts/instant'
import { EmptyState, ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import { exactText } from '../state/numbers'
import known from './known.module.css'
import css from './retention.module.css'

const STATES: Record<Erasure['state'], string> = { running: 'Under way', done: 'Done', failed: 'Failed' }

const columnsAt = (tz: string, labelOf: (subject: string) => string): TableColumn<Erasure>[] => [
  { id: 'subject', label: 'Who', cell: ({ subject }) => labelOf(subject) },
  { id: 'mark', label: 'Known as', isMono: true, cell: ({ mark }) => mark },
  { id: 'state', label: 'State', cell: ({ state, error }) => (error ? `${STATES[state]}: ${error}` : STATES[state]) },
  { id: 'events', label: 'Events', cell: ({ events }) => exactText(events) },
  { id: 'records', label: 'Operator records', cell: ({ operator_records }) => exactText(operator_records) },
  { id: 'started', label: 'When', cell: ({ started }) => <Instant at={started} tz={tz} /> },
]

/** Only for who may. */
export function Erase({ tz }: { tz: string }) {
  const session = useSession().data
  const may = session?.permissions.includes('persons:erase') === true && seesAll(session)
  return may ? <Erasing tz={tz} /> : null
}

function Erasing({ tz }: { tz: string }) {
  const session = useSession().data
  const answer = useErasures()
  const [subject, setSubject] = useState('consumer')
  const [value, setValue] = useState('')
  const [trial, setTrial] = useState<ErasureTrial | null>(null)
  const [isSure, setSure] = useState(false)
  const { act, error, isBusy, forget } = useAct()
  const person = { subject, value: value.trim() }
  const subjects = answer.data?.subjects ?? []
  const labelOf = (name: string) => subjects.find((one) => one.name === name)?.label ?? name
  const change = (set: () => void) => {
    forget()
    setTrial(null)
    set()
  }
  const look = async () => {
    const told = await act<ErasureTrial>('POST', '/erasures/try', person)
    if (told) setTrial(told)
  }
  const erase = async () => {
    const begun = await act<ErasureBegun>('POST', '/erasures', person)
    if (begun === false) return false
    const isWaiting = begun !== null && 'waiting' in begun
    toast(isWaiting ? 'It waits until somebody else erases the same person' : 'It is being erased', { tone: 'good' })
    change(() => setValue(''))
    return true
  }
  return (
    <>
      <h2 className={css.subtitle}>Erase a person</h2>
      <section className={css.card} aria-label="Erase a person">
        <Segmented
          label="What the value is"
          value={subject}
          options={subjects.map(({ name, label }) => ({ id: name, label }))}
          onChange={(name) => change(() => setSubject(name))}
        />
        <TextField
          label="Value"
          value={value}
          onChange={(text) => change(() => setValue(text))}
          isMono
          hint={subjects.find(({ name }) => name === subject)?.doc ?? ''}
        />
        {trial && <Told trial={trial} />}
        {error !== null && !isSure && <ErrorState error={error} compact />}
        <div className={css.acts}>
          {trial && (
            <a href={personUrl(subject, person.value)} download>
              Export all of it
            </a>
          )}
          <Button isDisabled={!person.value} isPending={isBusy && !isSure} onPress={look}>
            Look what there is
          </Button>
          <Button kind="danger" isDisabled={!trial || trial.refusal !== null} onPress={() => setSure(true)}>
            Erase…
          </Button>
        </div>
      </section>
      <div className={known.card}>
        <Table
          label="Erasures"
          columns={columnsAt(tz, labelOf)}
          rows={answer.data?.erasures ?? []}
          keyOf={({ id }) => id}
          empty={
            <EmptyState title="Nobody was erased" icon="pin" isCompact>
              Who was erased is known by a keyed hash only.
            </EmptyState>
          }
        />
      </div>
      {isSure && (
        <ConfirmDialog
          title="Erase this person?"
          act="Erase"
          onAct={erase}
          onClose={() => setSure(false)}
          error={error}
        >
          <p>
            {labelOf(subject)} <code>{person.value}</code>
          </p>
          <p>It cannot be undone. Calls still count, and every checkpoint still holds.</p>
          {trial?.two_person_rule && <p>{secondText(trial.asked_by, session?.user)}</p>}
        </ConfirmDialog>
      )}
    </>
  )
}

/** What the rule of two makes of it. */
const secondText = (asked: string | null, own: string | null | undefined) =>
  asked && asked !== own
    ? `${asked} has asked for it; you are the second person, and it is done.`
    : 'It waits until somebody else erases the same person.'

/** What there is of them. */
function Told({ trial }: { trial: ErasureTrial }) {
  const { events, days, rollup_days, operator_records, left, refusal, asked_by } = trial
  const span = days.length > 0 ? `, ${days[0]?.day} to ${days[days.length - 1]?.day}` : ''
  return (
    <div role="status">
      <p className={css.told}>
        {exactText(events)} events on {exactText(days.length)} days{span}; {exactText(operator_records)} operator
        records
        {rollup_days > 0 && `; roll-ups of ${exactText(rollup_days)} more days`}
      </p>
      {left.length > 0 && <p className={css.told}>Not erased from {left.join(', ')}: kept for something else.</p>}
      {asked_by && <p className={css.told}>{asked_by} has asked to erase it.</p>}
      {refusal && <p className={css.told}>It cannot be erased: {refusal}</p>}
    </div>
  )
}
