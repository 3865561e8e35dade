// Saved views and what is different in a part of the range, in the shapes of docs/api.md.
import { randomUUID } from 'node:crypto'
import { events, fields } from './traffic.mjs'

const views = []

export const viewsOf = (page) => ({ views: views.filter((view) => view.page === page) })

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
    const { get, label } = fields.find((f) => f.name === name)
    const count = (list, value) => list.filter((e) => String(get(e) ?? '') === value).length
    return [...new Set(rows.map((e) => String(get(e) ?? '')))].map((value) => {
      const [region_count, rest_count] = [count(here, value), count(rest, value)]
      const [region_share, rest_share] = [region_count / (here.length || 1), rest_count / (rest.length || 1)]
      const filter = `${name}:${/^[\w./{}-]+$/.test(value) ? value : JSON.stringify(value)}`
      const difference = region_share - rest_share
      return { field: name, label, value, filter, region_count, region_share, rest_count, rest_share, difference }
    })
  })
  return {
    region: { from: new Date(region.from).toISOString(), to: new Date(region.to).toISOString(), total: here.length },
    rest: { total: rest.length },
    values: values.sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference)).slice(0, a.top),
  }
}
