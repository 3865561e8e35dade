// The left rail: pages, then theme and help. On narrow screens it lies at the bottom.
import { Link } from '@tanstack/react-router'
import { Button } from 'react-aria-components'
import { endSession } from '../api/client'
import { Icon, type IconName } from '../parts/icon'
import { Menu } from '../parts/menu'
import { type Theme, useTheme } from '../state/theme'
import { logsSearch, useView } from '../state/view'
import { PAGES } from './pages'
import css from './rail.module.css'

const THEMES: { id: Theme; label: string; icon: IconName }[] = [
  { id: 'system', label: 'Like the system', icon: 'screen' },
  { id: 'light', label: 'Light', icon: 'sun' },
  { id: 'dark', label: 'Dark', icon: 'moon' },
]

export function Rail({ onHelp, onPalette }: { onHelp: () => void; onPalette: () => void }) {
  const view = useView()
  const [theme, setTheme] = useTheme()
  return (
    <nav className={css.rail} aria-label="Pages">
      <svg className={css.mark} viewBox="0 0 32 32" aria-hidden="true">
        <path d="M7 25V13a9 9 0 0 1 18 0v12M12.500 25V13.500M16 25V11.500M19.500 25V13.500" />
      </svg>
      {PAGES.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          search={logsSearch(view.search, view.filter) as never}
          className={css.item}
          activeProps={{ className: `${css.item} ${css.here}`, 'aria-current': 'page' }}
          activeOptions={{ exact: page.to === '/', includeSearch: false }}
        >
          <Icon name={page.icon} size={18} />
          <span>{page.label}</span>
        </Link>
      ))}
      <span className={css.grow} />
      <Button className={css.item} onPress={onPalette} aria-label="Search commands">
        <Icon name="search" size={18} />
        <span>Search</span>
      </Button>
      <Menu
        label="Theme"
        trigger={
          <Button className={`${css.item} ${css.theme}`}>
            <Icon name={THEMES.find((t) => t.id === theme)?.icon ?? 'screen'} size={18} />
            <span>Theme</span>
          </Button>
        }
        entries={THEMES.map((t) => ({ ...t, hint: t.id === theme ? '✓' : '', run: () => setTheme(t.id) }))}
      />
      <Menu
        label="Help and session"
        trigger={
          <Button className={css.item}>
            <Icon name="help" size={18} />
            <span>Help</span>
          </Button>
        }
        entries={[
          { id: 'keys', label: 'Keyboard shortcuts', icon: 'help', hint: '?', run: onHelp },
          {
            id: 'api',
            label: 'API description',
            icon: 'link',
            run: () => window.open('/api/v1/openapi.json', '_blank', 'noopener'),
          },
          {
            id: 'leave',
            label: 'Sign out',
            icon: 'exit',
            run: () => endSession().finally(() => location.assign('/welcome')),
          },
        ]}
      />
    </nav>
  )
}
