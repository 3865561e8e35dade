// A small stand-in for the server: docs/api.md over made-up but plausible traffic, the same on every start.
// node dev/fixtures.mjs [port]; FIXTURE_DELAY_MS slows every answer, FIXTURE_DIST serves a built web/dist under the real CSP.
import { randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { diagnose, explored, facets, histogram, panel, panels, summary } from './answers.mjs'
import { boardAt, boardChanged, boardsOf } from './boards.mjs'
import { directory, imported } from './directory.mjs'
import { differences, fileOf, jobAt, jobChanged, jobsOf, viewChanged, viewsOf } from './extras.mjs'
import { compile, FilterError } from './filter.mjs'
import { MASK_TRIED, MASKS } from './masks.mjs'
import { MEMBERS, memberChanged, PERMISSIONS } from './members.mjs'
import { reportChanged, reportsOf } from './reports.mjs'
import { ERASURE_TRIED, RETENTION } from './retention.mjs'
import { endpoints, explanation, grants, whatIf } from './rules.mjs'
import { changed, gateways, quality, rejects, sourcesAt } from './sources.mjs'
import { events, fields, makeEvent, reasons } from './traffic.mjs'
import { levels, proof, provedEvent, proxies, trail } from './trail.mjs'
import { dimensions, quotas, unused, usage } from './usage.mjs'

const port = Number(process.argv[2] ?? process.env.PORT ?? 7080)
const delay = Number(process.env.FIXTURE_DELAY_MS ?? 0)
const dist = process.env.FIXTURE_DIST ?? join(dirname(fileURLToPath(import.meta.url)), '../dist')
const TOKEN = 'gl_ap_fixture'
const links = new Set(['welcome-1', 'welcome-2', 'welcome-3'])
const sessions = new Set()
const SESSION = {
  name: 'admin',
  user: 'admin',
  role: 'super_admin',
  permissions: PERMISSIONS,
  rows: [],
  addresses: 'whole',
  has_users: true,
  version: '0.1.0',
  sample: true,
}
/** FIXTURE_EMPTY=1: a server that has never received anything. */
const isEmpty = process.env.FIXTURE_EMPTY === '1'
if (isEmpty) events.length = 0

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

class Refusal extends Error {
  constructor(status, title, detail, more = {}) {
    super(detail)
    this.body = { type: 'about:blank', title, status, detail, ...more }
  }
}

const UNITS = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }
function instant(text, now) {
  if (text === 'now') return now
  const relative = /^(?:now-)?(\d+)([smhdw])$/.exec(text)
  if (relative) return now - Number(relative[1]) * UNITS[relative[2]]
  if (/^\d{13}$/.test(text)) return Number(text)
  const ms = Date.parse(text)
  if (Number.isNaN(ms))
    throw new Refusal(400, 'Unreadable time', `"${text}" is not a time`, { remedy: 'Use now-24h or RFC 3339.' })
  return ms
}

function ask(query) {
  const now = Date.now()
  const from = instant(query.get('from') ?? 'now-24h', now)
  const to = instant(query.get('to') ?? 'now', now)
  if (from >= to) throw new Refusal(400, 'Empty range', 'from is not before to', { remedy: 'Swap the two ends.' })
  const filter = query.get('filter') ?? ''
  return {
    from,
    to,
    filter,
    keep: compile(filter, fields),
    tz: query.get('tz') ?? 'UTC',
    top: Number(query.get('top') ?? 10),
    step: query.get('step') ?? 'auto',
    compare: query.get('compare') ?? 'previous',
  }
}

const covered = (body) => ({ watermark: new Date(Date.now() - 1500).toISOString(), partial: false, ...body })
const selected = (a) => events.filter((e) => e.ms >= a.from && e.ms < a.to && a.keep(e))
const shown = ({ ms, ...event }) => event

const CSV = [
  'Timestamp',
  'Consumer',
  'Request path',
  'HTTP method',
  'Response status',
  'Access granted',
  'Denial reason',
  'Response time (ms)',
]
const cell = (v) => (/[",\n]/.test(String(v ?? '')) ? `"${String(v).replaceAll('"', '""')}"` : String(v ?? ''))
const csvRow = (e) =>
  [
    e.timestamp,
    e.consumer_name ?? '',
    e.request.path,
    e.request.method,
    e.response.status,
    e.access.granted ? 'Yes' : 'No',
    e.access.reason_label ?? '',
    e.response.duration_ms,
  ]
    .map(cell)
    .join(',')

function written(asked) {
  const a = ask(new URLSearchParams(asked))
  const rows = selected(a).sort((x, y) => y.ms - x.ms)
  const isCsv = asked.format === 'csv'
  const lines = isCsv ? [CSV.join(','), ...rows.map(csvRow)] : rows.map((e) => JSON.stringify(shown(e)))
  const body = asked.format === 'json' ? `[${lines.join(',\n')}]\n` : `${lines.join('\n')}\n`
  return { rows: rows.length, body }
}

function download(id, response) {
  const job = fileOf(id)
  if (!job) return send(response, 409, { title: 'Not written yet', status: 409, detail: 'the export is still running' })
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="gatelog-${id}.${job.format}"`,
  })
  response.end(job.body)
}

function tail(query, request, response) {
  const keep = compile(query.get('filter') ?? '', fields)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(': open\n\n')
  const timer = setInterval(() => {
    const event = makeEvent(Date.now())
    events.push(event)
    if (keep(event)) response.write(`event: access\ndata: ${JSON.stringify(shown(event))}\n\n`)
    if (events.length % 97 === 0) response.write('event: dropped\ndata: {"count":12}\n\n')
  }, 260)
  request.on('close', () => clearInterval(timer))
}

function page(query) {
  const a = ask(query)
  const sign = query.get('order') === 'asc' ? 1 : -1
  const rows = selected(a).sort((x, y) => sign * (x.ms - y.ms))
  const start = Number(query.get('cursor') ?? 0)
  const end = start + Number(query.get('limit') ?? 100)
  const body = {
    events: rows.slice(start, end).map(shown),
    next_cursor: end < rows.length ? String(end) : null,
    scanned: {
      rows: rows.length,
      files: 3,
      until: rows[end - 1]?.timestamp ?? new Date(sign > 0 ? a.to : a.from).toISOString(),
    },
  }
  if (rows.length === 0 && start === 0 && !query.has('wait_ms')) body.diagnosis = diagnose(a, fields)
  return covered(body)
}

const ROUTES = {
  '/events': page,
  '/histogram': (q) => covered(histogram(ask(q), q.get('split') ?? 'status_class')),
  '/facets': (q) =>
    covered({ facets: facets(ask(q), (q.get('fields') ?? 'status_class').split(','), q.get('search') ?? '', fields) }),
  '/summary': (q) => covered(summary(ask(q))),
  '/panels': () => ({ panels }),
  '/usage': dimensions,
  '/quotas': () => covered(isEmpty ? { rows: [], note: null } : quotas()),
  '/explore': (q) => covered(explored(q, ask(q))),
  '/diagnose': (q) => covered({ diagnosis: diagnose(ask(q), fields) }),
  '/views': (q) => viewsOf(q.get('page')),
  '/differences': (q) =>
    covered(differences(ask(q), { from: Date.parse(q.get('region_from')), to: Date.parse(q.get('region_to')) })),
  '/exports': jobsOf,
  '/fields': () => ({ fields: fields.map(({ get, ...field }) => field) }),
  '/reasons': () => ({ reasons }),
  '/sources': () => ({ sources: sourcesAt(events.length, isEmpty) }),
  '/gateways': () => gateways,
  '/boards': boardsOf,
  '/reports': reportsOf,
  '/grants': (q) => covered(grants(q, isEmpty)),
  '/endpoints': (q) => covered(endpoints(ask(q), isEmpty)),
  '/directory': () => directory(undefined, undefined, isEmpty),
  ...MEMBERS,
  ...MASKS,
  ...RETENTION,
  '/proof': proof,
  '/proxies': () => proxies(isEmpty),
  '/trail/levels': () => levels(),
}

function answer(path, query) {
  if (ROUTES[path]) return ROUTES[path](query)
  const [, kind, id, part] = path.split('/')
  if (kind === 'events') {
    const event = events.find((e) => e.id === id)
    if (event && part === 'proof' && Date.now() - event.ms > 60_000) return provedEvent(event)
    if (event && part === 'proof') {
      throw new Refusal(409, 'Conflict', `event ${id} is not sealed yet, and cannot be proved`, {
        remedy: 'ask again later: events are sealed within ten minutes, and when the server stops',
      })
    }
    if (event) return part === 'explain' ? explanation(event) : shown(event)
    throw new Refusal(404, 'No such event', `no event has the id ${id}`, {
      remedy: 'It may have passed the retention of 180 days.',
    })
  }
  const told = kind === 'trail' && trail(path, query, ask(query), isEmpty)
  if (told) return told
  if (kind === 'directory') return directory(id, query, isEmpty)
  if (kind === 'sources' && part === 'quality') return quality(decodeURIComponent(id), events.length)
  if (kind === 'sources') return { rejects: rejects(decodeURIComponent(id)) }
  if (kind === 'panels') return covered(panel(id, ask(query)))
  if (kind === 'exports') return jobAt(id) ?? {}
  const counted = kind === 'usage' && (part === 'unused' ? unused(id) : usage(id, query, ask(query)))
  if (counted) return covered(counted)
  if (kind === 'boards' && boardAt(id)) return boardAt(id)
  throw new Refusal(404, 'No such page', `${path} is not part of the API`)
}

function replayed(body, format) {
  if (format) return [200, { note: `a file of ${format}` }]
  return whatIf(body, ask(new URLSearchParams({ from: body.from, to: body.to, filter: body.filter ?? '' })))
}

function bodyOf(request, use) {
  let body = ''
  request.on('data', (part) => {
    body += part
  })
  request.on('end', () => use(JSON.parse(body || '{}')))
}

function session(request, response) {
  const cookie = /gatelog=(\w[\w-]*)/.exec(request.headers.cookie ?? '')?.[1]
  if (request.method === 'DELETE') {
    sessions.delete(cookie)
    return send(response, 200, {})
  }
  if (request.method === 'POST') {
    bodyOf(request, ({ token, password }) => {
      if (password)
        return send(response, 401, {
          title: 'Unauthorized',
          status: 401,
          detail: 'the name or the password is not right',
        })
      if (token !== TOKEN && !links.delete(token)) {
        return send(response, 401, {
          title: 'The link has been used or has expired',
          status: 401,
          detail: 'a one-time link opens one session, once',
          remedy: 'Run `gatelog token link` on the server for a new one, or paste an API token.',
        })
      }
      const id = randomUUID()
      sessions.add(id)
      response.setHeader('set-cookie', `gatelog=${id}; HttpOnly; SameSite=Strict; Path=/`)
      send(response, 200, SESSION)
    })
    return
  }
  if (!sessions.has(cookie)) return send(response, 401, { title: 'Sign in first', status: 401, detail: 'no session' })
  send(response, 200, SESSION)
}

function send(response, status, body) {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}

function asset(path, response) {
  const wanted = normalize(join(dist, path))
  const file =
    wanted.startsWith(dist) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, 'index.html')
  if (!existsSync(file))
    return send(response, 404, { title: 'Not built', status: 404, detail: 'run npm run build first' })
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  })
  createReadStream(file).pipe(response)
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost')
  if (!url.pathname.startsWith('/api/v1')) return asset(decodeURIComponent(url.pathname), response)
  const path = url.pathname.slice('/api/v1'.length)
  if (path === '/session') return session(request, response)
  if (path === '/session/ways')
    return send(response, 200, { password: true, provider: { label: 'Sign in with Example' } })
  const cookie = /gatelog=(\w[\w-]*)/.exec(request.headers.cookie ?? '')?.[1]
  if (!sessions.has(cookie) && request.headers.authorization !== `Bearer ${TOKEN}`) {
    return send(response, 401, { title: 'Sign in first', status: 401, detail: 'this call needs a session or a token' })
  }
  if (request.method !== 'GET') {
    const [, kind, origin, part] = path.split('/')
    if (kind === 'directory') return send(response, 200, imported(origin, part === 'dry-run'))
    return bodyOf(request, (body) => {
      if (path === '/erasures/try') return send(response, 200, ERASURE_TRIED)
      if (path === '/masks/try') return send(response, 200, MASK_TRIED)
      if (path === '/what-if') return send(response, ...replayed(body, url.searchParams.get('format')))
      const [status, answered] = boardChanged(request.method, path, body, panels) ??
        reportChanged(request.method, path, body) ??
        viewChanged(request.method, path, body) ??
        jobChanged(request.method, path, body, written) ??
        memberChanged(request.method, path, body) ??
        changed(request.method, path, body) ?? [404, { title: 'No such call', status: 404 }]
      send(response, status, answered)
    })
  }
  setTimeout(() => {
    try {
      if (/^\/exports\/.*\/file$/.test(path)) return download(path.split('/')[2], response)
      if (path === '/tail') return tail(url.searchParams, request, response)
      send(response, 200, answer(path, url.searchParams))
    } catch (error) {
      if (error instanceof FilterError) {
        return send(response, 400, {
          title: 'The filter cannot be read',
          status: 400,
          detail: error.message,
          position: error.position,
          suggestions: error.suggestions,
          remedy: error.suggestions.length ? `Did you mean ${error.suggestions[0]}?` : 'Put the value in quotes.',
        })
      }
      if (error instanceof Refusal) return send(response, error.body.status, error.body)
      console.error(error)
      send(response, 500, { title: 'The fixture failed', status: 500, detail: error.message })
    }
  }, delay)
}).listen(port, '127.0.0.1', () => console.log(`fixtures on http://127.0.0.1:${port} (open /welcome#welcome-1)`))
