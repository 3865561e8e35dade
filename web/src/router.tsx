import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { Logs } from './pages/logs'
import { Overview } from './pages/overview'
import { Welcome } from './pages/welcome'
import { Failure, NoPage } from './shell/failure'
import { Shell } from './shell/shell'
import { parseSearch, type Search, validSearch, writeSearch } from './state/search'

const root = createRootRoute({
  component: Outlet,
  validateSearch: (raw: Record<string, unknown>): Search => validSearch(raw),
})
const welcome = createRoute({ getParentRoute: () => root, path: '/welcome', component: Welcome })
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell })
const overview = createRoute({ getParentRoute: () => shell, path: '/', component: Overview })
const logs = createRoute({ getParentRoute: () => shell, path: '/logs', component: Logs })
// Pages beside the daily ones come when they are opened.
const sources = createRoute({
  getParentRoute: () => shell,
  path: '/sources',
  component: lazyRouteComponent(() => import('./pages/sources'), 'Sources'),
})
const members = createRoute({
  getParentRoute: () => shell,
  path: '/members',
  component: lazyRouteComponent(() => import('./pages/members'), 'Members'),
})
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit'), 'Audit'),
})
const retention = createRoute({
  getParentRoute: () => shell,
  path: '/retention',
  component: lazyRouteComponent(() => import('./pages/retention'), 'RetentionPage'),
})
const masking = createRoute({
  getParentRoute: () => shell,
  path: '/masking',
  component: lazyRouteComponent(() => import('./pages/masking'), 'Masking'),
})
const directory = createRoute({
  getParentRoute: () => shell,
  path: '/directory',
  component: lazyRouteComponent(() => import('./pages/directory'), 'DirectoryPage'),
})
const panelPage = (path: '/denials' | '/errors' | '/access', name: 'Denials' | 'Errors' | 'Access') =>
  createRoute({
    getParentRoute: () => shell,
    path,
    component: lazyRouteComponent(() => import('./pages/panel-pages'), name),
  })
const denials = panelPage('/denials', 'Denials')
const errors = panelPage('/errors', 'Errors')
const access = panelPage('/access', 'Access')
const usage = createRoute({
  getParentRoute: () => shell,
  path: '/usage',
  component: lazyRouteComponent(() => import('./pages/usage'), 'UsagePage'),
})
const usageOf = createRoute({
  getParentRoute: () => shell,
  path: '/usage/$dimension',
  component: lazyRouteComponent(() => import('./pages/usage'), 'UsagePage'),
})
const entity = createRoute({
  getParentRoute: () => shell,
  path: '/usage/$dimension/$key',
  component: lazyRouteComponent(() => import('./pages/entity-page'), 'EntityPage'),
})
const boards = createRoute({
  getParentRoute: () => shell,
  path: '/boards',
  component: lazyRouteComponent(() => import('./pages/boards'), 'Boards'),
})
const board = createRoute({
  getParentRoute: () => shell,
  path: '/boards/$id',
  component: lazyRouteComponent(() => import('./pages/board'), 'BoardPage'),
})
const reports = createRoute({
  getParentRoute: () => shell,
  path: '/reports',
  component: lazyRouteComponent(() => import('./pages/reports'), 'Reports'),
})
const whatIf = createRoute({
  getParentRoute: () => shell,
  path: '/what-if',
  component: lazyRouteComponent(() => import('./pages/what-if'), 'WhatIf'),
})
const grants = createRoute({
  getParentRoute: () => shell,
  path: '/grants',
  component: lazyRouteComponent(() => import('./pages/grants'), 'GrantsPage'),
})
const endpoints = createRoute({
  getParentRoute: () => shell,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./pages/endpoints'), 'EndpointsPage'),
})
const connect = createRoute({
  getParentRoute: () => shell,
  path: '/connect',
  component: lazyRouteComponent(() => import('./pages/connect'), 'Connect'),
})
const docs = createRoute({
  getParentRoute: () => shell,
  path: '/docs/$page',
  component: lazyRouteComponent(() => import('./pages/docs'), 'Docs'),
})
/** Every part in every state; not built into the app. */
const parts =
  import.meta.env.DEV || import.meta.env.MODE === 'parts'
    ? [
        createRoute({
          getParentRoute: () => root,
          path: '/_parts',
          component: lazyRouteComponent(() => import('./pages/parts'), 'Parts'),
        }),
      ]
    : []
const other = createRoute({ getParentRoute: () => shell, path: '$', component: NoPage })

export const router = createRouter({
  routeTree: root.addChildren([
    welcome,
    shell.addChildren([
      ...[overview, logs, denials, usage, usageOf, entity, errors, access],
      ...[
        boards,
        board,
        reports,
        whatIf,
        grants,
        endpoints,
        directory,
        sources,
        members,
        audit,
        retention,
        masking,
        connect,
        docs,
        other,
      ],
    ]),
    ...parts,
  ]),
  parseSearch,
  stringifySearch: writeSearch,
  defaultErrorComponent: Failure,
  defaultPreload: false,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
