// A short word on a coloured ground: a state, or a chosen value that can be edited and taken away.
import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { Icon } from './icon'
import css from './pill.module.css'

export type Tone = 'plain' | 'accent' | 'denied' | 'good' | 'warn' | 'bad'

type Props = {
  tone?: Tone
  children: ReactNode
  /** Its accessible name when the children are more than text. */
  label?: string
  onPress?: () => void
  onRemove?: () => void
  /** Kept but without effect. */
  isOff?: boolean
}

export function Pill({ tone = 'plain', children, label, onPress, onRemove, isOff }: Props) {
  const acts = onPress || onRemove
  return (
    <span className={`${css.pill} ${css[tone]} ${acts ? css.acts : ''} ${isOff ? css.isOff : ''}`}>
      {onPress ? (
        <Button className={css.press} {...(label ? { 'aria-label': label } : {})} onPress={onPress}>
          {children}
        </Button>
      ) : (
        <span>{children}</span>
      )}
      {onRemove && (
        <Button
          className={css.close}
          aria-label={`Remove ${label ?? (typeof children === 'string' ? children : '')}`}
          onPress={onRemove}
        >
          <Icon name="close" size={14} />
        </Button>
      )}
    </span>
  )
}
