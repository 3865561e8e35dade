// The command palette: pages, people and routes, ranges and actions by name, in our words and in those people bring along.
// What is typed can also be a range (`yesterday`) or a filter (`status:>=500`).
import { useState } from 'react'
import {
  Autocomplete,
  Collection,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  SearchField,
  type SearchFieldProps,
} from 'react-aria-components'
import { Dialog } from '../parts/dialog'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import type { View } from '../state/view'
import css from './palette.module.css'
import { type Command, type Group, useCommands } from './palette-commands'

type Props = { isOpen: boolean; onClose: () => void; onHelp: () => void; view: View }

const hasAll = (text: string, typed: string) => {
  const wanted = typed.toLowerCase().split(/[\s›>]+/)
  const given = text.toLowerCase()
  return wanted.every((word) => given.includes(word))
}

export function Palette({ isOpen, onClose, onHelp, view }: Props) {
  const [typed, setTyped] = useState('')
  const { groups, isLooking } = useCommands(view, typed, onHelp)
  const run = (id: string) => {
    onClose()
    groups
      .flatMap((group) => group.commands)
      .find((command) => command.id === id)
      ?.run()
  }
  return (
    <Dialog title="Commands" kind="bare" isOpen={isOpen} onClose={onClose}>
      <Autocomplete filter={hasAll} inputValue={typed} onInputChange={setTyped}>
        <Search aria-label="Search commands" autoFocus />
        <Menu
          className={`${pop.flat} ${css.menu}`}
          aria-label="Commands"
          items={groups}
          onAction={(key) => run(String(key))}
          renderEmptyState={() => <p className={css.none}>{isLooking ? 'Looking…' : 'Nothing has these words'}</p>}
        >
          {(group: Group) => (
            <MenuSection id={group.name}>
              <Header className={css.group}>{group.name}</Header>
              <Collection items={group.commands} dependencies={[typed]}>
                {(command: Command) => <Entry command={command} typed={typed} />}
              </Collection>
            </MenuSection>
          )}
        </Menu>
      </Autocomplete>
      <p className={css.keys} aria-hidden="true">
        <kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Enter</kbd> go <kbd>Esc</kbd> close
      </p>
    </Dialog>
  )
}

function Search(props: SearchFieldProps) {
  return (
    <SearchField {...props}>
      <Input className={css.input} placeholder="A page, a consumer, a range, a filter…" />
    </SearchField>
  )
}

function Entry({ command, typed }: { command: Command; typed: string }) {
  // What was found for the text always matches it, whatever its own words are.
  const words = command.isForText ? typed : (command.words ?? '')
  return (
    <MenuItem id={command.id} className={pop.item as string} textValue={`${command.label} ${words}`}>
      <Icon name={command.icon} />
      <span className={css.label}>{command.label}</span>
      {command.end && <span className={`${pop.end} ${css.end}`}>{command.end}</span>}
    </MenuItem>
  )
}
