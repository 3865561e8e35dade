// The pages of the app, as the rail, the palette and the shortcuts list them. A page is one line here and one route.
import type { IconName } from '../parts/icon'

export type PagePath =
  | '/'
  | '/logs'
  | '/denials'
  | '/usage'
  | '/errors'
  | '/access'
  | '/boards'
  | '/reports'
  | '/directory'
  | '/sources'
export type Page = {
  to: PagePath
  label: string
  icon: IconName
  /** Pressed after `g`. */
  key: string
  /** Where other products keep the same thing, and what people call it. */
  alias: string
}

export const PAGES: Page[] = [
  {
    to: '/',
    label: 'Overview',
    icon: 'overview',
    key: 'o',
    alias: 'Dashboard, home, analytics, time-based analytics, KPI, usage, top consumers, latency',
  },
  {
    to: '/logs',
    label: 'Access logs',
    icon: 'logs',
    key: 'l',
    alias:
      'ACL Management › Audit Analytics › Access Logs, requests, calls, events, log explorer, search, live tail, export',
  },
  {
    to: '/denials',
    label: 'Denials',
    icon: 'denials',
    key: 'n',
    alias:
      'Denied requests, refused, forbidden, 401, 403, 429, security monitoring, reasons, ACL violations, off-hours',
  },
  {
    to: '/usage',
    label: 'Usage',
    icon: 'usage',
    key: 'u',
    alias:
      'Consumers, groups, plans, quotas, customers, keys, APIs, routes, endpoints, domains, user agents, geography, map, auth methods, unused, usage by group, usage by plan',
  },
  {
    to: '/errors',
    label: 'Errors & latency',
    icon: 'errors',
    key: 'e',
    alias:
      '4xx, 5xx, slow routes, percentiles, p95, p99, response time, performance, authorizer, integration, upstream',
  },
  {
    to: '/access',
    label: 'Access control',
    icon: 'access',
    key: 'a',
    alias: 'Cognito, IAM, JWT, sub, issuer, audience, ARN, authentication failures, sign-in',
  },
  {
    to: '/boards',
    label: 'Dashboards',
    icon: 'boards',
    key: 'b',
    alias: 'Own dashboards, boards, panels, widgets, builder, QuickSight, AWS API Gateway, CloudWatch, custom charts',
  },
  {
    to: '/reports',
    label: 'Reports',
    icon: 'report',
    key: 'r',
    alias: 'Saved reports, print, PDF, download, CSV, JSON, weekly report, monthly usage, billing',
  },
  {
    to: '/directory',
    label: 'Directory',
    icon: 'directory',
    key: 'd',
    alias: 'Consumers, groups, plans, routes, keys, customers, catalogue, usage plans, ACL groups, import, deck, team',
  },
  {
    to: '/sources',
    label: 'Sources',
    icon: 'sources',
    key: 's',
    alias:
      'Inputs, integrations, gateways, ingest, tokens, rejects, parse errors, data sources, set-up, troubleshooting',
  },
]
