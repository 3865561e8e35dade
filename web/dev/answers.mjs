// Counts over the made-up traffic, in the shapes of docs/api.md.
import { awsPanels } from './aws.mjs'
import { compile } from './filter.mjs'
import { events, fields, reasons } from './traffic.mjs'
import { peakHours } from './usage.mjs'

const iso = (ms) => new Date(ms).toISOString().replace('Z', '000Z')
const within = (from, to, keep) => events.filter((e) => e.ms >= from && e.ms < to && keep(e))
const get = (name) => fields.find((f) => f.name === name)?.get
const STEPS = [1e3, 5e3, 15e3, 3e4, 6e4, 3e5, 9e5, 36e5, 216e5, 864e5, 6048e5]
const NAMES = {
  1000: '1s',
  5000: '5s',
  15000: '15s',
  30000: '30s',
  60000: '1m',
  300000: '5m',
  900000: '15m',
  3600000: '1h',
  21600000: '6h',
  86400000: '1d',
  604800000: '1w',
}

function starts(a) {
  const asked = Object.entries(NAMES).find(([, name]) => name === a.step)?.[0]
  const step = asked ? Number(asked) : (STEPS.find((s) => (a.to - a.from) / s <= 120) ?? 6048e5)
  const list = []
  for (let ms = Math.floor(a.from / step) * step; ms < a.to; ms += step) list.push(ms)
  return { step, list }
}

function counted(a, rows, split, from = a.from) {
  const { step, list } = starts(a)
  const shift = a.from - from
  const series = new Map()
  for (const e of rows) {
    const key = split ? String(get(split)(e) ?? 'none') : 'all'
    if (!series.has(key))
      series.set(
        key,
        list.map(() => 0),
      )
    const at = Math.floor((e.ms + shift - list[0]) / step)
    if (at >= 0 && at < list.length) series.get(key)[at]++
  }
  return { step, list, series }
}

const label = (split, key) =>
  split === 'reason' ? (reasons.find((r) => r.code === key)?.label ?? 'Granted') : key === 'none' ? 'unknown' : key

export function histogram(a, split) {
  const rows = within(a.from, a.to, a.keep)
  const by = split === 'none' ? null : split
  const { step, list, series } = counted(a, rows, by)
  const ordered = [...series]
    .sort(([x], [y]) => x.localeCompare(y))
    .map(([key, values]) => ({ key, label: label(split, key), values }))
  return {
    from: iso(a.from),
    to: iso(a.to),
    step: NAMES[step],
    tz: a.tz,
    buckets: list.map(iso),
    series: ordered,
    total: rows.length,
  }
}

export function facets(a, names, search) {
  return names.filter(get).map((name) => {
    const field = fields.find((f) => f.name === name)
    const own = a.filter.replace(new RegExp(`-?\\b${name}:\\S+|-?\\(${name}:[^)]*\\)`, 'g'), '')
    const rows = within(a.from, a.to, compile(own, fields))
    const counts = new Map()
    let missing = 0
    for (const e of rows) {
      const value = field.get(e)
      if (value === undefined || value === null) missing++
      else counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
    }
    const values = [...counts].filter(([v]) => v.includes(search)).sort((x, y) => y[1] - x[1])
    return {
      field: name,
      label: field.label,
      approximate: false,
      missing,
      total: rows.length,
      other: values.slice(a.top).reduce((n, [, c]) => n + c, 0),
      values: values
        .slice(0, a.top)
        .map(([value, count]) => ({ value, label: label(name, value), count, share: count / (rows.length || 1) })),
    }
  })
}

const quantile = (sorted, q) =>
  sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : null
const tally = (rows, of) =>
  rows.reduce((m, e) => {
    const k = of(e)
    if (k) m[k] = (m[k] ?? 0) + 1
    return m
  }, {})

function figures(from, to, keep) {
  const rows = within(from, to, keep)
  const times = rows.map((e) => e.response.duration_ms).sort((x, y) => x - y)
  const share = (test) => (rows.length ? rows.filter(test).length / rows.length : null)
  const hours = tally(rows, (e) => Math.floor(e.ms / 36e5))
  const peak = Object.entries(hours).sort((x, y) => y[1] - x[1])[0]
  return {
    from: iso(from),
    to: iso(to),
    total_calls: rows.length,
    unique_consumers: new Set(rows.map((e) => e.consumer_name).filter(Boolean)).size,
    unidentified_calls: rows.filter((e) => !e.consumer_name).length,
    avg_calls_per_day: rows.length / ((to - from) / 864e5),
    success_rate: share((e) => e.response.status < 300),
    availability: share((e) => e.response.status < 500),
    denied_requests: rows.filter((e) => !e.access.granted).length,
    peak_hour: peak ? { start: iso(Number(peak[0]) * 36e5), calls: peak[1] } : null,
    p50_ms: quantile(times, 0.5),
    p95_ms: quantile(times, 0.95),
    p99_ms: quantile(times, 0.99),
    by_status: tally(rows, (e) => String(e.response.status)),
    by_reason: tally(rows, (e) => e.access.reason),
  }
}

export function summary(a) {
  return { ...figures(a.from, a.to, a.keep), previous: figures(2 * a.from - a.to, a.from, a.keep) }
}

const sum = (list) => list.reduce((n, one) => n + one, 0)
const denied = (e) => !e.access.granted
const P = (id, title, question, unit, chart, more = {}) => ({
  id,
  title,
  question,
  unit,
  chart,
  page: 'overview',
  ...more,
})
const is = (digit) => (e) => String(e.response.status).startsWith(digit)
const on = (page, by, keep) => ({ page, by, keep })
const all = [
  P('calls_by_status_class', 'Traffic by status', 'How many calls came, and how did they end?', 'calls', 'bars', {
    split: 'status_class',
  }),
  P('calls_over_time', 'Calls', 'How many calls came?', 'calls', 'bars'),
  P('latency_percentiles', 'Response time', 'How long did callers wait?', 'ms', 'line'),
  P('denied_by_reason', 'Denied by reason', 'Why were calls refused?', 'calls', 'toplist', {
    by: 'reason',
    keep: denied,
  }),
  P('denied_over_time', 'Denied', 'When were calls refused?', 'calls', 'bars', { split: 'reason', keep: denied }),
  P('top_consumers', 'Top consumers', 'Who calls the most?', 'calls', 'toplist', { by: 'consumer' }),
  P('top_routes', 'Top routes', 'Which routes are called the most?', 'calls', 'table', { by: 'route' }),
  P('usage_by_group', 'Usage by group', 'Which groups call the most?', 'calls', 'toplist', { by: 'group' }),
  P('status_breakdown', 'Status codes', 'Which codes were answered?', 'calls', 'toplist', { by: 'status' }),
  P('errors', 'Errors', 'Which routes fail?', 'calls', 'table', { by: 'route', keep: (e) => e.response.status >= 500 }),
  P('errors_over_time', 'Server errors', 'When did backends fail?', 'calls', 'bars', {
    split: 'status',
    keep: (e) => e.response.status >= 500,
  }),
  P('new_consumers', 'New consumers', 'Who called for the first time?', 'calls', 'toplist', {
    by: 'consumer',
    keep: (e) => e.consumer_name === 'legacy-erp',
  }),
  P('peak_hours', 'Peak hours', 'When in the week are the most calls made?', 'percent', 'heat'),
  P(
    'denied_top_consumers',
    'Consumers denied',
    'Who is refused the most?',
    'calls',
    'toplist',
    on('denials', 'consumer', denied),
  ),
  P(
    'denied_top_routes',
    'Routes denied',
    'Where are calls refused?',
    'calls',
    'toplist',
    on('denials', 'route', denied),
  ),
  P(
    'repeated_auth_failures',
    'Repeated failed sign-ins',
    'Which addresses keep failing?',
    'calls',
    'table',
    on('denials', 'ip', (e) => e.response.status === 401),
  ),
  P(
    'error_split',
    'Client errors by reason',
    'Why did calls end with 4xx?',
    'calls',
    'toplist',
    on('errors', 'reason', is('4')),
  ),
  P(
    'errors_4xx_by_endpoint',
    '4xx by endpoint',
    'Which endpoints answer 4xx?',
    'calls',
    'table',
    on('errors', 'route', is('4')),
  ),
  P(
    'auth_failures',
    'Failed authentication',
    'Who could not sign in?',
    'calls',
    'table',
    on('access', 'host,route,method,reason,ip', is('401')),
  ),
  P(
    'auth_methods',
    'Auth methods',
    'How do callers show who they are?',
    'calls',
    'toplist',
    on('access', 'auth_method'),
  ),
  P('consumers_per_day', 'Consumers per day', 'How many consumers called?', 'consumers', 'line', { page: 'none' }),
  P('calls_by_host', 'Calls by host', 'A panel this app has never heard of', 'calls', 'area', { split: 'method' }),
  P('errors_by_route_and_day', 'Errors by route and day', 'Which routes failed on which day?', 'percent', 'heat', {
    split: 'route',
  }),
  P('kpi_total_calls', 'Total calls', '', 'calls', 'stat'),
  // A newer server: kinds of charts that no page of today knows.
  P('galaxy_series', 'Calls by gateway', 'A kind of chart from the future, with series', 'calls', 'galaxy', {
    split: 'gateway',
  }),
  P('galaxy_rows', 'Calls by plan', 'A kind of chart from the future, with rows', 'calls', 'galaxy', { by: 'plan' }),
  P('refused_logins', 'Refused sign-ins', 'One number that is not in the strip', 'calls', 'stat', {
    keep: (e) => e.response.status === 401,
  }),
  ...awsPanels(P),
]
const shownPanel = ({ by, keep, ...panel }) => (by ? { ...panel, split: by } : panel)
export const panels = all.map(shownPanel)

export function panel(id, a) {
  const def = all.find((p) => p.id === id)
  return def && answered(def, a)
}

/** A question of its own: counts only, split by one field; the shape is that of a panel. */
export function explored(q, a) {
  const [measure, chart] = [q.get('measure') ?? 'calls', q.get('chart') ?? 'bars']
  const asked = (q.get('by') ?? '').split(',')[0]
  const by = asked && !fields.some((f) => f.name === asked) ? 'gateway' : asked
  const isList = chart === 'toplist' || chart === 'table'
  const def = P('explore', 'Explore', '', 'calls', chart, {
    ...(by ? (isList ? { by } : { split: by }) : {}),
    keep: KEPT[measure.split(':')[0]] ?? (() => true),
  })
  return answered(def, a)
}
const KEPT = {
  denied: (e) => e.access.granted === false,
  errors: (e) => e.response.status >= 500,
  client_errors: (e) => e.response.status >= 400 && e.response.status < 500,
}

function answered(def, a) {
  const { id } = def
  const keep = (e) => a.keep(e) && (def.keep?.(e) ?? true)
  const before = 2 * a.from - a.to
  const rows = within(a.from, a.to, keep)
  const earlier = a.compare === 'none' ? null : within(before, a.from, keep)
  const head = {
    panel: shownPanel(def),
    from: iso(a.from),
    to: iso(a.to),
    previous: earlier && { from: iso(before), to: iso(a.from) },
    tz: a.tz,
    source: 'rollup',
  }
  if (def.chart === 'stat')
    return {
      ...head,
      value: rows.length,
      previous: earlier?.length ?? null,
      change: earlier?.length ? rows.length / earlier.length - 1 : null,
    }
  if (def.by) return { ...head, ...listed(def, a, rows, earlier) }
  if (id === 'peak_hours') return { ...head, step: '1h', ...peakHours(rows) }
  if (id === 'errors_by_route_and_day') return { ...head, ...heat(a, rows) }
  if (id === 'latency_percentiles') return { ...head, ...latency(a, rows, earlier, before) }
  const now = counted(a, rows, def.split)
  const then = earlier && counted(a, earlier, def.split, before)
  const asked = [...now.series].sort(([, x], [, y]) => sum(y) - sum(x)).slice(0, a.top)
  const series = asked
    .sort(([x], [y]) => x.localeCompare(y))
    .map(([key, values]) => ({
      key,
      label: key === 'all' ? 'Calls' : label(def.split, key),
      values,
      previous: then ? (then.series.get(key) ?? now.list.map(() => 0)) : null,
    }))
  return { ...head, step: NAMES[now.step], buckets: now.list.map(iso), series }
}

/** The share of calls with 5xx, per route and day; null where nobody called. */
function heat(a, rows) {
  const { list, series: calls } = counted({ ...a, step: '1d' }, rows, 'route')
  const failed = counted(
    { ...a, step: '1d' },
    rows.filter((e) => e.response.status >= 500),
    'route',
  ).series
  const series = [...calls].map(([key, of]) => ({
    key,
    label: key,
    values: of.map((n, i) => (n ? (failed.get(key)?.[i] ?? 0) / n : null)),
    calls: of,
  }))
  const worst = (s) => Math.max(...s.values.map((v) => v ?? 0))
  return { step: '1d', buckets: list.map(iso), series: series.sort((x, y) => worst(y) - worst(x)).slice(0, a.top) }
}

function latency(a, rows, earlier, before) {
  const { step, list } = starts(a)
  const cut = (some, from) => {
    const bins = list.map(() => [])
    for (const e of some) bins[Math.floor((e.ms + a.from - from - list[0]) / step)]?.push(e.response.duration_ms)
    for (const bin of bins) bin.sort((x, y) => x - y)
    return bins
  }
  const now = cut(rows, a.from)
  const then = earlier && cut(earlier, before)
  const series = [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ].map(([key, q]) => ({
    key,
    label: key,
    values: now.map((b) => quantile(b, q)),
    previous: then ? then.map((b) => quantile(b, q)) : null,
  }))
  return { step: NAMES[step], buckets: list.map(iso), series }
}

const told = (e) => new Date(e.ms).toISOString()

/** A row for each combination of several values. */
function crossed(def, a, rows, earlier) {
  const names = def.by.split(',')
  const keyOf = (e) => names.map((name) => get(name)(e) ?? '').join(' · ')
  const groups = {}
  for (const e of rows) {
    const key = keyOf(e)
    groups[key] = [...(groups[key] ?? []), e]
  }
  const then = earlier ? tally(earlier, keyOf) : {}
  const column = (id, text, unit) => ({ id, label: text, unit })
  const columns = [
    ...names.map((name) => column(name, fields.find((f) => f.name === name).label, 'text')),
    column('value', 'Calls', 'calls'),
    column('share', 'Share', 'percent'),
    column('change', 'Change', 'percent'),
    column('first_seen', 'First seen', 'time'),
    column('last_seen', 'Last seen', 'time'),
  ]
  const ordered = Object.entries(groups).sort(([, x], [, y]) => y.length - x.length)
  const list = ordered.slice(0, a.top).map(([key, own]) => {
    const values = names.map((name) => [name, get(name)(own[0]) ?? null])
    const terms = values.filter(([, value]) => value !== null).map(([name, value]) => `${name}:${value}`)
    const previous = earlier ? (then[key] ?? 0) : null
    return {
      ...{ key, label: key, filter: terms.join(' '), value: own.length, share: own.length / rows.length, previous },
      ...{ change: previous ? own.length / previous - 1 : null, state: previous ? 'same' : 'new' },
      cells: { ...Object.fromEntries(values), first_seen: told(own[0]), last_seen: told(own.at(-1)) },
    }
  })
  return { columns, rows: list, total: rows.length, other: sum(ordered.slice(a.top).map(([, own]) => own.length)) }
}

function listed(def, a, rows, earlier) {
  if (def.by.includes(',')) return crossed(def, a, rows, earlier)
  const name = def.by
  const of = (e) => get(name)(e) ?? 'unknown'
  const now = tally(rows, of)
  const then = earlier ? tally(earlier, of) : null
  const ordered = Object.entries(now).sort((x, y) => y[1] - x[1])
  const columns = [
    { id: 'value', label: 'Calls', unit: 'calls' },
    { id: 'share', label: 'Share', unit: 'percent' },
    { id: 'change', label: 'Change', unit: 'percent' },
  ]
  const isTable = def.chart === 'table'
  if (isTable) columns.push({ id: 'errors', label: 'Errors', unit: 'percent' }, { id: 'p95', label: 'p95', unit: 'ms' })
  const list = ordered.slice(0, a.top).map(([key, value]) => {
    const own = rows.filter((e) => String(of(e)) === key)
    const previous = then ? (then[key] ?? 0) : null
    const times = own.map((e) => e.response.duration_ms).sort((x, y) => x - y)
    return {
      key,
      label: label(name, key),
      filter: `${name}:${/[\s"(){}]/.test(key) ? `"${key}"` : key}`,
      value,
      share: value / rows.length,
      previous,
      change: previous ? value / previous - 1 : null,
      ...(then ? { state: previous ? 'same' : 'new' } : {}),
      ...(isTable
        ? {
            cells: {
              errors: own.filter((e) => e.response.status >= 500).length / own.length,
              p95: quantile(times, 0.95),
            },
          }
        : {}),
    }
  })
  return { columns, rows: list, total: rows.length, other: ordered.slice(a.top).reduce((n, [, c]) => n + c, 0) }
}

export function diagnose(a, known) {
  const found = []
  if (!within(a.from, a.to, () => true).length) {
    const last = events.at(-1)
    found.push({
      kind: 'window',
      text: `No call at all was recorded in this range; the newest is of ${last.timestamp.slice(0, 16).replace('T', ' ')} UTC.`,
      action: { label: 'Show the last 24 hours', from: 'now-24h', to: 'now' },
    })
    return found
  }
  const terms = a.filter.split(/\s+/).filter(Boolean)
  for (const term of terms) {
    const rest = terms.filter((t) => t !== term).join(' ')
    const count = within(a.from, a.to, compile(rest, known)).length
    if (count)
      found.push({
        kind: 'filter',
        text: `Without ${term} there are ${count.toLocaleString('en')} events.`,
        action: { label: `Remove ${term}`, filter: rest },
      })
  }
  return found
}
