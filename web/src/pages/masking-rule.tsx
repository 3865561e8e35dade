// One masking rule, written or changed.
import { useState } from 'react'
import type { MaskRule, Masks } from '../api/masks'
import { Segmented } from '../parts/choice'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import css from './masking.module.css'
import { HOWS, WHATS } from './masking-words'

type Props = {
  rule: MaskRule
  isNew: boolean
  fields: Masks['fields']
  onKeep: (rule: MaskRule) => void
  onClose: () => void
}

export function RuleForm({ rule, isNew, fields, onKeep, onClose }: Props) {
  const [now, setNow] = useState(rule)
  const set = (part: Partial<MaskRule>) => setNow((before) => ({ ...before, ...part }))
  const what = WHATS.find(({ id }) => id === now.what) ?? WHATS[0]
  const keep = () => {
    const { name, what, of, how, off } = now
    const scope = Object.fromEntries(SCOPES.flatMap(({ id }) => (now[id]?.trim() ? [[id, now[id]?.trim()]] : [])))
    const by = how === 'replace' && now.with ? { with: now.with } : {}
    onKeep({ name: name.trim(), what, of: of.trim(), how, ...by, ...scope, ...(off ? { off } : {}) })
  }
  return (
    <FormDialog
      title={isNew ? 'Add a rule' : rule.name}
      act={isNew ? 'Add it' : 'Change it'}
      size="l"
      onAct={keep}
      onClose={onClose}
      isDisabled={!now.name.trim() || !now.of.trim()}
    >
      <TextField label="What it is called" value={now.name} onChange={(name) => set({ name })} autoFocus />
      <Segmented
        label="What it finds"
        value={now.what}
        options={WHATS}
        onChange={(id) => set({ what: id as MaskRule['what'], of: '' })}
      />
      {now.what === 'field' ? (
        <Combobox
          key="field"
          label="Field"
          value={now.of || null}
          choices={fields.map(({ name, label }) => ({ id: name, label: name, end: label }))}
          onChange={(of) => set({ of: of ?? '' })}
          hint={what?.hint ?? ''}
        />
      ) : (
        <TextField label={what?.of ?? ''} value={now.of} onChange={(of) => set({ of })} isMono hint={what?.hint} />
      )}
      <Segmented
        label="What becomes of it"
        value={now.how}
        options={HOWS}
        onChange={(id) => set({ how: id as MaskRule['how'] })}
      />
      {now.how === 'replace' && (
        <TextField label="By" value={now.with ?? ''} onChange={(text) => set({ with: text })} placeholder="***" />
      )}
      <div className={css.scopes}>
        {SCOPES.map(({ id, label }) => (
          <TextField
            key={id}
            label={label}
            value={now[id] ?? ''}
            onChange={(text) => set({ [id]: text })}
            hint="Empty: every one"
          />
        ))}
      </div>
    </FormDialog>
  )
}

const SCOPES = [
  { id: 'gateway', label: 'Only gateway' },
  { id: 'environment', label: 'Only environment' },
  { id: 'source', label: 'Only source' },
] as const
