// Sources and gateways for the fixture server: enough of them for every state a source can be in.
import { randomUUID } from 'node:crypto'

const ago = (ms) => new Date(Date.now() - ms).toISOString()
const source = (name, more) => ({
  name,
  sample: false,
  created: '2026-11-01T00:00:00.000000Z',
  last_event: null,
  accepted: 0,
  rejected: 0,
  duplicates: 0,
  bytes: 0,
  events_per_second: 0,
  formats: {},
  ...more,
})

export function sourcesAt(count, isEmpty) {
  if (isEmpty) return made
  return [
    source('samples', {
      sample: true,
      last_event: ago(1200),
      accepted: count,
      rejected: 3,
      bytes: 9_000_000,
      events_per_second: 4,
      formats: { kong: count },
      health: 'ok',
      health_text: 'events arrive, the last one a second ago',
    }),
    source('edge-eu', {
      last_event: ago(14 * 60_000),
      accepted: 1_204_551,
      rejected: 0,
      duplicates: 12,
      bytes: 1_100_000_000,
      formats: { kong: 1_204_551 },
      health: 'silent',
      health_text: 'nothing has come for 14 minutes; it usually sends every second',
    }),
    source('billing', {
      rejected: 42,
      formats: {},
      health: 'rejecting',
      health_text: 'of the last 42 records none could be read',
    }),
    source('partner', { health: 'new', health_text: 'its token exists, and nothing has come with it yet' }),
    ...made,
  ]
}

const made = []

export const rejects = (name) =>
  name === 'billing'
    ? Array.from({ length: 42 }, (_, i) => ({
        time: ago(i * 61_000),
        format: 'json',
        line: i + 1,
        reason: 'expected `:` at character 14',
        excerpt: '{"time" "2026-11-20T14:00:00Z","authorization":"[masked]","status":403}',
      }))
    : []

export const gateways = {
  url: null,
  gateways: [
    {
      id: 'kong',
      label: 'Kong Gateway',
      format: 'kong',
      about: 'The http-log plugin, for all services or one',
      steps: [
        {
          text: 'Switch the plugin on for the whole gateway.',
          language: 'shell',
          code: 'curl -sS -X POST http://localhost:8001/plugins \\\n  -d name=http-log \\\n  -d config.http_endpoint={url}/i/{token}/kong',
        },
        {
          text: 'Or in the declarative configuration.',
          language: 'yaml',
          code: 'plugins:\n  - name: http-log\n    config:\n      http_endpoint: {url}/i/{token}/kong',
        },
      ],
    },
    {
      id: 'nginx',
      label: 'NGINX',
      format: 'nginx',
      about: 'A JSON access log, followed by gatelog',
      steps: [
        {
          text: 'Follow the file.',
          language: 'shell',
          code: 'gatelog follow /var/log/nginx/access.json --url {url} --token {token}',
        },
      ],
    },
    {
      id: 'http',
      label: 'Anything that speaks HTTP',
      format: 'json',
      about: 'JSON over HTTP, one object a line',
      steps: [
        {
          text: 'Send a line.',
          language: 'shell',
          code: 'curl -sS {url}/i/{token}/json -d \'{"method":"GET","path":"/hello","status":200}\'',
        },
      ],
    },
  ],
}

/** Answers of the changes: [status, body]; null when the path is none of them. */
export function changed(method, path, body) {
  const [, kind, name, part] = path.split('/').map(decodeURIComponent)
  if (kind !== 'sources') return null
  const token = `gl_in_${randomUUID().replaceAll('-', '')}`
  if (method === 'POST' && name === 'try') return [200, tried(body)]
  if (method === 'POST' && part === 'token')
    return [200, { token, old_valid_until: new Date(Date.now() + 864e5).toISOString() }]
  if (method === 'POST' && !name) {
    const fresh = source(body.name, { health: 'new', created: new Date().toISOString() })
    made.push(fresh)
    return [201, { source: fresh, token, connect: [] }]
  }
  return [200, {}]
}

function tried({ line, field_map }) {
  try {
    const record = JSON.parse(line)
    const status = record[field_map?.status ?? 'status']
    return {
      event: {
        timestamp: record.time ?? new Date().toISOString(),
        request: { method: record.method, path: record.path },
        response: { status },
        access: { granted: status < 400, reason: null },
        custom: {},
      },
      rejects: [],
    }
  } catch (error) {
    return { event: null, rejects: [{ line: 1, reason: error.message }] }
  }
}
