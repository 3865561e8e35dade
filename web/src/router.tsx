import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { Logs } from './pages/logs'
import { Overview } from './pages/overview'
import { Welcome } from './pages/welcome'
import { ErrorState } from './parts/state'
import { Shell } from './shell/shell'
import { parseSearch, type Search, validSearch, writeSearch } from './state/search'

const root = createRootRoute({
  component: Outlet,
  validateSearch: (raw: Record<string, unknown>): Search => validSearch(raw),
  // An address nobody knows leads home rather than nowhere.
  notFoundComponent: () => {
    throw redirect({ to: '/' })
  },
  errorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
})
const welcome = createRoute({ getParentRoute: () => root, path: '/welcome', component: Welcome })
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })
const overview = createRoute({ getParentRoute: () => shell, path: '/', component: Overview })
const logs = createRoute({ getParentRoute: () => shell, path: '/logs', component: Logs })
/** Every part in every state; not built into the app. */
const parts = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => root,
        path: '/_parts',
        component: lazyRouteComponent(() => import('./pages/parts'), 'Parts'),
      }),
    ]
  : []
const other = createRoute({
  getParentRoute: () => root,
  path: '$',
  beforeLoad: () => {
    throw redirect({ to: '/' })
  },
})

export const router = createRouter({
  routeTree: root.addChildren([welcome, shell.addChildren([overview, logs]), ...parts, other]),
  parseSearch,
  stringifySearch: writeSearch,
  defaultPreload: false,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
