// The left rail: pages, then theme and help. On narrow screens it lies at the bottom, and what has no room there is under More.
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { Button } from 'react-aria-components'
import { endSession } from '../api/client'
import { Icon, type IconName } from '../parts/icon'
import { Menu, type MenuEntry } from '../parts/menu'
import { useNarrow } from '../parts/narrow'
import { type Theme, useTheme } from '../state/theme'
import { logsSearch, useView } from '../state/view'
import { type Page, usePages } from './pages'
import css from './rail.module.css'

const THEMES: { id: Theme; label: string; icon: IconName }[] = [
  { id: 'system', label: 'Like the system', icon: 'screen' },
  { id: 'light', label: 'Light', icon: 'sun' },
  { id: 'dark', label: 'Dark', icon: 'moon' },
]

/** Pages that a phone has room for. */
const NARROW_PAGES = 4

export function Rail({ onHelp, onPalette }: { onHelp: () => void; onPalette: () => void }) {
  const view = useView()
  const [theme, setTheme] = useTheme()
  const isNarrow = useNarrow()
  const all = usePages()
  const pages = isNarrow ? all.slice(0, NARROW_PAGES) : all
  const search = logsSearch(view.search, view.filter) as never
  const themes = THEMES.map((t) => ({ ...t, hint: t.id === theme ? '✓' : '', run: () => setTheme(t.id) }))
  const help: MenuEntry[] = [
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
  ]
  return (
    <nav className={css.rail} aria-label="Pages">
      <svg className={css.mark} viewBox="0 0 32 32" aria-hidden="true">
        <path d="M7 25V13a9 9 0 0 1 18 0v12M12.500 25V13.500M16 25V11.500M19.500 25V13.500" />
      </svg>
      {pages.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          search={search}
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
      {isNarrow ? (
        <More pages={all.slice(NARROW_PAGES)} search={search} others={[themes, help]} />
      ) : (
        <>
          <Menu
            label="Theme"
            trigger={
              <Button className={`${css.item} ${css.theme}`}>
                <Icon name={THEMES.find((t) => t.id === theme)?.icon ?? 'screen'} size={18} />
                <span>Theme</span>
              </Button>
            }
            entries={themes}
          />
          <Menu
            label="Help and session"
            trigger={
              <Button className={css.item}>
                <Icon name="help" size={18} />
                <span>Help</span>
              </Button>
            }
            entries={help}
          />
        </>
      )}
    </nav>
  )
}

/** One list, a line between each two groups. */
const together = (groups: MenuEntry[][]) =>
  groups
    .filter(({ length }) => length)
    .flatMap((group, n) => group.map((e, i) => ({ ...e, isApart: n > 0 && i === 0 })))

function More({ pages, search, others }: { pages: Page[]; search: never; others: MenuEntry[][] }) {
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const here = pages.find(({ to }) => pathname.startsWith(to))
  const links = pages.map(({ to, label, icon }) => ({ id: to, label, icon, run: () => navigate({ to, search }) }))
  return (
    <Menu
      label="More"
      trigger={
        <Button className={`${css.item} ${here ? css.here : ''}`}>
          <Icon name={here?.icon ?? 'more'} size={18} />
          <span>{here ? `${here.label} …` : 'More'}</span>
        </Button>
      }
      entries={together([links, ...others])}
    />
  )
}
