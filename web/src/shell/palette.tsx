// The command palette: pages, ranges and actions by name, in our words and in those people bring along.
import { useNavigate } from '@tanstack/react-router'
import { Autocomplete, Input, Menu, MenuItem, SearchField } from 'react-aria-components'
import { Dialog } from '../parts/dialog'
import { Icon, type IconName } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { copyText } from '../parts/toast'
import { PRESETS } from '../state/range'
import { applyTheme } from '../state/theme'
import { logsSearch, type View } from '../state/view'
import css from './palette.module.css'

type Command = { id: string; label: string; words?: string; icon: IconName; run: () => void }

export function Palette(props: { isOpen: boolean; onClose: () => void; onHelp: () => void; view: View }) {
  const { isOpen, onClose, onHelp, view } = props
  const navigate = useNavigate()
  const logs = (filter: string) => navigate({ to: '/logs', search: logsSearch(view.search, filter) as never })
  const commands: Command[] = [
    {
      id: 'overview',
      label: 'Overview',
      words: 'dashboard analytics home',
      icon: 'overview',
      run: () => navigate({ to: '/', search: logsSearch(view.search, view.filter) as never }),
    },
    {
      id: 'logs',
      label: 'Access logs',
      words: 'audit analytics acl management requests events',
      icon: 'logs',
      run: () => logs(view.filter),
    },
    {
      id: 'denied',
      label: 'Denied calls',
      words: 'denials refused forbidden 403',
      icon: 'logs',
      run: () => logs('granted:false'),
    },
    {
      id: 'errors',
      label: 'Server errors',
      words: '5xx failures backend',
      icon: 'logs',
      run: () => logs('status:>=500'),
    },
    ...PRESETS.map((p) => ({
      id: p.text,
      label: p.label,
      words: `${p.text} time range`,
      icon: 'clock' as const,
      run: () => view.set({ from: `now-${p.text}`, to: undefined }),
    })),
    {
      id: 'compare',
      label: view.compares ? 'Stop comparing' : 'Compare with the previous period',
      words: 'trend change',
      icon: 'compare',
      run: () => view.set({ compare: view.compares ? 'none' : undefined }),
    },
    { id: 'clear', label: 'Remove all filters', words: 'reset', icon: 'filter', run: () => view.setFilter('') },
    {
      id: 'link',
      label: 'Copy link to this page',
      words: 'share url',
      icon: 'link',
      run: () => copyText(location.href, 'Link'),
    },
    { id: 'light', label: 'Light theme', icon: 'sun', run: () => applyTheme('light') },
    { id: 'dark', label: 'Dark theme', icon: 'moon', run: () => applyTheme('dark') },
    { id: 'system', label: 'Theme like the system', icon: 'screen', run: () => applyTheme('system') },
    { id: 'keys', label: 'Keyboard shortcuts', words: 'help', icon: 'help', run: onHelp },
  ]
  return (
    <Dialog title="Commands" kind="bare" isOpen={isOpen} onClose={onClose}>
      <Autocomplete
        filter={(text, typed) =>
          typed
            .toLowerCase()
            .split(/\s+/)
            .every((word) => text.toLowerCase().includes(word))
        }
      >
        <SearchField aria-label="Search commands" autoFocus>
          <Input className={css.input} placeholder="Go to, filter, switch" />
        </SearchField>
        <Menu
          className={pop.flat}
          aria-label="Commands"
          items={commands}
          onAction={(key) => {
            onClose()
            commands.find((c) => c.id === key)?.run()
          }}
          renderEmptyState={() => <p className={css.none}>No command has these words</p>}
        >
          {(command) => (
            <MenuItem
              id={command.id}
              className={pop.item as string}
              textValue={`${command.label} ${command.words ?? ''}`}
            >
              <Icon name={command.icon} />
              {command.label}
            </MenuItem>
          )}
        </Menu>
      </Autocomplete>
    </Dialog>
  )
}
