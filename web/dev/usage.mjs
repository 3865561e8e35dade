// Usage per dimension, unused entities, quotas, peak hours and generic questions, over the made-up traffic.
import { events, fields } from './traffic.mjs'

const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z')
const HOUR = 36e5
const DAY = 864e5
const COUNTRIES = ['DE', 'FR', 'US', 'GB', 'JP', 'SG', 'BR', 'IN', 'NL', 'PL', 'CH', 'AU']
const AUTH = { payments: 'jwt', admin: 'mtls', auth: 'basic', health: null }
/** Values the traffic has no member for, worked out from those it has. */
const number = (e) => Number(e.id)
const countryOf = (e) => COUNTRIES[Math.floor((number(e) % 97) ** 1.2) % COUNTRIES.length]
const authOf = (e) => (e.consumer_name ? (e.api in AUTH ? AUTH[e.api] : 'key-auth') : null)
const agentOf = (e) => e.request.user_agent.split(/[/ ]/)[0]

fields.push(
  ...[
    ['key', 'Key', (e) => e.api_key_id],
    ['customer', 'Customer', (e) => (e.consumer_groups?.[0] === 'partners' ? 'Globex' : e.consumer_name && 'Acme')],
    ['country', 'Country', countryOf],
    ['auth_method', 'Auth method', authOf],
    ['agent', 'Agent', agentOf],
  ].map(([name, label, get]) => ({ name, label, get, kind: 'text', facet: true, doc: `${label} of the call` })),
)

const D = (id, title, one, field, about, directory = null) => ({
  id,
  title,
  one,
  field,
  about,
  has_latency: true,
  directory,
})
const DIMENSIONS = [
  D('consumers', 'Consumers', 'Consumer', 'consumer', 'Who calls, as the gateway knows them.', 'consumers'),
  D('groups', 'Groups', 'Group', 'group', 'Groups of consumers; a call of one in two groups counts in both.', 'groups'),
  D('plans', 'Plans & quotas', 'Plan', 'plan', 'Usage plans, and how far their quotas are used up.', 'plans'),
  D('customers', 'Customers', 'Customer', 'customer', 'Who pays.', 'customers'),
  D('keys', 'Keys', 'Key', 'key', 'Credentials, by their ids.', 'keys'),
  D('apis', 'APIs', 'API', 'api', 'What is offered.', 'apis'),
  D('routes', 'Routes', 'Route', 'route', 'What is called.', 'routes'),
  D('domains', 'Domains', 'Domain', 'host', 'Names the gateways are called by.'),
  D('agents', 'User agents', 'User agent', 'agent', 'Programs that call.'),
  D('countries', 'Geography', 'Country', 'country', 'Where calls come from, by the address of the caller.'),
  D('auth', 'Auth methods', 'Auth method', 'auth_method', 'How callers showed who they are.'),
]
export const dimensions = () => ({ dimensions: DIMENSIONS })

const get = (name) => fields.find((f) => f.name === name)?.get
const termOf = (field, key) => `${field}:${/^[\w./-]+$/.test(key) ? key : JSON.stringify(key)}`
const quantile = (list, q) => (list.length ? list[Math.min(list.length - 1, Math.floor(q * list.length))] : null)
const SPARKS = 24

function rowOf(dimension, key, now, before, a) {
  const times = now.map((e) => e.response.duration_ms).sort((x, y) => x - y)
  const spark = Array.from({ length: SPARKS }, () => 0)
  for (const e of now) spark[Math.floor(((e.ms - a.from) / (a.to - a.from)) * SPARKS)]++
  const all = events.filter((e) => String(get(dimension.field)(e) ?? '') === key)
  const seen = (e) => (e ? iso(Math.floor(e.ms / HOUR) * HOUR) : null)
  const previous = before?.length ?? null
  return {
    key,
    label: key,
    filter: termOf(dimension.field, key),
    detail: dimension.id === 'consumers' ? (all[0]?.consumer_groups?.join(', ') ?? null) : null,
    calls: now.length,
    previous,
    change: previous ? now.length / previous - 1 : null,
    state: before && (previous ? (now.length ? 'same' : 'gone') : 'new'),
    client_errors: now.filter((e) => e.response.status >= 400 && e.response.status < 500).length,
    errors: now.filter((e) => e.response.status >= 500).length,
    denied: now.filter((e) => !e.access.granted).length,
    bytes: now.reduce((n, e) => n + e.response.bytes, 0),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    first_seen: seen(all[0]),
    last_seen: seen(all.at(-1)),
    spark,
    known: dimension.directory ? key !== 'crawler-eu' : null,
  }
}

const SORTS = {
  name: (row) => row.label.toLowerCase(),
  denial_rate: (row) => row.denied / (row.calls || 1),
  error_rate: (row) => row.errors / (row.calls || 1),
}

export function usage(id, query, a) {
  const dimension = DIMENSIONS.find((d) => d.id === id)
  if (!dimension) return undefined
  const of = get(dimension.field)
  const grouped = (from, to) => {
    const found = new Map()
    for (const e of events) {
      if (e.ms < from || e.ms >= to || !a.keep(e)) continue
      const key = String(of(e) ?? '')
      if (!found.has(key)) found.set(key, [])
      found.get(key).push(e)
    }
    return found
  }
  const now = grouped(a.from, a.to)
  const before = a.compare === 'none' ? null : grouped(2 * a.from - a.to, a.from)
  const keys = [...new Set([...now.keys(), ...(before?.keys() ?? [])])].filter(Boolean)
  const total = [...now.values()].reduce((n, list) => n + list.length, 0)
  const rows = keys
    .filter((key) => key.toLowerCase().includes((query.get('search') ?? '').toLowerCase()))
    .map((key) => rowOf(dimension, key, now.get(key) ?? [], before && (before.get(key) ?? []), a))
    .map((row) => ({ ...row, share: total ? row.calls / total : 0 }))
  const by = query.get('sort') ?? 'calls'
  const sign = query.get('order') === 'asc' ? 1 : -1
  const value = SORTS[by] ?? ((row) => row[by] ?? Number.NEGATIVE_INFINITY)
  rows.sort((x, y) => (value(x) < value(y) ? -sign : value(x) > value(y) ? sign : x.key.localeCompare(y.key)))
  const offset = Number(query.get('offset') ?? 0)
  return {
    dimension,
    from: iso(a.from),
    to: iso(a.to),
    rows: rows.slice(offset, offset + Number(query.get('limit') ?? 100)),
    rows_total: rows.length,
    total,
    missing: now.get('')?.length ?? 0,
    missing_filter: `${dimension.field}:""`,
    note: null,
    step: '1h',
    spark_buckets: [],
    tz: a.tz,
    previous_period: null,
    source: 'rollup',
  }
}

const UNUSED = {
  consumers: [['batch-job', '77c0', null, ['internal']]],
  groups: [['trial', 'trial', 40 * DAY, []]],
  routes: [
    ['health', 'health', 3 * DAY, []],
    ['/v1/legacy/orders', 'r-17', null, ['deprecated', 'sensitive']],
  ],
}

export function unused(id) {
  const dimension = DIMENSIONS.find((d) => d.id === id)
  if (!dimension?.directory) {
    return {
      rows: [],
      note: 'no directory lists these; add one under Directory, or put a file into the directory folder',
    }
  }
  const rows = (UNUSED[id] ?? []).map(([name, key, ago, tags]) => ({
    name,
    id: key,
    origin: 'team',
    since: iso(Date.now() - 200 * DAY),
    last_seen: ago ? iso(Math.floor((Date.now() - ago) / HOUR) * HOUR) : null,
    tags,
  }))
  return { rows, note: null }
}

export function quotas() {
  const start = Math.floor(Date.now() / DAY) * DAY
  const rows = [
    ['crawler-eu', 'free', 100, 100, 'day', 37],
    ['mobile-app', 'gold', 1000, 870, 'day', 0],
    ['partner-portal', 'silver', 20_000, 3100, 'week', 0],
    ['sandbox', 'free', 100, 12, 'day', 0],
  ].map(([consumer, plan, limit, calls, period, rejected]) => ({
    plan,
    consumer,
    key: null,
    label: consumer,
    filter: `consumer:${consumer}`,
    limit,
    period,
    period_start: iso(start),
    period_end: iso(start + DAY),
    calls,
    share: calls / limit,
    rejected,
    first_rejected: rejected ? iso(start + 3 * HOUR) : null,
    last_rejected: rejected ? iso(start + 9 * HOUR) : null,
    forecast:
      calls >= limit
        ? null
        : {
            exhausted_at: consumer === 'mobile-app' ? iso(start + 22 * HOUR) : null,
            expected_calls: Math.round(calls * 1.4),
          },
  }))
  return { rows, note: 'limits as the directory has them now' }
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Calls by weekday and hour, as parts of all. */
export function peakHours(rows) {
  const series = DAYS.map((label, i) => ({ key: String(i), label, calls: Array.from({ length: 24 }, () => 0) }))
  for (const e of rows) {
    const at = new Date(e.ms)
    series[(at.getUTCDay() + 6) % 7].calls[at.getUTCHours()]++
  }
  const parts = series.map((line) => ({ ...line, values: line.calls.map((n) => n / (rows.length || 1)) }))
  return { buckets: Array.from({ length: 24 }, (_, h) => String(h).padStart(2, '0')), series: parts }
}
