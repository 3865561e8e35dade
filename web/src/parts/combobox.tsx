// A field that completes what is typed from a list: one value, typed or chosen.
import {
  ComboBox as AriaComboBox,
  Button,
  Input,
  type Key,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components'
import { Wrong } from './field'
import css from './field.module.css'
import { Icon } from './icon'
import type { Choice } from './menu'
import pop from './popover.module.css'

type Props = {
  label: string
  value?: string | null
  /** In place of a value: what is written in it, where any text counts. `onChange` gets it, typed or chosen. */
  text?: string
  choices: Choice[]
  onChange: (id: string | null) => void
  /** Called with the text while it is typed, for lists that the server completes; the list is then shown as given. */
  onType?: (text: string) => void
  /** What is typed counts even when it is not in the list. */
  isFree?: boolean
  isLoading?: boolean
  isDisabled?: boolean
  placeholder?: string
  hint?: string
  error?: string | undefined
}

export function Combobox(props: Props) {
  const { label, value, text, choices, onChange, onType, isFree, isLoading, placeholder, hint, error, isDisabled } =
    props
  return (
    <AriaComboBox
      className={css.field as string}
      {...(text === undefined
        ? {
            value: value ?? null,
            defaultInputValue: choices.find((c) => c.id === value)?.label ?? value ?? '',
            onChange: (key: Key | null) => onChange(key === null ? null : String(key)),
          }
        : { inputValue: text })}
      onInputChange={(typed) => {
        onType?.(typed)
        if (isFree || text !== undefined) onChange(typed || null)
      }}
      {...(onType ? { defaultFilter: () => true } : {})}
      defaultItems={choices}
      allowsCustomValue={isFree ?? text !== undefined}
      allowsEmptyCollection
      isInvalid={!!error}
      isDisabled={isDisabled ?? false}
      menuTrigger="focus"
    >
      <Label className={css.label}>{label}</Label>
      <div className={css.group}>
        <Input className={css.input as string} placeholder={placeholder} spellCheck={false} />
        <Button className={css.open as string}>
          <Icon name="chevron" size={14} />
        </Button>
      </div>
      {hint && !error && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <Wrong error={error} />
      <Popover className={`${pop.popover} ${pop.asWide}`}>
        <ListBox
          className={pop.list as string}
          renderEmptyState={() => <p className={css.none}>{isLoading ? 'Looking…' : 'Nothing has this name'}</p>}
        >
          {(choice: Choice) => (
            <ListBoxItem id={choice.id} className={pop.item as string} textValue={choice.label}>
              {choice.label}
              {choice.end && <span className={pop.end}>{choice.end}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  )
}
