// One term of the filter in words: field, operator, values. Pressing it opens its editor; × removes it.
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useReasons } from '../api/queries'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import type { Term } from '../state/filter'
import { spoken } from '../state/filter-words'
import css from './filter-field.module.css'
import { PillEditor } from './filter-pill-editor'

const VALUES_SHOWN = 3

export type PillMoves = {
  onChange: (raw: string) => void
  onRemove: () => void
  onSwitch: () => void
  onPin: () => void
}
type Props = PillMoves & {
  term: Term
  isOff: boolean
  isPinned: boolean
  filter: string
  range: { from: string; to: string }
}

export function FilterPill(props: Props) {
  const { term, isOff, isPinned } = props
  const [isOpen, setOpen] = useState(false)
  const label = useValueLabel(term.field)
  const { word, values } = spoken(term)
  const rest = values.length - VALUES_SHOWN
  return (
    <span
      className={`${css.pill} ${term.negated ? css.negated : ''} ${isOff ? css.off : ''}`}
      data-testid={isOff ? 'pill-off' : 'pill'}
    >
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button className={css.pillText}>
          <span className="hidden-but-read">Filter{isOff && ', switched off'}: </span>
          {isPinned && <Icon name="pin" size={12} />}
          {term.field && <span>{term.field}</span>}
          {word && <span className={css.op}>{word}</span>}
          {term.tests.length === 0 && <b>{term.raw.replace(/^-/, '')}</b>}
          {values.slice(0, VALUES_SHOWN).map((value, i) => (
            <span key={value} className={css.pillValue}>
              {i > 0 && <i>or</i>}
              <b>{label(value)}</b>
            </span>
          ))}
          {rest > 0 && <i>+{rest}</i>}
        </Button>
        <Popover className={pop.popover} placement="bottom start">
          <Dialog className={css.editor} aria-label={`Filter ${term.raw}`}>
            <PillEditor {...props} onDone={() => setOpen(false)} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <Button className={css.pillClose} aria-label={`Remove ${term.raw}`} onPress={props.onRemove}>
        <Icon name="close" size={12} />
      </Button>
    </span>
  )
}

/** The words of a value where people have others than the filter. */
export function useValueLabel(field: string | null): (value: string) => string {
  const reasons = useReasons()
  return (value) => {
    if (field === 'granted') return value === 'true' ? 'granted' : value === 'false' ? 'denied' : value
    if (field === 'reason') return reasons.find((reason) => reason.code === value)?.label ?? value
    return value === ' ' ? '␣' : value
  }
}
