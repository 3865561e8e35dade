// A menu of actions behind a button, and a select for one value out of few.
import { Fragment, type ReactNode } from 'react'
import { Menu as AriaMenu, Button, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { Icon, type IconName } from './icon'
import css from './popover.module.css'

export type MenuEntry = {
  id: string
  label: string
  icon?: IconName
  hint?: string
  run: () => void
  isDisabled?: boolean
  /** Cannot be taken back. */
  isDanger?: boolean
  /** A line above sets it apart from what comes before. */
  isApart?: boolean
}

export function Menu({ trigger, entries, label }: { trigger: ReactNode; entries: MenuEntry[]; label: string }) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={css.popover} placement="bottom end">
        <AriaMenu
          className={css.list}
          aria-label={label}
          disabledKeys={entries.filter((e) => e.isDisabled).map((e) => e.id)}
          onAction={(key) => entries.find((e) => e.id === key)?.run()}
        >
          {entries.map((entry) => (
            <Fragment key={entry.id}>
              {entry.isApart && <Separator className={css.line as string} />}
              <MenuItem
                id={entry.id}
                className={`${css.item} ${entry.isDanger ? css.danger : ''}`}
                textValue={entry.label}
              >
                {entry.icon && <Icon name={entry.icon} />}
                {entry.label}
                {entry.hint && <span className={css.end}>{entry.hint}</span>}
              </MenuItem>
            </Fragment>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

export type Choice = { id: string; label: string; end?: string }

export function Select(props: {
  label: string
  /** What the choice narrows, shown before the value. */
  prefix?: string
  value: string
  choices: Choice[]
  onChange: (id: string) => void
  isChosen?: boolean
}) {
  const shown = props.choices.find((c) => c.id === props.value)?.label ?? props.value
  return (
    <MenuTrigger>
      <Button className={`${css.trigger} ${props.isChosen ? css.chosen : ''}`}>
        <span className={props.prefix ? 'quiet' : 'hidden-but-read'}>{props.prefix || props.label}</span>
        <b>{shown}</b>
        <Icon name="chevron" size={14} />
      </Button>
      <Popover className={css.popover} placement="bottom start">
        <AriaMenu
          className={css.list}
          aria-label={props.label}
          items={props.choices}
          selectionMode="single"
          selectedKeys={[props.value]}
          onAction={(key) => props.onChange(String(key))}
        >
          {(choice) => (
            <MenuItem id={choice.id} className={css.item as string} textValue={choice.label}>
              {choice.label}
              {choice.end && <span className={css.end}>{choice.end}</span>}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}
