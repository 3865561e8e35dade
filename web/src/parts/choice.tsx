// One of two to four values side by side, and a switch that is on or off.
import type { ReactNode } from 'react'
import { Switch as AriaSwitch, Radio, RadioGroup } from 'react-aria-components'
import css from './choice.module.css'
import { Icon, type IconName } from './icon'

export type Option = { id: string; label: string; icon?: IconName; isDisabled?: boolean }

type Props = { label: string; value: string; options: Option[]; onChange: (id: string) => void }

export function Segmented({ label, value, options, onChange }: Props) {
  return (
    <RadioGroup
      className={css.group as string}
      aria-label={label}
      orientation="horizontal"
      value={value}
      onChange={onChange}
    >
      {options.map((option) => (
        <Radio key={option.id} value={option.id} className={css.one as string} isDisabled={option.isDisabled ?? false}>
          {option.icon && <Icon name={option.icon} size={14} />}
          {option.label}
        </Radio>
      ))}
    </RadioGroup>
  )
}

export function Switch(props: {
  isSelected: boolean
  onChange: (isOn: boolean) => void
  isDisabled?: boolean
  children: ReactNode
}) {
  const { children, ...rest } = props
  return (
    <AriaSwitch {...rest} className={css.switch as string}>
      <span className={css.track}>
        <span className={css.knob} />
      </span>
      {children}
    </AriaSwitch>
  )
}
