// The fields a dashboard can be filtered by at its head: each a pill with its values and their counts. What is chosen is a
// term of the page's filter like any other.
import { useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useAnswer } from '../api/queries'
import type { Facets } from '../api/types'
import { Button } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { useValueLabel } from '../shell/filter-pill'
import { includes, joined, termsOf, toggled } from '../state/filter'
import { countText } from '../state/numbers'
import type { View } from '../state/view'
import css from './board-controls.module.css'
import { useFieldLabel } from './board-item'

const VALUES_SHOWN = 40

export function BoardControls({ controls, view }: { controls: string[]; view: View }) {
  const label = useFieldLabel()
  if (controls.length === 0) return null
  return (
    <ul className={css.controls} aria-label="Filters of this dashboard">
      {controls.map((field) => (
        <li key={field}>
          <Control field={field} label={label(field)} view={view} />
        </li>
      ))}
    </ul>
  )
}

/** The values of a field that the filter keeps, whatever else is in it. */
function chosenOf(filter: string, field: string): string[] {
  const term = termsOf(filter).find((t) => t.field === field && !t.negated)
  return (term?.tests ?? []).filter((test) => test.op === 'is').map((test) => test.value)
}

function Control({ field, label, view }: { field: string; label: string; view: View }) {
  const [isOpen, setOpen] = useState(false)
  const words = useValueLabel(field)
  const chosen = chosenOf(view.filter, field)
  const [first] = chosen
  const shown = first === undefined ? 'All' : chosen.length === 1 ? words(first) : `${chosen.length} chosen`
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <AriaButton className={`${pop.trigger} ${chosen.length ? pop.chosen : ''}`} data-testid={`control-${field}`}>
        <span className="quiet">{label}</span>
        <b>{shown}</b>
        <Icon name="chevron" size={14} />
      </AriaButton>
      <Popover className={pop.popover} placement="bottom start">
        <Dialog className={css.panel} aria-label={label}>
          <Values field={field} chosen={chosen} words={words} view={view} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

type ValuesProps = { field: string; chosen: string[]; words: (value: string) => string; view: View }

function Values({ field, chosen, words, view }: ValuesProps) {
  const [typed, setTyped] = useState('')
  const rest = joined(termsOf(view.filter).filter((t) => t.field !== field))
  const answer = useAnswer<Facets>('/facets', {
    ...view.range,
    filter: rest,
    fields: field,
    top: VALUES_SHOWN,
    search: typed.trim(),
  })
  const found = answer.data?.facets[0]?.values.filter((v) => v.value !== '') ?? []
  // What was chosen when it opened stays on top, so that a tick does not jump away.
  const [atFirst] = useState(chosen)
  const above = typed ? [] : atFirst.map((value) => ({ value, count: found.find((v) => v.value === value)?.count }))
  const values = [...above, ...found.filter((v) => typed || !atFirst.includes(v.value))]
  const toggle = (value: string) => view.setFilter(toggled(view.filter, field, value))
  return (
    <>
      <input
        className={pop.input}
        aria-label="Search values"
        placeholder="Search, or type a value"
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !typed.trim()) return
          event.preventDefault()
          toggle(found[0]?.value ?? typed.trim())
          setTyped('')
        }}
      />
      <ul className={css.values}>
        {values.map(({ value, count }) => (
          <li key={value}>
            <Checkbox isSelected={includes(view.filter, field, value)} onChange={() => toggle(value)}>
              <span className={css.value}>{words(value)}</span>
              <span className={css.count}>{count === undefined ? '' : countText(count)}</span>
            </Checkbox>
          </li>
        ))}
        {values.length === 0 && (
          <li className={css.none}>
            {answer.isPending ? 'Looking…' : typed ? 'No value has this text' : 'No call in this range has a value'}
          </li>
        )}
      </ul>
      {chosen.length > 0 && (
        <div className={css.foot}>
          <Button kind="quiet" onPress={() => view.setFilter(rest)}>
            All of them
          </Button>
        </div>
      )}
    </>
  )
}
