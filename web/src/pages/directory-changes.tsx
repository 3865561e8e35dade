// What changed in the directory: who joined or left, and each member before and after.
import type { Change, FieldChange } from '../api/directory'
import { Instant } from '../parts/instant'
import { Pill } from '../parts/pill'
import css from './directory.module.css'
import { wordsOf } from './directory-columns'

const TONES = { added: 'good', changed: 'accent', removed: 'bad' } as const

export function Changes({ changes, tz }: { changes: Change[]; tz: string }) {
  return (
    <ul className={css.changes}>
      {changes.map((change, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a change has no id, and the list only grows at its end.
        <li key={i}>
          <p className={css.change}>
            <Pill tone={TONES[change.what]}>{change.what}</Pill>
            <b>{change.name || change.key}</b>
            <span className="quiet">{change.kind.replace(/s$/, '')}</span>
            <span className={css.when}>
              {change.time ? <Instant at={change.time} tz={tz} /> : 'for all times'}
              {change.by && `, by ${change.by}`}
            </span>
          </p>
          {change.what === 'changed' && change.fields.map((field) => <FieldLine key={field.field} field={field} />)}
        </li>
      ))}
    </ul>
  )
}

function FieldLine({ field }: { field: FieldChange }) {
  const name = field.field.replaceAll('_', ' ').replace('.', ', ')
  if (field.joined || field.left)
    return (
      <p className={css.field}>
        <span className="quiet">{name}</span>
        {field.joined?.map((value) => (
          <ins key={value}>+ {value}</ins>
        ))}
        {field.left?.map((value) => (
          <del key={value}>− {value}</del>
        ))}
      </p>
    )
  return (
    <p className={css.field}>
      <span className="quiet">{name}</span>
      <del>{wordsOf(field.before) || 'nothing'}</del> → <ins>{wordsOf(field.after) || 'nothing'}</ins>
    </p>
  )
}
