// The masking rules of the stand-in server.
const rule = (name, what, of, how, more = {}) => ({ name, what, of, how, ...more })
const [ADDRESSES, STAFF] = [
  rule('Addresses', 'field', 'ip', 'truncate'),
  rule('Staff numbers', 'pattern', 'EMP-\\d{6}', 'hash', { environment: 'prod' }),
]
const RULES = [ADDRESSES, STAFF, rule('Desk', 'header', 'x-desk', 'replace', { with: 'a desk', off: true })]

const version = (number, at, note, added, removed = []) => ({
  version: number,
  at,
  by: 'ada',
  note,
  rules: number,
  added,
  removed,
})

export const MASKS = {
  '/masks': () => ({
    version: 2,
    at: '2026-11-02T08:15:00Z',
    by: 'ada',
    rules: RULES,
    fields: [
      { name: 'ip', label: 'IP address' },
      { name: 'user_agent', label: 'User agent' },
    ],
  }),
  '/masks/versions': () => ({
    versions: [
      version(2, '2026-11-02T08:15:00Z', 'Staff numbers are personal data', RULES.slice(1)),
      version(1, '2026-10-01T08:15:00Z', '', [ADDRESSES]),
    ],
  }),
}

export const MASK_TRIED = {
  event: {
    id: '0',
    timestamp: '2026-11-21T10:00:00Z',
    request: { ip: '203.0.113.0', path: '/staff/hmac:0123456789ab' },
  },
  marks: [
    { path: 'request.ip', was: '203.0.113.9', kept: '203.0.113.0', by: 'rules' },
    {
      path: 'request.headers.authorization',
      was: 'Bearer hmac:0123456789ab',
      kept: 'Bearer hmac:0123456789ab',
      by: 'defaults',
    },
    { path: 'request.path', was: '/staff/EMP-000001', kept: '/staff/hmac:0123456789ab', by: 'rules' },
  ],
  acted: [0, 1],
  rejects: [],
}
