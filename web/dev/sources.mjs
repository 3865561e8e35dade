// Sources and gateways for the fixture server: enough of them for every state a source can be in.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

const ago = (ms) => new Date(Date.now() - ms).toISOString()
/** A source nothing came from yet, as the server tells it. */
const blank = JSON.parse(readFileSync(new URL('source.json', import.meta.url), 'utf8'))
const source = (name, more) => ({ ...blank, name, ...more })
const paused = new Set()
const gone = new Set()

export function sourcesAt(count, isEmpty) {
  const all = isEmpty ? made : [...given(count), ...made]
  return all
    .filter(({ name }) => !gone.has(name))
    .map((one) =>
      paused.has(one.name)
        ? {
            ...one,
            paused: true,
            health: 'paused',
            health_text: 'It is paused: what it sends is refused.',
            refused: 17,
          }
        : one,
    )
}

export const quality = (name, count) => {
  const { quality: day } = sourcesAt(count, false).find((one) => one.name === name) ?? blank
  const hour = Math.round(day.events / 24)
  const ofHour = {
    ...day,
    events: hour,
    denied: Math.round(day.denied / 24),
    explained: Math.round(day.explained / 24),
  }
  return {
    since: ago(9 * 3_600_000),
    hour: { ...ofHour, fields: fieldsOf(hour) },
    day: { ...day, fields: fieldsOf(day.events) },
  }
}

function given(count) {
  return [
    source('samples', {
      sample: true,
      last_event: ago(1200),
      accepted: count,
      rejected: 3,
      bytes: 9_000_000,
      events_per_second: 4,
      bytes_per_second: 2_900,
      quality: qualityOf(count),
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
      quality: qualityOf(88_412, { late: 214, ahead: 31, ahead_max_ms: 2_400, untimed: 6 }),
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

const step = (text, language, code, file = '') => ({ text, language, code, file })
const notes = [
  { title: 'While Gatelog is away', text: 'It keeps calls in memory and sends them later.' },
  { title: 'Denials and consumers', text: 'Who called and why a call was refused is in the log.' },
  { title: 'The trap', text: 'An address that only works on this machine.' },
]
const CURL =
  'curl -sS -X POST http://localhost:8001/plugins \\\n  -d name=http-log \\\n  -d config.http_endpoint={url}/i/{token}/kong'
const YAML = 'plugins:\n  - name: http-log\n    config:\n      http_endpoint: {url}/i/{token}/kong'

export const gateways = {
  url: 'http://127.0.0.1:7080',
  gateways: [
    {
      id: 'kong',
      label: 'Kong Gateway',
      format: 'kong',
      about: 'The http-log plugin, for all services or one.',
      notes,
      steps: [
        step('Switch the plugin on for the whole gateway.', 'shell', CURL),
        step('Or in the declarative configuration.', 'yaml', YAML, 'kong/kong.yml'),
      ],
    },
    {
      id: 'nginx',
      label: 'NGINX',
      format: 'nginx',
      about: 'A JSON access log, followed by gatelog.',
      notes,
      steps: [
        step('Follow the file.', 'shell', 'gatelog follow /var/log/nginx/access.json --url {url} --token {token}'),
      ],
    },
    {
      id: 'http',
      label: 'Anything that speaks HTTP',
      format: 'json',
      about: 'JSON over HTTP, one object a line.',
      notes: [],
      steps: [
        step(
          'Send a line.',
          'shell',
          'curl -sS {url}/i/{token}/json -d \'{"method":"GET","path":"/hello","status":200}\'',
        ),
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
  if (part === 'pause') {
    if (method === 'POST') paused.add(name)
    else paused.delete(name)
    return [200, {}]
  }
  if (method === 'DELETE') {
    gone.add(name)
    return [204, null]
  }
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

const CORE = {
  method: ['Method', 1],
  path: ['Path', 1],
  status: ['Status', 1],
  consumer: ['Consumer', 0.82],
  route: ['Route', 0.94],
  duration: ['Time taken', 1],
  ip: ['Client address', 0.999],
  user_agent: ['User agent', 0.71],
  request_id: ['Request id', 1],
}
const MORE = { group: ['Group', 0.41], plan: ['Plan', 0], size: ['Response size', 1], country: ['Country', 0.87] }

/** What so many events were like. */
const qualityOf = (events, more = {}) => ({
  ...blank.quality,
  events,
  denied: Math.round(events * 0.06),
  explained: Math.round(events * 0.055),
  lag_ms: 840,
  lag_max_ms: 4200,
  ahead_max_ms: 0,
  complete: 0.9403,
  ...more,
})

const fieldsOf = (events) =>
  [
    ...Object.entries(CORE).map(([name, [label, share]]) => ({ name, label, share, core: true })),
    ...Object.entries(MORE).map(([name, [label, share]]) => ({ name, label, share, core: false })),
  ].map(({ share, ...field }) => ({ ...field, events: Math.round(events * share) }))
