// A directory for the fixture server: enough of each kind to see how it looks.
const ago = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString()

const LISTS = {
  consumers: [
    {
      name: 'mobile-app',
      id: '0a1d',
      groups: ['gold', 'partners'],
      plan: 'big',
      customer: 'Acme',
      keys: [{ id: 'k-1' }],
    },
    { name: 'batch-job', id: '77c0', groups: ['silver'], plan: 'small', customer: 'Acme', keys: [] },
    { name: 'partner-eu', id: '9b2f', groups: [], customer: 'Globex', keys: [{ id: 'k-2' }, { id: 'k-3' }] },
  ],
  groups: [{ name: 'gold' }, { name: 'silver' }, { name: 'partners' }, { name: 'trial' }],
  plans: [
    { name: 'big', quota: { limit: 100_000, period: 'month' }, throttle: { rate: 50, burst: 100 } },
    { name: 'small', quota: { limit: 1000, period: 'day' } },
  ],
  routes: [
    {
      name: 'orders',
      methods: ['GET', 'POST'],
      templates: ['/api/orders/{id}'],
      service: 'shop',
      rules: { allow_groups: ['gold'], allow_ips: ['10.0.0.0/8'] },
    },
    { name: 'health', methods: ['GET'], templates: ['/health'] },
  ],
}
const MEMBERS = { gold: 1, silver: 1, partners: 1, trial: 0, big: 1, small: 1 }

const changes = [
  {
    time: ago(3),
    origin: 'team',
    kind: 'consumers',
    key: '0a1d',
    name: 'mobile-app',
    what: 'changed',
    fields: [
      {
        field: 'groups',
        before: ['silver'],
        after: ['gold', 'partners'],
        joined: ['gold', 'partners'],
        left: ['silver'],
      },
      { field: 'plan', before: 'small', after: 'big' },
    ],
    imported: ago(3),
    by: 'admin',
  },
  { time: ago(3), origin: 'team', kind: 'groups', key: 'trial', name: 'trial', what: 'added', fields: [], by: 'admin' },
  { time: ago(90), origin: 'team', kind: 'keys', key: 'k-9', name: 'k-9', what: 'removed', fields: [], by: 'admin' },
]

const counts = Object.fromEntries(
  ['consumers', 'groups', 'plans', 'routes', 'keys', 'customers', 'apis', 'services', 'environments'].map((kind) => [
    kind,
    LISTS[kind]?.length ?? 0,
  ]),
)

const overview = (isEmpty) => ({
  origins: isEmpty
    ? []
    : [{ name: 'team', sources: [], importer: 'gatelog', by: 'admin', seen: ago(3), counts, imports: [] }],
  counts,
  files: isEmpty
    ? []
    : [{ path: '/etc/gatelog/kong.yaml', origin: 'kong', problem: 'line 14: unknown member "servces"' }],
  importers: [{ name: 'gatelog', doc: 'Our own form, in YAML or JSON' }],
})

/** What the directory says at a path below `/directory`; undefined where there is nothing. */
export function directory(kind, query, isEmpty) {
  if (!kind) return overview(isEmpty)
  const has = (value) =>
    JSON.stringify(value)
      .toLowerCase()
      .includes((query.get('search') ?? '').toLowerCase())
  if (kind === 'history') {
    const key = query.get('key')
    const found = changes.filter((change) => has(change) && (!key || change.key === key))
    return { changes: found, total: found.length, next_cursor: null }
  }
  const items = (LISTS[kind] ?? []).filter(has).map((entity) => ({
    origin: 'team',
    key: entity.id ?? entity.name,
    since: ago(3),
    entity,
    ...(MEMBERS[entity.name] === undefined ? {} : { consumers: MEMBERS[entity.name] }),
  }))
  return { kind, at: ago(0), total: items.length, items, next_cursor: null }
}

/** An import, or a look at one. */
export const imported = (origin, isDry) => ({
  origin,
  importer: 'gatelog',
  dry_run: isDry,
  since: ago(0),
  total: 2,
  counts: { consumers: { added: 0, changed: 1, removed: 0 }, groups: { added: 1, changed: 0, removed: 0 } },
  changes: changes.slice(0, 2),
  notes: [],
})
