// One term of the filter in words: field, operator, value; with its menu and its ×.
import { Button } from 'react-aria-components'
import { Icon } from '../parts/icon'
import { Menu } from '../parts/menu'
import { copyText } from '../parts/toast'
import type { Term } from '../state/filter'
import css from './filter-field.module.css'

const WORDS: Record<string, [string, string]> = {
  ':': ['is', 'is not'],
  '~': ['contains', 'does not contain'],
  '>=': ['≥', 'not ≥'],
  '<=': ['≤', 'not ≤'],
  '>': ['>', 'not >'],
  '<': ['<', 'not <'],
  group: ['is', 'is not'],
  text: ['text', 'without text'],
}

function valueText(term: Term): string {
  if (term.op === 'group' && !term.field) return term.raw
  if (term.op === ':' && term.value === '*') return 'anything'
  return term.value || 'empty'
}

export function FilterPill(props: { term: Term; onRemove: () => void; onInvert: () => void; onEdit: () => void }) {
  const { term } = props
  const word = WORDS[term.op]?.[term.negated ? 1 : 0] ?? term.op
  const value = valueText(term)
  return (
    <span className={`${css.pill} ${term.negated ? css.negated : ''}`}>
      <Menu
        label={`Filter ${term.raw}`}
        trigger={
          <Button className={css.pillText}>
            {term.field && <span className="quiet">{term.field}</span>}
            <span className={css.op}>{word}</span>
            <b>{value}</b>
          </Button>
        }
        entries={[
          { id: 'edit', label: 'Edit', icon: 'edit', run: props.onEdit },
          {
            id: 'invert',
            label: term.negated ? 'Include instead' : 'Exclude instead',
            icon: 'minus',
            run: props.onInvert,
          },
          { id: 'copy', label: 'Copy', icon: 'copy', run: () => copyText(term.raw, 'Filter') },
          { id: 'remove', label: 'Remove', icon: 'close', run: props.onRemove },
        ]}
      />
      <Button className={css.pillClose} aria-label={`Remove ${term.raw}`} onPress={props.onRemove}>
        <Icon name="close" size={12} />
      </Button>
    </span>
  )
}
