// Fourteen days of made-up calls, the same on every start except that they end now.
const DAY = 864e5

let seed = 42
export const random = () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

export const reasons = [
  [
    'no_acl_groups',
    'No ACL groups assigned',
    'The consumer has no groups assigned, so no route is open to it.',
    'Assign the consumer to the groups it should belong to.',
  ],
  [
    'route_not_allowed',
    'Route not in allowed list',
    'The route is not in the permissions of any group of this consumer.',
    'Add the route to one of the groups, or assign a different group.',
  ],
  [
    'ip_restricted',
    'IP restriction violation',
    'The request came from an address outside the allowlist.',
    'Add the address to the allowlist, or call from an allowed one.',
  ],
  [
    'invalid_credentials',
    'Invalid credentials',
    'The API key or OAuth token is not valid or has expired.',
    'Regenerate the credentials and use the new ones.',
  ],
  [
    'quota_exceeded',
    'Quota exceeded',
    'The usage plan of this consumer allows no more calls in this period.',
    'Wait for the period to end, or raise the quota of the plan.',
  ],
  [
    'rate_limited',
    'Rate limited',
    'More calls per second came than the limit of this consumer allows.',
    'Slow the client down with back-off, or raise its rate limit.',
  ],
].map(([code, label, explanation, resolution]) => ({ code, label, explanation, resolution }))
const REASON = Object.fromEntries(reasons.map((r) => [r.code, r]))
const REASON_STATUS = {
  no_acl_groups: 403,
  route_not_allowed: 403,
  ip_restricted: 403,
  invalid_credentials: 401,
  quota_exceeded: 429,
  rate_limited: 429,
}

const CONSUMERS = [
  ['mobile-app', 'mobile', 'gold', 38],
  ['partner-portal', 'partners', 'silver', 22],
  ['carol', 'internal', 'gold', 9],
  ['billing-sync', 'internal', 'unlimited', 12],
  ['web-checkout', 'storefront', 'gold', 16],
  ['crawler-eu', 'bots', 'free', 7],
  ['iot-fleet', 'devices', 'bulk', 6],
  ['data-export', 'internal', 'bulk', 4],
  ['sandbox', 'trial', 'free', 3],
  ['legacy-erp', 'partners', 'silver', 2],
  [null, null, null, 8],
]
const ROUTES = [
  ['orders', '/api/orders', ['GET', 'POST'], 26],
  ['orders', '/api/orders/{id}', ['GET', 'PUT', 'DELETE'], 18],
  ['users', '/api/users/{id}', ['GET', 'PATCH'], 16],
  ['catalogue', '/api/products', ['GET'], 22],
  ['catalogue', '/api/products/{id}', ['GET'], 14],
  ['payments', '/api/payments', ['POST', 'GET'], 9],
  ['reports', '/api/reports/daily', ['GET'], 3],
  ['admin', '/admin/keys', ['GET', 'POST'], 1.5],
  ['auth', '/oauth/token', ['POST'], 7],
  ['health', '/healthz', ['GET'], 5],
]
const AGENTS = [
  'axios/1.7.2',
  'okhttp/4.12.0',
  'python-requests/2.32.3',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)',
  'Go-http-client/2.0',
  'curl/8.5.0',
]

const weights = new Map()
function pick(list) {
  let total = weights.get(list)
  if (!total) {
    total = list.reduce((n, row) => n + row.at(-1), 0)
    weights.set(list, total)
  }
  let at = random() * total
  for (const row of list) {
    at -= row.at(-1)
    if (at <= 0) return row
  }
  return list[0]
}

const hex = (n) => Array.from({ length: n }, () => Math.floor(random() * 16).toString(16)).join('')

let next = 1
export function makeEvent(ms) {
  const [name, group, plan] = pick(CONSUMERS)
  const [service, route, methods] = pick(ROUTES)
  const method = methods[random() < 0.7 ? 0 : Math.floor(random() * methods.length)]
  const deniedChance = { 'crawler-eu': 0.35, sandbox: 0.25, 'partner-portal': 0.1 }[name] ?? (name ? 0.03 : 0.7)
  const denied = random() < deniedChance || (route === '/admin/keys' && name !== 'carol')
  const codes = Object.keys(REASON_STATUS)
  const reason = denied ? (name ? codes[Math.floor(random() ** 1.5 * codes.length)] : 'invalid_credentials') : null
  const bad = random()
  const status = reason
    ? REASON_STATUS[reason]
    : bad < 0.012
      ? 502
      : bad < 0.018
        ? 500
        : bad < 0.06
          ? 404
          : bad < 0.08
            ? 304
            : method === 'POST'
              ? 201
              : method === 'DELETE'
                ? 204
                : 200
  const upstream = reason
    ? 0
    : Math.round((8 + 60 * -Math.log(1 - random()) * (route.includes('reports') ? 18 : 1)) * 10) / 10
  const gateway = Math.round((1 + 3 * random()) * 10) / 10
  const stamp = new Date(ms).toISOString().replace('Z', '000Z')
  const known = reason ? REASON[reason] : null
  return {
    ms,
    id: String(next++),
    timestamp: stamp,
    received: new Date(ms + 400).toISOString().replace('Z', '000Z'),
    source: 'samples',
    format: 'kong',
    request_id: hex(32),
    gateway: random() < 0.75 ? 'kong-eu-1' : 'kong-us-1',
    environment: random() < 0.86 ? 'prod' : 'staging',
    api: service,
    service: `${service}-service`,
    route,
    ...(name
      ? {
          consumer_id: `0a1d1c5e-${name.length}c4c`,
          consumer_name: name,
          consumer_groups: [group],
          usage_plan: plan,
          api_key_id: `key-${name}`,
        }
      : {}),
    request: {
      method,
      path: route.replace('{id}', String(1000 + Math.floor(random() * 9000))),
      ...(random() < 0.3 ? { query: 'page=2&sort=created' } : {}),
      host: 'api.example.com',
      ip: `133.11.${Math.floor(random() * 4)}.${Math.floor(random() * 200)}`,
      user_agent: AGENTS[Math.floor(random() * AGENTS.length)],
      bytes: 180 + Math.floor(random() * 900),
      headers: [
        ['x-api-key', 'hmac:1f9ac0'],
        ['accept', 'application/json'],
        ['x-forwarded-for', '133.11.0.1'],
      ],
    },
    response: {
      status,
      duration_ms: Math.round((upstream + gateway) * 10) / 10,
      upstream_ms: upstream,
      gateway_ms: gateway,
      bytes: 120 + Math.floor(random() * 9000),
      ...(reason ? {} : { upstream_status: String(status) }),
    },
    access: known
      ? {
          granted: false,
          reason,
          reason_label: known.label,
          explanation: known.explanation,
          resolution: known.resolution,
        }
      : { granted: true, reason: null },
    custom: random() < 0.2 ? { region: 'eu-west', canary: true } : {},
  }
}

/** Denser by day than by night, one quiet hole and one burst of errors, so that charts have something to show. */
function made() {
  const now = Date.now()
  const list = []
  for (let ms = now - 14 * DAY; ms < now; ) {
    const hour = (ms % DAY) / 36e5
    const busy = 0.35 + 0.65 * Math.sin(((hour - 5) / 24) * 2 * Math.PI) ** 2
    ms += (-Math.log(1 - random()) * 62_000) / busy
    const ago = now - ms
    if (ms >= now || (ago > 8.2 * 36e5 && ago < 9 * 36e5)) continue
    const event = makeEvent(Math.floor(ms))
    if (ago > 3 * 36e5 && ago < 3.4 * 36e5 && event.access.granted && random() < 0.4)
      Object.assign(event.response, {
        status: 503,
        duration_ms: 1200 + Math.floor(random() * 900),
        upstream_status: '503',
      })
    list.push(event)
  }
  return list
}
export const events = made()

const statusClass = (e) => (e.response.status ? `${Math.floor(e.response.status / 100)}xx` : 'unknown')
export const fields = [
  ['status_class', 'Status class', 'text', statusClass, true],
  ['status', 'Status', 'number', (e) => e.response.status, true],
  ['granted', 'Access', 'bool', (e) => String(e.access.granted), true],
  ['reason', 'Denial reason', 'text', (e) => e.access.reason, true],
  ['consumer', 'Consumer', 'text', (e) => e.consumer_name, true],
  ['group', 'Group', 'list', (e) => e.consumer_groups?.[0], true],
  ['plan', 'Plan', 'text', (e) => e.usage_plan, true],
  ['route', 'Route', 'text', (e) => e.route, true],
  ['path', 'Path', 'text', (e) => e.request.path, false],
  ['method', 'Method', 'text', (e) => e.request.method, true],
  ['api', 'API', 'text', (e) => e.api, true],
  ['host', 'Host', 'text', (e) => e.request.host, true],
  ['ip', 'Client address', 'ip', (e) => e.request.ip, true],
  ['gateway', 'Gateway', 'text', (e) => e.gateway, true],
  ['environment', 'Environment', 'text', (e) => e.environment, true],
  ['source', 'Source', 'text', (e) => e.source, true],
  ['user_agent', 'User agent', 'text', (e) => e.request.user_agent, true],
  ['duration', 'Response time', 'duration', (e) => e.response.duration_ms, false],
  ['request_id', 'Request id', 'text', (e) => e.request_id, false],
].map(([name, label, kind, get, facet]) => ({ name, label, kind, get, facet, doc: `${label} of the call` }))
