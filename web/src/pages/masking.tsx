// What is masked on top of the defaults: the rules, a record to try them on before they hold, and which held before.
import { useState } from 'react'
import { type MaskRule, useMasks } from '../api/masks'
import { useAct } from '../api/members'
import { Button } from '../parts/button'
import { TextField } from '../parts/field'
import { Instant } from '../parts/instant'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { Tabs } from '../parts/tabs'
import { toast } from '../parts/toast'
import { PageHead } from '../shell/page-head'
import { useView } from '../state/view'
import known from './known.module.css'
import css from './masking.module.css'
import { MaskHistory } from './masking-history'
import { RuleForm } from './masking-rule'
import { MaskTrial } from './masking-try'
import { foundText, howText, scopeText } from './masking-words'

/** A rule that is being written: its place in the list, or a new one. */
type Open = { at: number | null; rule: MaskRule }

const NEW: MaskRule = { name: '', what: 'header', of: '', how: 'hash' }

export function Masking() {
  const view = useView()
  const answer = useMasks()
  const [draft, setDraft] = useState<MaskRule[] | null>(null)
  const [open, setOpen] = useState<Open | null>(null)
  const [tab, setTab] = useState('rules')
  const rules = draft ?? answer.data?.rules ?? []
  const keep = (rule: MaskRule) => {
    const at = open?.at ?? null
    setDraft(at === null ? [...rules, rule] : rules.map((one, i) => (i === at ? rule : one)))
    setOpen(null)
  }
  const body = answer.data && (
    <div className={css.body}>
      <p className={css.told}>
        Secrets are always masked. These rules act on what that leaves of access events, in this order, from the moment
        they are set; what is stored stays as it is.
      </p>
      <div className={known.card}>
        <Table
          label="Rules"
          columns={columnsOf(rules, setDraft)}
          rows={rules.map((rule, at) => ({ rule, at }))}
          keyOf={({ at }) => String(at)}
          onOpen={({ rule, at }) => setOpen({ rule, at })}
          empty={
            <EmptyState title="No rule but the defaults" icon="off" isCompact>
              A rule removes, replaces, hashes or truncates a field, a header, a parameter, or what a pattern finds.
            </EmptyState>
          }
        />
      </div>
      {draft && <Save rules={draft} version={answer.data.version} onDone={() => setDraft(null)} />}
      <MaskTrial rules={rules} />
    </div>
  )
  return (
    <div className={known.page}>
      <div className={known.scroll}>
        <PageHead title="Masking" about="What is not kept of an event as it came." view={view}>
          <Button icon="plus" kind="primary" onPress={() => setOpen({ at: null, rule: NEW })}>
            Add a rule
          </Button>
        </PageHead>
        <div className={known.main}>
          {answer.isPending && <Skeleton height={180} />}
          {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
          {answer.data && (
            <>
              {answer.data.at && (
                <p className={css.told}>
                  Version {answer.data.version}, since <Instant at={answer.data.at} tz={view.tz} />, by {answer.data.by}
                </p>
              )}
              <Tabs
                label="Masking"
                value={tab}
                onChange={setTab}
                tabs={[
                  { id: 'rules', label: 'Rules', count: String(rules.length), body },
                  { id: 'history', label: 'History', body: <MaskHistory now={answer.data.version} tz={view.tz} /> },
                ]}
              />
            </>
          )}
        </div>
      </div>
      {open && (
        <RuleForm
          rule={open.rule}
          isNew={open.at === null}
          fields={answer.data?.fields ?? []}
          onKeep={keep}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  )
}

type Row = { rule: MaskRule; at: number }

const columnsOf = (rules: MaskRule[], setDraft: (rules: MaskRule[]) => void): TableColumn<Row>[] => [
  { id: 'name', label: 'Rule', cell: ({ rule }) => rule.name },
  { id: 'what', label: 'Finds', cell: ({ rule }) => <span className={css.found}>{foundText(rule)}</span> },
  { id: 'how', label: 'What becomes of it', cell: ({ rule }) => howText(rule) },
  { id: 'scope', label: 'Where', cell: ({ rule }) => scopeText(rule) },
  { id: 'on', label: 'State', cell: ({ rule }) => (rule.off ? 'off' : 'on') },
  {
    id: 'act',
    label: 'Do',
    cell: ({ rule, at }) => (
      // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps a press on a button from opening the row.
      // biome-ignore lint/a11y/useKeyWithClickEvents: keys press the buttons themselves.
      <span className={css.acts} onClick={(event) => event.stopPropagation()}>
        <Button
          kind="quiet"
          aria-label={`${rule.off ? 'Switch on' : 'Switch off'}: ${rule.name}`}
          onPress={() => setDraft(rules.map((one, i) => (i === at ? { ...one, off: !one.off } : one)))}
        >
          {rule.off ? 'Switch on' : 'Switch off'}
        </Button>
        <Button
          kind="quiet"
          aria-label={`Remove: ${rule.name}`}
          onPress={() => setDraft(rules.filter((_, i) => i !== at))}
        >
          Remove
        </Button>
      </span>
    ),
  },
]

/** What was changed and does not hold yet. */
function Save({ rules, version, onDone }: { rules: MaskRule[]; version: number; onDone: () => void }) {
  const [note, setNote] = useState('')
  const { act, error, isBusy } = useAct()
  const save = async () => {
    if ((await act('POST', '/masks', { rules, version, note: note.trim() })) === false) return
    toast('The rules hold for events from now on', { tone: 'good' })
    onDone()
  }
  return (
    <section className={css.save} aria-label="Changes">
      <TextField
        label="Why"
        value={note}
        onChange={setNote}
        hint="These changes do not hold yet. Try them below; setting them is a new version, with your name."
      />
      {error ? <ErrorState error={error} compact /> : null}
      <span className={css.acts}>
        <Button onPress={onDone}>Leave it as it is</Button>
        <Button kind="primary" isPending={isBusy} onPress={save}>
          Set them
        </Button>
      </span>
    </section>
  )
}
