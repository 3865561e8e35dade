// Which signed checkpoint covers an event, plainly.
import { type ReactNode, useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { proofFile, type TrailEvent, useProof } from '../api/trail'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { sentence } from '../parts/state'
import { exactText } from '../state/numbers'
import css from './audit.module.css'
import { fetched } from './fetched'

export function AuditProof({ event, mayVerify }: { event: TrailEvent; mayVerify: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const answer = useProof(event.id, mayVerify)
  if (!mayVerify) return null
  const last = Number(event.end_id ?? event.id)
  const size = answer.data?.size ?? 0
  const isCovered = size > last
  const word = answer.isError ? 'Not proved' : !answer.data ? 'Looking…' : isCovered ? 'Proved' : 'Proved soon'
  const state = answer.isError ? css.bad : isCovered ? css.good : ''
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <AriaButton className={`${css.badge} ${state}`} data-testid="proof">
        <Icon name={answer.isError ? 'warn' : 'audit'} size={14} />
        {word}
      </AriaButton>
      <Popover className={pop.popover} placement="bottom start">
        <Dialog className={css.proof} aria-label="Proof">
          {answer.isError && <p>No checkpoint can be signed. {sentence(String(answer.error.message))}</p>}
          {answer.data && isCovered && (
            <>
              <p>
                The signed checkpoint over {exactText(size)} records covers this event: {numbersOf(event)}. Whoever
                changes or removes it can be told from anyone who has that checkpoint.
              </p>
              <dl className={css.facts}>
                <Line label="Checkpoint">{answer.data.origin}</Line>
                <Line label="Root">{answer.data.root}</Line>
                <Line label="Key">{answer.data.key}</Line>
              </dl>
              <Button
                icon="download"
                onPress={() => fetched(proofFile(event.id), `operator-event-${event.id}.bundle.json`)}
              >
                Download its proof
              </Button>
              <p className="quiet">
                Check it on any machine: <code className="mono">gatelog verify FILE --pubkey gatelog.pub</code>
              </p>
            </>
          )}
          {answer.data && !isCovered && (
            <p>It is newer than the last signed checkpoint. The next one, within ten seconds, covers it.</p>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

const numbersOf = ({ id, end_id }: TrailEvent) =>
  end_id === null ? `it is number ${id}` : `it is the numbers ${id} and ${end_id}`

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="mono">{children}</dd>
    </div>
  )
}
