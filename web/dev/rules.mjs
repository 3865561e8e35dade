// Why a call was refused, what would be otherwise with another rule, unused grants, undocumented endpoints: in the shapes
// of docs/api.md, over the made-up traffic.
import { events, reasons } from './traffic.mjs'

const iso = (ms) => new Date(ms).toISOString().replace('Z', '000Z')
const DAY = 864e5
const KINDS = {
  no_acl_groups: 'groups',
  route_not_allowed: 'groups',
  ip_restricted: 'addresses',
  time_restricted: 'window',
  quota_exceeded: 'quota',
  rate_limited: 'rate_limit',
  invalid_credentials: 'credentials',
  expired_credentials: 'credentials',
}

export function explanation(event) {
  const { access, route, consumer_name, consumer_groups, usage_plan, api_key_id } = event
  const isDenied = access.granted === false
  const known = reasons.find(({ code }) => code === access.reason)
  const kind = KINDS[access.reason] ?? 'unknown'
  const group = consumer_groups?.[0] ?? 'partners'
  const isRule = isDenied && kind !== 'credentials' && kind !== 'unknown'
  return {
    verdict: isDenied ? 'denied' : event.response.status >= 400 ? 'backend' : 'granted',
    reason: access.reason ?? null,
    summary: isRule
      ? `${consumer_name ?? 'The caller'} was refused because the route ${route} says otherwise: ${known?.label ?? kind}.`
      : `The gateway refused the call: ${known?.label ?? 'no reason is known'}.`,
    resolution: known?.resolution ?? null,
    rule: isRule
      ? {
          kind,
          object: { type: 'route', name: route, id: 'f1c2-77', origin: 'kong' },
          text: `allows the groups internal and gold; ${consumer_name ?? 'the caller'} is in ${group}`,
        }
      : null,
    evidence: [
      { field: 'response.status', value: String(event.response.status), means: 'the gateway itself answered so' },
      { field: 'upstream.status', value: '""', means: 'the backend was not asked' },
    ],
    identity: {
      consumer: consumer_name ?? null,
      claimed: null,
      groups: consumer_name ? (consumer_groups ?? []) : null,
      plan: usage_plan ?? null,
      key: api_key_id ?? null,
      customer: null,
    },
    fixes: isRule
      ? [
          {
            title: `Allow ${group} on this route`,
            language: 'yaml',
            tool: 'deck',
            code: `plugins:\n  - name: acl\n    route: ${JSON.stringify(route)}\n    config:\n      allow: [internal, gold, ${group}] # ${group} is new\n`,
          },
          {
            title: `Put ${consumer_name} into gold`,
            language: 'yaml',
            tool: 'deck',
            code: `consumers:\n  - username: ${consumer_name}\n    acls:\n      - group: gold\n`,
          },
        ]
      : [],
    changed: isRule ? { when: iso(Date.now() - 3 * DAY), version: 4, by: null } : null,
    confidence: isRule ? 'exact' : known ? 'likely' : 'unknown',
  }
}

const tally = (rows, of) => {
  const sums = new Map()
  for (const row of rows) sums.set(of(row), (sums.get(of(row)) ?? 0) + 1)
  return [...sums].sort(([, a], [, b]) => b - a)
}

/** Answers a change; a status and a body. */
export function whatIf(body, a) {
  const { change } = body
  const rows = events.filter((e) => e.ms >= a.from && e.ms < a.to && a.keep(e))
  const isLess = /deny|remove|window|limit|quota/.test(change.kind)
  const isOf = (e) =>
    (!change.route || e.route === change.route) && (!change.consumer || e.consumer_name === change.consumer)
  const flips = rows.filter((e) => isOf(e) && (isLess ? e.access.granted : e.access.granted === false))
  const line = ([key, calls]) => ({
    key: key ?? '',
    calls,
    would_allow: isLess ? 0 : calls,
    would_deny: isLess ? calls : 0,
  })
  return [
    200,
    {
      scanned: rows.length,
      would_allow: isLess ? 0 : flips.length,
      would_deny: isLess ? flips.length : 0,
      unchanged: rows.length - flips.length,
      unknown: 7,
      by_consumer: tally(flips, (e) => e.consumer_name).map(line),
      by_route: tally(flips, (e) => e.route).map(line),
      examples: flips.slice(0, 100).map((e) => e.id),
      filter: flips.length ? `route:${JSON.stringify(change.route ?? '/api/orders')}` : null,
      note: null,
      seconds: 0.42,
      partial: false,
    },
  ]
}

const CONSUMERS = ['mobile-app', 'partner-portal', 'carol', 'billing-sync', 'legacy-erp', 'sandbox', 'data-export']
const ROUTES = ['/api/orders', '/api/users/{id}', '/api/payments', '/api/reports/daily', '/admin/keys']
const all = CONSUMERS.flatMap((consumer, i) =>
  ROUTES.filter((_, j) => (i + j) % 2 === 0).map((route, j) => {
    const calls = (i * 7 + j * 3) % 5 === 0 ? 0 : 40 * (i + 1) * (j + 2)
    return {
      origin: 'kong',
      consumer,
      group: ['gold', 'partners', 'internal'][(i + j) % 3],
      route,
      calls,
      last_seen: calls ? iso(Date.now() - (i + j + 1) * 5 * 36e5) : null,
      used: calls > 0,
    }
  }),
)

export function grants(query, isEmpty) {
  const search = (query.get('search') ?? '').toLowerCase()
  const used = query.get('used')
  const known = isEmpty ? [] : all
  const found = known
    .filter((grant) => used === null || String(grant.used) === used)
    .filter(({ consumer, group, route }) => `${consumer} ${group} ${route}`.toLowerCase().includes(search))
  const first = Number(query.get('offset') ?? 0)
  return {
    grants: found.slice(first, first + Number(query.get('limit') ?? 1000)),
    total: found.length,
    used: known.filter((grant) => grant.used).length,
    smallest: {
      method: 'greedy set cover for each consumer',
      memberships: [known.length ? 14 : 0, known.length ? 9 : 0],
      entries: [known.length ? 11 : 0, known.length ? 8 : 0],
      consumers: known.length
        ? [
            { origin: 'kong', consumer: 'sandbox', keep: [], drop: ['partners'] },
            { origin: 'kong', consumer: 'carol', keep: ['internal'], drop: ['gold', 'partners'] },
          ]
        : [],
      routes: known.length ? [{ origin: 'kong', route: '/admin/keys', keep: ['internal'], drop: ['gold'] }] : [],
    },
    export: {
      deck: '# Groups that nobody used in the look-back are gone.\nconsumers:\n  - username: "carol"\n    groups: [{name: "internal"}]\n',
      adc: '# Groups that nobody used in the look-back are gone.\nconsumers:\n  - username: carol\n    labels: {group: internal}\n',
    },
    note: known.length ? null : 'the directory knows no route that allows groups a consumer is in',
    look_back_from: iso(Date.now() - 90 * DAY),
  }
}

export function endpoints(a, isEmpty) {
  const rows = events.filter((e) => e.ms >= a.from && e.ms < a.to && a.keep(e))
  const of = (route) => rows.filter((e) => e.route === route)
  const seen = (route, method) => ({
    method,
    path: route,
    domain: 'api.example.com',
    calls: of(route).length,
    statuses: Object.fromEntries(tally(of(route), (e) => String(e.response.status))),
    first_seen: iso(a.from),
    last_seen: iso(a.to - 36e5),
  })
  if (isEmpty)
    return {
      undocumented: [],
      unused: [],
      drift: [],
      documented: 0,
      described_calls: 0,
      not_found_calls: 0,
      note: 'the directory holds no OpenAPI document; `gatelog directory import` brings one in',
    }
  return {
    undocumented: [seen('/admin/keys', 'GET'), seen('/healthz', 'GET'), seen('/oauth/token', 'POST')].sort(
      (x, y) => y.calls - x.calls,
    ),
    unused: [
      { origin: 'shop', api: 'Shop', operation: 'deleteUser', method: 'DELETE', path: '/api/users/{id}' },
      { origin: 'shop', api: 'Shop', operation: 'listInvoices', method: 'GET', path: '/api/invoices' },
    ],
    drift: [
      {
        origin: 'shop',
        api: 'Shop',
        path: '/api/orders/{id}',
        what: 'status',
        method: 'GET',
        documented: ['200', '404'],
        seen: ['304', '502'],
        calls: 23,
      },
      {
        origin: 'shop',
        api: 'Shop',
        path: '/api/products',
        what: 'method',
        method: 'POST',
        documented: ['GET'],
        seen: ['POST'],
        calls: 4,
      },
    ],
    documented: 18,
    described_calls: rows.length - 60,
    not_found_calls: 12,
    note: null,
  }
}
