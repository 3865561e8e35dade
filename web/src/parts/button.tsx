import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components'
import css from './button.module.css'
import { Icon, type IconName } from './icon'

type Props = Omit<ButtonProps, 'className' | 'children'> & {
  icon?: IconName
  kind?: 'plain' | 'quiet' | 'primary' | 'danger'
  children?: ReactNode
  pressed?: boolean
}

export function Button({ icon, kind = 'plain', children, pressed, ...rest }: Props) {
  return (
    <AriaButton {...rest} aria-pressed={pressed} className={`${css.button} ${css[kind]} ${pressed ? css.on : ''}`}>
      {rest.isPending ? <i className={css.wait} /> : icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  )
}

/** A button with only an icon: its label is the accessible name and the tooltip. */
export function IconButton({
  icon,
  label,
  hint,
  pressed,
  ...rest
}: Props & { icon: IconName; label: string; hint?: string }) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...rest}
        aria-label={label}
        aria-pressed={pressed}
        className={`${css.icon} ${pressed ? css.on : ''}`}
      >
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className={css.tip} offset={6}>
        {label}
        {hint && <kbd className={css.key}>{hint}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  )
}

/** A short explanation that shows on hover and focus. */
export function Hint({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <TooltipTrigger delay={250} closeDelay={0}>
      <AriaButton className={css.hint}>{children}</AriaButton>
      <Tooltip className={css.tip} offset={6}>
        {text}
      </Tooltip>
    </TooltipTrigger>
  )
}
