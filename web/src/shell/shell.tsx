// The frame of every page: rail, page, palette, shortcuts, notices.
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useSources } from '../api/sources'
import { Toasts } from '../parts/toast'
import { useKeys } from '../state/keys'
import { logsSearch, useView } from '../state/view'
import { Notices } from './notices'
import { PAGES, type PagePath, usePages } from './pages'
import { Rail } from './rail'
import { SessionDialog } from './session-dialog'
import css from './shell.module.css'
import { ShortcutHelp } from './shortcut-help'

const Palette = lazy(() => import('./palette').then((m) => ({ default: m.Palette })))

export function Shell() {
  const [open, setOpen] = useState<'help' | 'palette' | null>(null)
  const navigate = useNavigate()
  const view = useView()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const keys = useMemo(() => {
    const go = (to: PagePath) => () => navigate({ to, search: logsSearch(view.search, view.filter) as never })
    return { '?': () => setOpen('help'), ...Object.fromEntries(PAGES.map((page) => [`g ${page.key}`, go(page.to)])) }
  }, [navigate, view])
  useKeys(keys)
  useEffect(() => {
    const label = PAGES.find(({ to }) => to === path || (to !== '/' && path.startsWith(`${to}/`)))?.label
    const [, , , entity] = path.split('/')
    document.title = [entity && decodeURIComponent(entity), label, 'Gatelog'].filter(Boolean).join(' · ')
  }, [path])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen((now) => (now === 'palette' ? null : 'palette'))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  useFirstRun(path)
  useFirstPage(path)
  const close = () => setOpen(null)
  return (
    <div className={css.shell}>
      <a className="skip" href="#page">
        To the page
      </a>
      {!view.search.report && <Rail onHelp={() => setOpen('help')} onPalette={() => setOpen('palette')} />}
      <main id="page" className={css.page} tabIndex={-1}>
        {!view.search.report && <Notices />}
        <Outlet />
      </main>
      <ShortcutHelp isOpen={open === 'help'} onClose={close} />
      {open === 'palette' && (
        <Suspense>
          <Palette isOpen onClose={close} onHelp={() => setOpen('help')} view={view} />
        </Suspense>
      )}
      <SessionDialog />
      <Toasts />
    </div>
  )
}

/** Whether the way to a first event was offered; once is enough. */
let wasOffered = false

/** A server that has never received anything leads to connecting a gateway, not to an empty Overview. */
function useFirstRun(path: string) {
  const navigate = useNavigate()
  const { data } = useSources()
  const isEmpty = data?.sources.every((source) => source.accepted === 0) ?? false
  useEffect(() => {
    if (!data || wasOffered || path !== '/') return
    wasOffered = true
    if (isEmpty) navigate({ to: '/connect', replace: true })
  }, [data, isEmpty, navigate, path])
}

/** Whoever may not see the Overview begins with the first page that is theirs. */
function useFirstPage(path: string) {
  const navigate = useNavigate()
  const [first] = usePages()
  useEffect(() => {
    if (path === '/' && first && first.to !== '/') navigate({ to: first.to, replace: true })
  }, [first, navigate, path])
}
