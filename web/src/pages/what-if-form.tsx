// The form of a change: what is done, to what, and what that kind of change asks for.
import { useState } from 'react'
import { useAnswer } from '../api/queries'
import type { Facets } from '../api/types'
import { Checkbox } from '../parts/checkbox'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import field from '../parts/field.module.css'
import { countText } from '../state/numbers'
import type { View } from '../state/view'
import css from './rules.module.css'
import { type Change, DAYS, KINDS, kindOf, type Target, targetOf, withKind, withTarget } from './what-if-change'

const WORDS: Record<Target, string> = {
  route: 'Route',
  service: 'Service',
  api: 'API',
  environment: 'Environment',
  consumer: 'Consumer',
}
const DAY_WORDS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

type Props = { change: Change; onChange: (change: Change) => void; view: View }

export function ChangeForm({ change, onChange, view }: Props) {
  const kind = kindOf(change)
  const target = targetOf(change)
  return (
    <>
      <Combobox
        label="What is changed"
        value={kind.id}
        choices={KINDS.map(({ id, label }) => ({ id, label }))}
        onChange={(id) => id && onChange(withKind(change, id))}
      />
      {kind.targets.length > 1 && (
        <Combobox
          key={`${kind.id} of`}
          label="Of a"
          value={target}
          choices={kind.targets.map((id) => ({ id, label: WORDS[id] }))}
          onChange={(id) => id && onChange(withTarget(change, id as Target, ''))}
        />
      )}
      <Known
        key={`${target} name`}
        label={WORDS[target]}
        of={target}
        value={change[target] ?? ''}
        onChange={(name) => onChange(withTarget(change, target, name))}
        view={view}
      />
      {kind.asks.includes('group') && (
        <Known
          label="Group"
          of="group"
          value={change.group ?? ''}
          onChange={(group) => onChange({ ...change, group })}
          view={view}
        />
      )}
      {kind.asks.includes('addresses') && <Addresses change={change} onChange={onChange} view={view} />}
      {kind.asks.includes('windows') && <Windows change={change} onChange={onChange} view={view} />}
      {kind.asks.includes('limit') && (
        <>
          <TextField
            label="Calls of each consumer, at most"
            value={change.limit === undefined ? '' : String(change.limit)}
            onChange={(text) => onChange({ ...change, limit: Number(text.replace(/\D/g, '')) })}
          />
          <Combobox
            key={`${kind.id} in`}
            label="In a"
            value={change.period ?? ''}
            choices={(kind.periods ?? []).map((id) => ({ id, label: id }))}
            onChange={(period) => period && onChange({ ...change, period })}
          />
        </>
      )}
    </>
  )
}

type KnownProps = { label: string; of: string; value: string; onChange: (name: string) => void; view: View }

/** A name that occurs in the range, or any other. */
function Known({ label, of, value, onChange, view }: KnownProps) {
  const [typed, setTyped] = useState('')
  const answer = useAnswer<Facets>('/facets', { ...view.range, fields: of, top: 30, search: typed })
  const found = answer.data?.facets[0]?.values.filter((v) => v.value !== '') ?? []
  return (
    <Combobox
      label={label}
      value={value || null}
      isFree
      isLoading={answer.isFetching}
      onType={setTyped}
      choices={found.map((v) => ({ id: v.value, label: v.label, end: countText(v.count) }))}
      onChange={(name) => onChange(name ?? '')}
      placeholder="Name"
    />
  )
}

function Addresses({ change, onChange }: Props) {
  const [text, setText] = useState((change.addresses ?? []).join(', '))
  return (
    <TextField
      label="Addresses and networks"
      value={text}
      isMono
      placeholder="203.0.113.7, 10.0.0.0/8"
      onChange={(next) => {
        setText(next)
        onChange({ ...change, addresses: next.split(/[\s,]+/).filter(Boolean) })
      }}
    />
  )
}

function Windows({ change, onChange, view }: Props) {
  const window = change.windows?.[0] ?? { from: '07:00', to: '19:00' }
  const days = window.days ?? DAYS
  const put = (patch: Partial<typeof window>) =>
    onChange({ ...change, windows: [{ ...window, zone: view.tz, ...patch }] })
  return (
    <>
      <TextField
        label={`From, ${view.tz}`}
        value={window.from}
        onChange={(from) => put({ from })}
        placeholder="07:00"
      />
      <TextField label="To" value={window.to} onChange={(to) => put({ to })} placeholder="19:00" />
      <fieldset className={css.plain}>
        <legend className={field.label}>On</legend>
        <div className={css.days}>
          {DAYS.map((day, i) => (
            <Checkbox
              key={day}
              isSelected={days.includes(day)}
              onChange={(isOn) => put({ days: DAYS.filter((d) => (d === day ? isOn : days.includes(d))) })}
            >
              {DAY_WORDS[i]}
            </Checkbox>
          ))}
        </div>
      </fieldset>
    </>
  )
}
