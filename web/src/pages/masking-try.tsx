// What the rules would make of a record: as it came beside what would be kept, each place that is masked marked.
import { useState } from 'react'
import type { Mark, MaskRule, MaskTried } from '../api/masks'
import { useAct } from '../api/members'
import { Button } from '../parts/button'
import { Code } from '../parts/code'
import { TextField } from '../parts/field'
import { ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import known from './known.module.css'
import css from './masking.module.css'

const COLUMNS: TableColumn<Mark>[] = [
  { id: 'path', label: 'Field', isMono: true, cell: ({ path }) => path },
  {
    id: 'was',
    label: 'Came as',
    isMono: true,
    cell: ({ by, was }) => (by === 'defaults' ? <span className="quiet">a secret</span> : <Text of={was} />),
  },
  {
    id: 'kept',
    label: 'Would be kept',
    isMono: true,
    cell: ({ kept }) => (
      <mark className={css.mark}>
        <Text of={kept} />
      </mark>
    ),
  },
  { id: 'by', label: 'By', cell: ({ by }) => (by === 'rules' ? 'these rules' : 'the defaults') },
]

function Text({ of }: { of: string | null }) {
  return of === null ? <span className="quiet">nothing</span> : <span className={css.text}>{of}</span>
}

export function MaskTrial({ rules }: { rules: MaskRule[] }) {
  const [record, setRecord] = useState('')
  const [source, setSource] = useState('')
  const [tried, setTried] = useState<MaskTried | null>(null)
  const { act, error, isBusy } = useAct()
  const attempt = async () => {
    const answer = await act<MaskTried>('POST', '/masks/try', { record, rules, source: source.trim() || null })
    setTried(answer || null)
  }
  return (
    <section className={css.trial} aria-label="Try it">
      <h2 className={css.subtitle}>Try it</h2>
      <div className={css.sides}>
        <div className={css.side}>
          <TextField
            label="A record, as a gateway writes it"
            value={record}
            onChange={setRecord}
            isArea
            isMono
            hint="Nothing of it is kept."
          />
          <span className={css.acts}>
            <TextField label="As if from the source" value={source} onChange={setSource} placeholder="any" />
            <Button kind="primary" isDisabled={!record.trim()} isPending={isBusy} onPress={attempt}>
              Try these rules
            </Button>
          </span>
          {error ? <ErrorState error={error} compact /> : null}
        </div>
        <div className={css.side} aria-live="polite">
          {tried?.event && (
            <Code
              text={JSON.stringify(tried.event, null, 2)}
              language="json"
              title="What would be kept"
              what="Event"
              wraps
            />
          )}
          {tried?.rejects.map(({ line, reason }) => (
            <p key={line}>Not understood: {reason}</p>
          ))}
        </div>
      </div>
      {tried?.event && (
        <>
          <p className={css.told}>{actedText(rules, tried.acted)}</p>
          <div className={known.card}>
            <Table
              label="Masked"
              columns={COLUMNS}
              rows={tried.marks}
              keyOf={({ path }) => path}
              empty={<p className={css.none}>Nothing of this record is masked.</p>}
            />
          </div>
        </>
      )}
    </section>
  )
}

/** Which rules do something here. */
export function actedText(rules: MaskRule[], acted: number[]): string {
  const names = acted.flatMap((at) => (rules[at] ? [rules[at].name] : []))
  if (names.length === 0) return rules.length > 0 ? 'No rule changes anything of it.' : 'There is no rule.'
  return `Changed by: ${names.join(', ')}`
}
