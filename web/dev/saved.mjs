// What people keep under a name, in the shapes of docs/api.md: one way for dashboards and reports.
import { randomUUID } from 'node:crypto'

const now = () => new Date().toISOString()
export const refused = (status, title, detail, more = {}) => [status, { title, status, detail, ...more }]

/** Makes, changes and removes one; undefined for another path. */
export function savedChanged({ list, kind, noun, wrong = () => null }, method, path, body) {
  const [, found, id] = path.split('/')
  if (found !== kind) return undefined
  const at = list.findIndex((one) => one.id === id)
  if (method !== 'POST' && at < 0) return refused(404, 'Not Found', `there is no such ${noun}`)
  if (list[at]?.built_in) return refused(409, 'Conflict', `this ${noun} comes with the program and stays as it is`)
  if (method === 'DELETE') return [204, list.splice(at, 1)[0]]
  if (method === 'POST') {
    const refusal = wrong()
    if (refusal) return refusal
    list.push({ ...body, id: randomUUID().slice(0, 8), mine: true, built_in: false, owner: 'admin', updated: now() })
    return [201, list.at(-1)]
  }
  if (body.updated && body.updated !== list[at].updated)
    return refused(409, 'Conflict', `someone has changed this ${noun} since you read it`, {
      remedy: 'load it again, or save yours as a copy',
    })
  Object.assign(list[at], body, { updated: now() })
  return [200, list[at]]
}
