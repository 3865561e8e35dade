// The editor of a pill: its operator and values, and what can be done with it. Each change is the filter at once.
import { useState } from 'react'
import { useAnswer, useFields } from '../api/queries'
import type { Facets } from '../api/types'
import { Button, IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Select } from '../parts/menu'
import pop from '../parts/popover.module.css'
import { copyText } from '../parts/toast'
import { allFields, hasCounts } from '../state/fields'
import { inverted, type Pill, pillText, removed, type Term, type Test, termsOf } from '../state/filter'
import { choicesOf, hasValue, withChoice } from '../state/filter-words'
import { countText } from '../state/numbers'
import css from './filter-field.module.css'
import { type PillMoves, useValueLabel } from './filter-pill'

type Props = PillMoves & {
  term: Term
  isOff: boolean
  isPinned: boolean
  filter: string
  range: { from: string; to: string }
  onDone: () => void
}

export function PillEditor(props: Props) {
  const { term, isOff, isPinned, onChange, onDone } = props
  const fields = allFields(useFields())
  // What is typed may not be a filter yet, such as an operator without its value.
  const [draft, setDraft] = useState<Pill>(term)
  const field = fields.find((f) => f.name === term.field)
  const change = (pill: Pill) => {
    setDraft(pill)
    const tests = pill.tests.filter((test) => !hasValue(test.op) || test.value !== '')
    if (tests.length) onChange(pillText({ ...pill, tests }))
  }
  const first = draft.tests[0]
  const choices = choicesOf(field?.kind ?? 'text', field?.operators)
  const isAlike = draft.tests.every((test) => test.op === first?.op)
  const chosen = first && isAlike ? `${first.op} ${draft.negated}` : ''
  const lists = first?.op === 'is' && isAlike && field !== undefined && field.kind !== 'duration' && hasCounts(field)
  const act = (run: () => void) => () => {
    run()
    onDone()
  }
  return (
    <>
      {term.field !== null && isAlike && first ? (
        <>
          <div className={css.editorHead}>
            <b>{field?.label ?? term.field}</b>
            <Select
              label="Operator"
              prefix=""
              value={chosen}
              choices={
                choices.some((c) => c.id === chosen) ? choices : [{ id: chosen, label: 'as written' }, ...choices]
              }
              onChange={(id) => {
                const choice = choices.find((c) => c.id === id)
                if (choice) change(withChoice(draft, choice))
              }}
            />
          </div>
          {lists && <ValueList {...props} draft={draft} onDraft={change} onEmpty={act(props.onRemove)} />}
          {!lists && hasValue(first.op) && <ValueInputs draft={draft} onDraft={change} onDone={onDone} />}
        </>
      ) : (
        <RawInput raw={term.raw} onApply={(raw) => act(() => onChange(raw))()} />
      )}
      <div className={css.editorFoot}>
        <Button kind="quiet" onPress={act(() => onChange(inverted(term)))} isDisabled={isOff}>
          Invert
        </Button>
        <Button kind="quiet" icon="off" onPress={act(props.onSwitch)}>
          {isOff ? 'Switch on' : 'Switch off'}
        </Button>
        <Button kind="quiet" icon="pin" pressed={isPinned} onPress={act(props.onPin)}>
          {isPinned ? 'Unpin' : 'Pin'}
        </Button>
        <span className={css.grow} />
        <IconButton icon="copy" label="Copy as text" onPress={act(() => copyText(term.raw, 'Filter'))} />
        <IconButton icon="close" label="Remove this filter" onPress={act(props.onRemove)} />
      </div>
    </>
  )
}

type DraftProps = { draft: Pill; onDraft: (pill: Pill) => void }

/** The values of the field with their counts for the rest of the filter; those chosen come first. */
function ValueList({ draft, onDraft, onEmpty, filter, range, term }: Props & DraftProps & { onEmpty: () => void }) {
  const [typed, setTyped] = useState('')
  const label = useValueLabel(term.field)
  const rest = removed(
    filter,
    termsOf(filter).findIndex((t) => t.raw === term.raw),
  )
  const answer = useAnswer<Facets>('/facets', {
    ...range,
    filter: rest,
    fields: term.field ?? '',
    top: 30,
    search: typed,
  })
  const found = answer.data?.facets[0]?.values.filter((v) => v.value !== '') ?? []
  const [atFirst] = useState(() => draft.tests.map((test) => test.value))
  const values = [
    ...atFirst
      .filter((value) => !typed && value !== '')
      .map((value) => ({ value, count: found.find((v) => v.value === value)?.count })),
    ...found.filter((v) => typed || !atFirst.includes(v.value)),
  ]
  const chosen = (value: string) => draft.tests.some((test) => test.value === value)
  const toggle = (value: string, isOn: boolean) => {
    const kept: Test[] = draft.tests.filter((test) => test.value !== value && test.value !== '')
    if (isOn) onDraft({ ...draft, tests: [...kept, { op: 'is', value }] })
    else if (kept.length) onDraft({ ...draft, tests: kept })
    else onEmpty()
  }
  return (
    <>
      <input
        className={pop.input}
        aria-label="Search values"
        placeholder="Search values"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !typed) return
          event.preventDefault()
          toggle(found[0]?.value ?? typed, true)
          setTyped('')
        }}
        spellCheck={false}
      />
      <ul className={css.editorValues}>
        {values.map(({ value, count }) => (
          <li key={value}>
            <Checkbox isSelected={chosen(value)} onChange={(isOn) => toggle(value, isOn)}>
              <span className={css.editorValue}>{label(value)}</span>
              <span className={css.end}>{count === undefined ? '' : countText(count)}</span>
            </Checkbox>
          </li>
        ))}
        {values.length === 0 && (
          <li className={css.none}>{answer.isPending ? 'Looking…' : 'No value has this text'}</li>
        )}
      </ul>
    </>
  )
}

/** One input for each value; a new line under the last adds another, joined by or. */
function ValueInputs({ draft, onDraft, onDone }: DraftProps & { onDone: () => void }) {
  const [values, setValues] = useState(draft.tests.map((test) => test.value))
  const op = draft.tests[0]?.op ?? 'is'
  const commit = () => {
    const kept = values.filter((value) => value !== '')
    if (kept.length) onDraft({ ...draft, tests: kept.map((value) => ({ op, value })) })
  }
  return (
    <form
      className={css.editorForm}
      onSubmit={(event) => {
        event.preventDefault()
        commit()
        onDone()
      }}
    >
      {values.map((value, i) => (
        <input
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
          key={i}
          className={`${pop.input} mono`}
          aria-label={`Value ${i + 1}`}
          placeholder={op === 'between' ? '200..299' : op === 'cidr' ? '10.0.0.0/8' : 'Value'}
          value={value}
          spellCheck={false}
          onChange={(event) => setValues(values.map((v, at) => (at === i ? event.target.value : v)))}
          onBlur={commit}
        />
      ))}
      <Button kind="quiet" icon="plus" onPress={() => setValues([...values, ''])}>
        Or another
      </Button>
      <button type="submit" hidden />
    </form>
  )
}

function RawInput({ raw, onApply }: { raw: string; onApply: (raw: string) => void }) {
  const [text, setText] = useState(raw)
  return (
    <form
      className={css.editorForm}
      onSubmit={(event) => {
        event.preventDefault()
        onApply(text.trim())
      }}
    >
      <input
        className={`${pop.input} mono`}
        aria-label="Filter text"
        value={text}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">Apply</Button>
    </form>
  )
}
