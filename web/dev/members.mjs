// People, roles, tokens and sessions of the stand-in server.
const ago = (minutes) => new Date(Date.now() - minutes * 6e4).toISOString()
const soon = (days) => new Date(Date.now() + days * 864e5).toISOString()

const ABOUT = {
  'panels:read': 'Read dashboards and totals.',
  'events:read': 'Read single events, with the full client address.',
  'events:export': 'Export events as a file.',
  'views:write': 'See, save and share views of pages.',
  'sources:read': 'See the sources, their counts and their rejects.',
  'sources:write': 'Make, change and delete sources and their tokens.',
  'directory:read': 'See what is known of consumers, groups, keys, plans and routes, and how it changed.',
  'directory:write': 'Import what is known of consumers, groups, keys, plans and routes.',
  'trail:read': 'Read the operator trail.',
  'trail:export': 'Take the operator trail away as a file.',
  'verify:run': 'Check that nothing was altered.',
  'members:read': 'See people, roles, tokens and sessions.',
  'members:write': 'Make people and roles, say who has which, and end sessions.',
  'tokens:write': 'Make, rotate and revoke the tokens of applications.',
  'account:own': "Change one's own password, make tokens for oneself, end one's own sessions.",
  'persons:erase': 'Erase a person, and hand out all that is kept of them.',
  'settings:write': 'Change retention, masking and other settings.',
}
export const PERMISSIONS = Object.keys(ABOUT)

const role = (name, about, permissions, more = {}) => ({
  name,
  about,
  permissions,
  rows: null,
  addresses: 'whole',
  built_in: true,
  users: 0,
  tokens: 0,
  ...more,
})
const VIEWER = ['panels:read', 'views:write', 'sources:read', 'directory:read', 'account:own']
const roles = () => ({
  roles: [
    role('viewer', 'Dashboards, totals and saved views; client addresses are cut short.', VIEWER, { users: 1 }),
    role('analyst', 'A viewer who also reads and exports events.', [...VIEWER, 'events:read', 'events:export']),
    role('auditor', 'Reads and exports the operator trail and verifies it; nothing else.', ['trail:read']),
    role('admin', 'Members, tokens, sources and settings besides.', PERMISSIONS, { users: 1, tokens: 1 }),
    role('super_admin', 'An admin whom no filter narrows.', PERMISSIONS, { users: 1 }),
    role(
      'support',
      'The help desk: what customers of the shop called.',
      ['panels:read', 'events:read', 'account:own'],
      {
        built_in: false,
        rows: 'environment:prod api:shop',
        users: 2,
      },
    ),
  ],
  permissions: PERMISSIONS.map((name) => ({ name, about: ABOUT[name] })),
})

const user = (name, full_name, of, more = {}) => ({
  name,
  full_name,
  role: of,
  rows: null,
  disabled: false,
  provider: null,
  created: ago(90 * 1440),
  last_signed_in: ago(12),
  ...more,
})
const users = () => ({
  users: [
    user('admin', 'Ada Keeper', 'super_admin'),
    user('bob', 'Bob Ross', 'support', { rows: 'gateway:edge-eu', last_signed_in: ago(3 * 1440) }),
    user('carol@example.com', 'Carol Jones', 'viewer', {
      provider: { issuer: 'https://login.example.com/realms/main', subject: 'f1c3' },
    }),
    user('dave', 'Dave Stone', 'support', { disabled: true, last_signed_in: null }),
  ],
})

const token = (id, name, more = {}) => ({
  id,
  name,
  kind: 'api',
  role: 'analyst',
  only: null,
  source: null,
  user: null,
  rows: null,
  created: ago(20 * 1440),
  expires: soon(70),
  revoked: null,
  last_used: ago(4),
  state: 'good',
  ...more,
})
const tokens = () => ({
  tokens: [
    token('k3v9x2aa', 'Grafana', { only: ['panels:read'], rows: 'environment:prod' }),
    token('p7d1m4bb', 'nightly report', { user: 'bob', role: 'support' }),
    token('s5t8w6cc', 'edge-eu', { kind: 'ingest', role: null, source: 'edge-eu', expires: soon(300) }),
    token('q2r4y8dd', 'old script', { expires: ago(1440), state: 'expired', last_used: null }),
    token('z9b3n1ee', 'leaked in a chat', { revoked: ago(600), state: 'revoked' }),
  ],
})

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1'
const session = (id, name, of, more = {}) => ({
  id,
  name,
  user: name,
  role: of,
  address: '10.20.3.4',
  agent: CHROME,
  created: ago(95),
  last_used: ago(0),
  ends: soon(0.4),
  current: false,
  ...more,
})
const sessions = () => ({
  sessions: [
    session('a1', 'admin', 'super_admin', { current: true }),
    session('a2', 'admin', 'super_admin', { agent: IPHONE, address: '203.0.113.9', last_used: ago(18) }),
    session('b1', 'bob', 'support', { address: '2001:db8::7', last_used: ago(6) }),
  ],
})

const account = () => ({
  user: users().users[0],
  tokens: tokens().tokens.slice(1, 2),
  sessions: sessions().sessions.slice(0, 2),
})

export const MEMBERS = {
  '/users': users,
  '/roles': roles,
  '/tokens': tokens,
  '/sessions': sessions,
  '/account': account,
}

/** What a change of members answers. */
export function memberChanged(method, path, body) {
  const [, kind] = path.split('/')
  if (!['users', 'roles', 'tokens', 'sessions', 'account'].includes(kind)) return null
  if (method === 'POST' && /tokens/.test(path)) {
    const entry = token('n4e8w7ff', body.name ?? 'another')
    return [201, { id: entry.id, token: `gl_ap_${entry.id}_${'x'.repeat(43)}_a1b2c3`, entry }]
  }
  if (method === 'POST')
    return [422, { title: 'Unprocessable', status: 422, detail: 'a password needs at least 12 characters' }]
  return method === 'PUT' ? [200, body] : [204, undefined]
}
