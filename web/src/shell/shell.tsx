// The frame of every page: rail, page, palette, shortcuts, notices.
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { Toasts } from '../parts/toast'
import { useKeys } from '../state/keys'
import { logsSearch, useView } from '../state/view'
import { Palette } from './palette'
import { Rail } from './rail'
import css from './shell.module.css'
import { ShortcutHelp } from './shortcut-help'

export function Shell() {
  const [open, setOpen] = useState<'help' | 'palette' | null>(null)
  const navigate = useNavigate()
  const view = useView()
  const keys = useMemo(() => {
    const go = (to: '/' | '/logs') => () => navigate({ to, search: logsSearch(view.search, view.filter) as never })
    return { '?': () => setOpen('help'), 'g o': go('/'), 'g l': go('/logs') }
  }, [navigate, view])
  useKeys(keys)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen((now) => (now === 'palette' ? null : 'palette'))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <div className={css.shell}>
      <a className="skip" href="#page">
        To the page
      </a>
      <Rail onHelp={() => setOpen('help')} />
      <main id="page" className={css.page} tabIndex={-1}>
        <Outlet />
      </main>
      <ShortcutHelp isOpen={open === 'help'} onClose={() => setOpen(null)} />
      <Palette isOpen={open === 'palette'} onClose={() => setOpen(null)} onHelp={() => setOpen('help')} view={view} />
      <Toasts />
    </div>
  )
}
