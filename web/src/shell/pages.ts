// The pages of the app, as the rail, the palette and the shortcuts list them. A page is one line here and one route.
import { useMemo } from 'react'
import { useSession } from '../api/queries'
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
  | '/members'
  | '/audit'
  | '/retention'
  | '/masking'
export type Page = {
  to: PagePath
  label: string
  icon: IconName
  /** Pressed after `g`. */
  key: string
  /** The permissions of which one opens it. */
  needs: string[]
  /** Where other products keep the same thing, and what people call it. */
  alias: string
}

export const PAGES: Page[] = [
  {
    to: '/',
    label: 'Overview',
    icon: 'overview',
    key: 'o',
    needs: ['panels:read'],
    alias: 'Dashboard, home, analytics, time-based analytics, KPI, usage, top consumers, latency',
  },
  {
    to: '/logs',
    label: 'Access logs',
    icon: 'logs',
    key: 'l',
    needs: ['events:read'],
    alias:
      'ACL Management › Audit Analytics › Access Logs, requests, calls, events, log explorer, search, live tail, export',
  },
  {
    to: '/denials',
    label: 'Denials',
    icon: 'denials',
    key: 'n',
    needs: ['panels:read'],
    alias:
      'Denied requests, refused, forbidden, 401, 403, 429, security monitoring, reasons, ACL violations, off-hours',
  },
  {
    to: '/usage',
    label: 'Usage',
    icon: 'usage',
    key: 'u',
    needs: ['panels:read'],
    alias:
      'Consumers, groups, plans, quotas, customers, keys, APIs, routes, endpoints, domains, user agents, geography, map, auth methods, unused, usage by group, usage by plan',
  },
  {
    to: '/errors',
    label: 'Errors & latency',
    icon: 'errors',
    key: 'e',
    needs: ['panels:read'],
    alias:
      '4xx, 5xx, slow routes, percentiles, p95, p99, response time, performance, authorizer, integration, upstream',
  },
  {
    to: '/access',
    label: 'Access control',
    icon: 'access',
    key: 'a',
    needs: ['panels:read'],
    alias: 'Cognito, IAM, JWT, sub, issuer, audience, ARN, authentication failures, sign-in',
  },
  {
    to: '/boards',
    label: 'Dashboards',
    icon: 'boards',
    key: 'b',
    needs: ['panels:read'],
    alias: 'Own dashboards, boards, panels, widgets, builder, QuickSight, AWS API Gateway, CloudWatch, custom charts',
  },
  {
    to: '/reports',
    label: 'Reports',
    icon: 'report',
    key: 'r',
    needs: ['panels:read'],
    alias: 'Saved reports, print, PDF, download, CSV, JSON, weekly report, monthly usage, billing',
  },
  {
    to: '/directory',
    label: 'Directory',
    icon: 'directory',
    key: 'd',
    needs: ['directory:read'],
    alias: 'Consumers, groups, plans, routes, keys, customers, catalogue, usage plans, ACL groups, import, deck, team',
  },
  {
    to: '/sources',
    label: 'Sources',
    icon: 'sources',
    key: 's',
    needs: ['sources:read'],
    alias:
      'Inputs, integrations, gateways, ingest, tokens, rejects, parse errors, data sources, set-up, troubleshooting',
  },
  {
    to: '/members',
    label: 'Members',
    icon: 'members',
    key: 'm',
    needs: ['account:own', 'members:read', 'tokens:write'],
    alias: 'Users, people, accounts, roles, permissions, RBAC, API tokens, sessions, password, access, organization',
  },
  {
    to: '/audit',
    label: 'Audit',
    icon: 'audit',
    key: 't',
    needs: ['trail:read'],
    alias:
      'Organization › Audit, operator trail, audit log, who changed what, changes, history, diff, sign-ins, exports, proof, verify, compliance',
  },
  {
    to: '/retention',
    label: 'Retention',
    icon: 'clock',
    key: 'k',
    needs: ['settings:write', 'persons:erase'],
    alias: 'Legal hold, keep, delete, expire, storage, disk use, days, PCI, HIPAA, archive, settings, forecast',
  },
  {
    to: '/masking',
    label: 'Masking',
    icon: 'mask',
    key: 'x',
    needs: ['settings:write'],
    alias:
      'Privacy, PII, GDPR, redact, anonymize, pseudonymize, hash, truncate IP, data masking, rules, secrets, settings',
  },
]

/** The pages that are open to whoever is signed in; all of them until that is known. */
export function usePages(): Page[] {
  const permissions = useSession().data?.permissions
  return useMemo(() => PAGES.filter((page) => isOpen(page, permissions)), [permissions])
}

const isOpen = ({ needs }: Page, permissions: string[] | undefined) =>
  !permissions || needs.some((one) => permissions.includes(one))
