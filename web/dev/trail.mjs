// The operator trail in the shapes of docs/api.md: a month of it, the same on every start but for the clock.
const HOUR = 36e5
const SERVICE = '3f0c8d5e-7a41-4a8e-9d0e-5b1f6a2c9e10'
const OTHER = 'b7e2a9d4-10c5-4f7e-8a36-0d9c4e5f1a22'

/** What is done again and again: code, event, verb, type, id, name, before and after. */
const ACTS = [
  ['GL-SESSION-START', 'Sign in', 'sign_in', 'session', '', '', null, null],
  [
    'GL-SOURCE-UPDATE',
    'Update source',
    'update',
    'source',
    'edge-eu',
    'edge-eu',
    { format: null, paused: false },
    { format: 'kong', paused: false },
  ],
  ['GL-EVENTS-READ', 'Read access events', 'read', 'events', '', '', null, null],
  [
    'KONG-SERVICE-UPDATE',
    'Update Service',
    'update',
    'service',
    SERVICE,
    'orders',
    { name: 'orders', host: 'orders.internal', retries: 5, read_timeout: 60000, tags: ['eu'] },
    { name: 'orders', host: 'orders.internal', retries: 2, read_timeout: 15000, tags: ['eu', 'critical'] },
  ],
  [
    'KONG-SERVICE-CREATE',
    'Add Service',
    'create',
    'service',
    OTHER,
    'billing',
    null,
    { name: 'billing', host: 'b.internal' },
  ],
  [
    'KONG-ROUTE-UPDATE',
    'Update Route',
    'update',
    'route',
    '/api/orders',
    '/api/orders',
    { methods: ['GET', 'POST'], plugins: { acl: { allow: ['gold', 'partners'] } } },
    { methods: ['GET', 'POST'], plugins: { acl: { allow: ['gold'] } } },
  ],
  ['GL-TOKEN-CREATE', 'Create token', 'create', 'token', '4fK09sQz', 'ci', null, { name: 'ci', may: ['trail:read'] }],
  ['GL-TRAIL-EXPORT', 'Export operator trail', 'export', 'trail', '', '', null, null],
  ['GL-DIRECTORY-IMPORT', 'Import directory', 'update', 'directory', 'kong-eu', 'kong-eu', null, null],
  ['GL-ACCESS-DENIED', 'Call without permission', 'read', 'route', '', '', null, null],
]
const WHO = [
  ['ops', 'person', '10.20.0.14', 'dashboard'],
  ['ada', 'person', '10.20.0.31', 'dashboard'],
  ['deploy', 'machine', '10.20.7.2', 'declarative'],
  ['ops', 'person', '10.20.0.14', 'api'],
]

const acts = Array.from({ length: 240 }, (_, n) => {
  const [code, event, verb, resource_type, resource_id, resource_name, before, after] = ACTS[(n * 7) % ACTS.length]
  const [operator, operator_kind, address, source] = WHO[(n * 5) % WHO.length]
  const isRefused = code === 'GL-ACCESS-DENIED'
  const isKong = code.startsWith('KONG')
  return {
    ago: (240 - n) * 3.1 * HOUR - 2.4 * HOUR,
    shown: {
      id: String(n),
      code,
      event,
      verb,
      resource_type,
      source,
      outcome: isRefused ? 'denied' : n % 31 === 3 ? 'failure' : 'success',
      origin: isKong ? 'edge-eu' : 'gatelog',
      request_id: `9f3c${String(n).padStart(12, '0')}`,
      status: isRefused ? '403' : '200',
      operator,
      operator_kind,
      token: operator_kind === 'machine' ? '4fK09sQz' : '',
      address,
      agent: source === 'declarative' ? 'decK/1.43' : 'Mozilla/5.0',
      resource_id,
      resource_name,
      detail: isRefused ? 'DELETE /api/v1/sources/edge-eu' : '',
    },
    before,
    after,
  }
})

/** One sync of decK half an hour ago: what it did is a change set. */
const SET = '5f1c0b7de2a94c11'
const SYNCED = ['rate-limiting', 'cors', 'key-auth', 'acl', 'jwt', 'bot-detection', 'ip-restriction'].map(
  (name, n) => ({
    ago: HOUR / 2 - n * 400,
    shown: {
      ...acts[0].shown,
      id: String(240 + n),
      code: n ? 'KONG-PLUGIN-UPDATE' : 'KONG-PLUGIN-CREATE',
      event: n ? 'Update plugin' : 'Create plugin',
      verb: n ? 'update' : 'create',
      resource_type: 'plugin',
      source: 'declarative',
      outcome: 'success',
      origin: 'kong-eu',
      request_id: `9f3d${String(n).padStart(12, '0')}`,
      status: n ? '200' : '201',
      operator: 'deploy',
      operator_kind: 'machine',
      token: '4fK09sQz',
      address: '10.20.7.2',
      agent: 'decK/1.43',
      tool: 'decK',
      change_set: SET,
      resource_id: `3f0c8d5e-7a41-4a8e-9d0e-00000000000${n}`,
      resource_name: name,
      detail: '',
    },
    before: n ? { name, enabled: false, tags: ['eu'] } : null,
    after: { name, enabled: true, tags: ['eu'] },
  }),
)
acts.push(...SYNCED)

const FACETS = ['operator', 'event', 'resource_type', 'source', 'outcome', 'origin']
const NAMES = {
  operator: (a) => [a.operator, a.token],
  event: (a) => [a.code, a.event, a.verb],
  resource_type: (a) => [a.resource_type],
  resource_id: (a) => [a.resource_id, a.resource_name],
  source: (a) => [a.source],
  outcome: (a) => [a.outcome],
  origin: (a) => [a.origin],
  change_set: (a) => [a.change_set ?? ''],
}

const timed = (now) =>
  acts.map((act) => ({
    ...act,
    ms: now - act.ago,
    shown: { ...act.shown, time: new Date(now - act.ago).toISOString() },
  }))

function refusals(query, { shown }) {
  const is = (wanted, texts) =>
    wanted.split(',').some((w) => texts.some((t) => t.toLowerCase() === w.trim().toLowerCase()))
  const failed = Object.entries(NAMES).filter(([name, of]) => query.get(name) && !is(query.get(name), of(shown)))
  const search = (query.get('search') ?? '').toLowerCase()
  const isFound = JSON.stringify(Object.values(shown)).toLowerCase().includes(search)
  const isHidden = query.get('reads') === 'hidden' && shown.verb === 'read' && shown.outcome !== 'denied'
  return [...failed.map(([name]) => name), ...(isFound ? [] : ['search']), ...(isHidden ? ['reads'] : [])]
}

function changesOf(before, after) {
  if (!before || !after) return after || before ? [{ path: '', ...(after ? { after } : { before }) }] : []
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ path: `/${name}`, before: before[name], after: after[name] }))
}

export function trail(path, query, { from, to }, isEmpty) {
  const all = isEmpty ? [] : timed(Date.now())
  const there = all.filter(({ ms }) => ms >= from && ms < to).toReversed()
  if (path === '/trail/export') return there.filter((act) => refusals(query, act).length === 0).map((act) => act.shown)
  if (path === '/trail') {
    const before = Number(query.get('cursor') ?? Number.POSITIVE_INFINITY)
    const found = there.filter((act) => refusals(query, act).length === 0 && Number(act.shown.id) < before)
    const limit = Number(query.get('limit') ?? 100)
    const shown = found.slice(0, limit).map((act) => act.shown)
    return { events: shown, next_cursor: found.length > limit ? shown.at(-1).id : null }
  }
  if (path === '/trail/facets') {
    const counted = there.map((act) => refusals(query, act).join())
    const total = counted.filter((names) => names === '').length
    const reads_hidden = counted.filter((names) => names === 'reads').length
    const facets = FACETS.map((field) => {
      const counts = new Map()
      for (const act of there) {
        const value = field === 'event' ? act.shown.code : act.shown[field]
        const isOwn = (name) => name === field || (name === 'reads' && field === 'event')
        const names = refusals(query, act)
        if (!value || names.length > 1 || !names.every(isOwn)) continue
        const label = field === 'event' ? act.shown.event : value
        counts.set(value, { value, label, count: (counts.get(value)?.count ?? 0) + 1 })
      }
      return { field, values: [...counts.values()].sort((a, b) => b.count - a.count) }
    })
    return { total, reads_hidden, facets }
  }
  if (path === '/trail/changes') {
    const found = there.filter(
      ({ shown }) => ['create', 'update', 'delete'].includes(shown.verb) && shown.outcome === 'success',
    )
    const most = Number(query.get('marks') ?? 40)
    const slots = new Map()
    for (const { ms, shown } of found) {
      const slot = Math.floor(((ms - from) / (to - from)) * most)
      const { id, event, operator, resource_type, resource_id, resource_name, time } = shown
      const mark = slots.get(slot) ?? { id, event, operator, resource_type, resource_id, resource_name, time, count: 0 }
      slots.set(slot, { ...mark, count: mark.count + 1, first: time })
    }
    return { total: found.length, marks: [...slots.values()].reverse() }
  }
  const act = all.find(({ shown }) => shown.id === path.split('/')[2])
  if (!act) return null
  const { shown, before, after } = act
  const diff = shown.outcome === 'success' ? changesOf(before, after) : []
  const request = shown.verb === 'read' ? { params: { filter: 'granted:false' } } : null
  return { ...shown, before, after, request, raw: null, diff, erased: [], end_id: null }
}

export const proof = () => ({
  key: 'gatelog-5f2c81d0+1a2b3c4d+AVbVv0Qm0o1fFz3J8mQ0mYp5cSxk1o2B3c4D5e6F7g8H',
  origin: 'gatelog-5f2c81d0/trail',
  size: acts.length,
  root: 'rA5h1m6tWq2Yc0bQ1r9uX3zv8k4lJ7n0oPdEsFgHiJk=',
  checkpoint: `gatelog-5f2c81d0/trail\n${acts.length}\nrA5h1m6tWq2Yc0bQ1r9uX3zv8k4lJ7n0oPdEsFgHiJk=\n\n— gatelog-5f2c81d0 Gis8TQ==\n`,
})

/** One that is well, and one whose Admin API is gone. */
/** How much is kept of what is done to this program: two things, one by a rule. */
export function levels() {
  const one = (resource_type, verb, level, least, event, rule = null, usual = level) => {
    return { resource_type, verb, level, usual, least, rule, events: [event] }
  }
  return {
    levels: [
      one('api', 'read', 'metadata', 'none', 'Read'),
      one('events', 'export', 'request', 'none', 'Export access events'),
      one('events', 'read', 'metadata', 'none', 'Read access events', 'events:read=metadata', 'request'),
      one('session', 'sign_in', 'response', 'metadata', 'Sign in'),
      one('session', 'sign_out', 'response', 'metadata', 'Sign out'),
      one('source', 'create', 'response', 'metadata', 'Create source'),
      one('source', 'update', 'response', 'metadata', 'Update source'),
    ],
  }
}

export function proxies(isEmpty) {
  const ago = (hours) => new Date(Date.now() - hours * HOUR).toISOString()
  const counts = { changes: 412, reads: 9120, refused: 3, unrecorded: 0, unreachable: 1, drift: 2 }
  const well = {
    name: 'kong-eu',
    kind: 'kong',
    address: '127.0.0.1:7401',
    upstream: 'http://10.20.0.5:8001/',
    reachable: true,
    problem: null,
    last_answer: ago(0.01),
    last_failure: ago(30),
    last_change: ago(0.5),
    pending: 0,
    fail: 'closed',
    snapshot_interval_s: 300,
    last_snapshot: ago(0.05),
    counts,
  }
  const gone = {
    ...well,
    name: 'apisix-edge',
    kind: 'apisix',
    address: '127.0.0.1:7402',
    upstream: 'https://apisix-admin.internal:9180/',
    reachable: false,
    problem: 'the Admin API did not answer the last call; 4 calls went on and could not be recorded',
    last_answer: ago(26),
    last_failure: ago(0.2),
    last_change: ago(27),
    fail: 'open',
    snapshot_interval_s: null,
    last_snapshot: null,
    counts: { ...counts, changes: 38, unrecorded: 4, unreachable: 12, drift: 0 },
  }
  return { proxies: isEmpty ? [] : [well, gone] }
}

/** An access event with its proof. */
export function provedEvent({ id, ms }) {
  const hash = '9f'.repeat(32)
  return {
    bundle: 'gatelog-event-1',
    checkpoint: proof().checkpoint.replaceAll('/trail', '/access'),
    block: `tree 7 ${new Date(ms).toISOString().slice(0, 10)} 1 ${id} ${id} ${hash}`,
    index: 6,
    path: [hash],
    event: {
      place: 0,
      columns: [['seq', 0]],
      numbers: { seq: Number(id) || 0 },
      texts: {},
      personal: { withheld: hash },
      beside: [],
      path: [],
      names: hash,
    },
  }
}
