// A text field with its label, what to put in, and what is wrong with it.
import type { ReactNode } from 'react'
import { TextField as AriaTextField, FieldError, Input, Label, Text, TextArea } from 'react-aria-components'
import css from './field.module.css'
import { Icon } from './icon'

type Props = {
  label: string
  value: string
  onChange: (text: string) => void
  hint?: ReactNode
  error?: string | undefined
  placeholder?: string
  type?: 'text' | 'password' | 'search' | 'url'
  isMono?: boolean
  /** Several lines. */
  isArea?: boolean
  isDisabled?: boolean
  /** The label is only read aloud, where the place says what is typed. */
  hidesLabel?: boolean
  autoFocus?: boolean
  autoComplete?: string
}

export function TextField(props: Props) {
  const { label, value, onChange, hint, error, placeholder, type = 'text', isMono, isArea, hidesLabel, ...rest } = props
  const look = `${isArea ? css.area : css.input} ${isMono ? css.mono : ''}`
  return (
    <AriaTextField {...rest} type={type} value={value} onChange={onChange} isInvalid={!!error} className={css.field}>
      <Label className={hidesLabel ? 'hidden-but-read' : css.label}>{label}</Label>
      {isArea ? (
        <TextArea className={look} placeholder={placeholder} spellCheck={false} />
      ) : (
        <Input className={look} placeholder={placeholder} spellCheck={false} />
      )}
      {hint && !error && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <Wrong error={error} />
    </AriaTextField>
  )
}

/** The message under a field; read aloud with the field. */
export function Wrong({ error }: { error: string | undefined }) {
  return (
    <FieldError className={css.error as string}>
      <Icon name="warn" />
      {error}
    </FieldError>
  )
}
