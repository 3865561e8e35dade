import { Checkbox as AriaCheckbox, type CheckboxProps } from 'react-aria-components'
import css from './checkbox.module.css'

export function Checkbox({
  children,
  ...rest
}: Omit<CheckboxProps, 'className' | 'children'> & { children: React.ReactNode }) {
  return (
    <AriaCheckbox {...rest} className={css.checkbox}>
      <span className={css.box} aria-hidden="true">
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="m2.500 6.500 2.500 2.500 4.500-5.500" />
        </svg>
      </span>
      {children}
    </AriaCheckbox>
  )
}
