// Saved views, what is different in a part of the range, and exports as jobs, in the shapes of docs/api.md.
import { randomUUID } from 'node:crypto'
import { events, fields } from './traffic.mjs'

const views = []

export const viewsOf = (page) => ({ views: views.filter((view) => !page || view.page === page) })

/** Makes, changes and removes views; undefined for anything else. */
export function viewChanged(method, path, body) {
  const id = /^\/views(?:\/(.+))?$/.exec(path)
  if (!id) return undefined
  if (body.default) for (const view of views) if (view.page === body.page) view.default = false
  if (method === 'POST') {
    const updated = new Date().toISOString()
    views.push({
      shared: false,
      default: false,
      ...body,
      id: randomUUID().slice(0, 8),
      mine: true,
      owner: 'admin',
      updated,
    })
    return [201, views.at(-1)]
  }
  const at = views.findIndex((view) => view.id === id[1])
  if (at < 0) return [404, { title: 'No such view', status: 404, detail: `no view has the id ${id[1]}` }]
  if (method === 'DELETE') return [204, views.splice(at, 1)[0]]
  Object.assign(views[at], body)
  return [200, views[at]]
}

const NAMES = ['status', 'reason', 'consumer', 'route', 'method', 'gateway']

export function differences(a, region) {
  const rows = events.filter((e) => e.ms >= a.from && e.ms < a.to && a.keep(e))
  const isHere = (e) => e.ms >= region.from && e.ms < region.to
  const here = rows.filter(isHere)
  const rest = rows.filter((e) => !isHere(e))
  const values = NAMES.flatMap((name) => {
    const { get, label: field_label } = fields.find((f) => f.name === name)
    const count = (list, value) => list.filter((e) => String(get(e) ?? '') === value).length
    return [...new Set(rows.map((e) => String(get(e) ?? '')))].map((value) => {
      const [region_count, rest_count] = [count(here, value), count(rest, value)]
      const [region_share, rest_share] = [region_count / (here.length || 1), rest_count / (rest.length || 1)]
      const filter = `${name}:${/^[\w./{}-]+$/.test(value) ? value : JSON.stringify(value)}`
      const difference = region_share - rest_share
      return {
        field: name,
        field_label,
        value,
        label: value,
        filter,
        region_count,
        region_share,
        rest_count,
        rest_share,
        difference,
      }
    })
  })
  return {
    region: { from: new Date(region.from).toISOString(), to: new Date(region.to).toISOString(), total: here.length },
    rest: { total: rest.length },
    approximate: false,
    values: values.sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference)).slice(0, a.top),
  }
}

const jobs = []
const shownJob = ({ body, ...job }) => job
export const jobsOf = () => ({ exports: jobs.map(shownJob) })
export const jobAt = (id) => {
  const job = jobs.find((j) => j.id === id)
  return job && shownJob(job)
}
export const fileOf = (id) => jobs.find((j) => j.id === id && j.state === 'done')

/** Writes a file in a few steps, as a slow disk would; undefined for anything but exports. */
export function jobChanged(method, path, asked, written) {
  const found = /^\/exports(?:\/([\w-]+))?$/.exec(path)
  if (!found) return undefined
  if (method === 'DELETE') {
    jobs.splice(
      jobs.findIndex((job) => job.id === found[1]),
      1,
    )
    return [204, {}]
  }
  const { rows, body } = written(asked)
  const { format, filter = '', from, to } = asked
  const id = randomUUID().slice(0, 16).replaceAll('-', '')
  const started = new Date().toISOString()
  const job = {
    id,
    state: 'running',
    file: true,
    rows: 0,
    rows_expected: rows,
    bytes: 0,
    progress: 0,
    format,
    filter,
    from,
    to,
    started,
    body,
  }
  jobs.unshift(job)
  const timer = setInterval(() => {
    const progress = Math.min(1, job.progress + 0.25)
    Object.assign(job, { progress, rows: Math.round(rows * progress), bytes: Math.round(body.length * progress) })
    if (progress < 1) return
    clearInterval(timer)
    const sha256 = '6f1c'.repeat(16)
    const manifest = { format, rows, bytes: body.length, sha256, filter, from, to, columns: [], created: started }
    Object.assign(job, { state: 'done', sha256, manifest })
  }, 150)
  return [202, shownJob(job)]
}
