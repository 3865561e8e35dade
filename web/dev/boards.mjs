// Dashboards in the shapes of docs/api.md: one of the program, one of someone else, and those made meanwhile.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

const AWS = new URL('../../crates/gatelog/src/boards/built_in/aws.json', import.meta.url)
const now = () => new Date().toISOString()
const boards = [
  { id: 'aws', ...JSON.parse(readFileSync(AWS, 'utf8')), mine: false, built_in: true, owner: 'Gatelog', updated: null },
  {
    id: 'b1',
    name: 'Payments',
    about: 'What the payments team looks at first thing in the morning.',
    shared: true,
    controls: ['route', 'plan', 'status'],
    items: [
      { explore: { measure: 'calls', chart: 'stat' }, title: 'Calls', width: 1 },
      { explore: { measure: 'errors', chart: 'stat' }, title: 'Server errors', width: 1 },
      { panel: 'refused_logins', width: 1 },
      { panel: 'top_consumers', width: 2 },
      { panel: 'calls_by_status_class', width: 2 },
      { explore: { measure: 'denied', by: 'reason', chart: 'area' }, width: 3 },
      { panel: 'a_panel_of_tomorrow', width: 1 },
    ],
    mine: false,
    built_in: false,
    owner: 'ann',
    updated: '2026-11-20T08:00:00.000000Z',
  },
  {
    id: 'b2',
    name: 'My morning',
    about: '',
    shared: false,
    controls: ['consumer'],
    items: [
      { panel: 'top_routes', width: 1 },
      { panel: 'latency_percentiles', width: 3 },
      { panel: 'denied_by_reason', width: 2, height: 2 },
      { panel: 'top_consumers', width: 2 },
      { panel: 'status_breakdown', width: 2 },
    ],
    mine: true,
    built_in: false,
    owner: 'admin',
    updated: '2026-11-21T08:00:00.000000Z',
  },
]

export const boardsOf = () => ({ boards })
export const boardAt = (id) => boards.find((board) => board.id === id)

const refused = (status, title, detail, more = {}) => [status, { title, status, detail, ...more }]

/** Makes, changes and removes dashboards; undefined for anything else. */
export function boardChanged(method, path, body, panels) {
  const found = /^\/boards(?:\/([\w-]+))?$/.exec(path)
  if (!found) return undefined
  const at = boards.findIndex((board) => board.id === found[1])
  if (method !== 'POST' && at < 0) return refused(404, 'Not Found', 'there is no such dashboard')
  if (boards[at]?.built_in) return refused(409, 'Conflict', 'this dashboard comes with the program and stays as it is')
  if (method === 'DELETE') return [204, boards.splice(at, 1)[0]]
  const place = body.items.findIndex(({ panel }) => panel && !panels.some(({ id }) => id === panel))
  if (place >= 0 && method === 'POST') {
    const detail = `item ${place + 1}: there is no panel ${body.items[place].panel}`
    return refused(400, 'Bad Request', detail, { suggestions: ['top_routes'] })
  }
  if (method === 'POST') {
    boards.push({ ...body, id: randomUUID().slice(0, 8), mine: true, built_in: false, owner: 'admin', updated: now() })
    return [201, boards.at(-1)]
  }
  if (body.updated && body.updated !== boards[at].updated)
    return refused(409, 'Conflict', 'someone has changed this dashboard since you read it', {
      remedy: 'load it again, or save yours as a copy',
    })
  Object.assign(boards[at], body, { updated: now() })
  return [200, boards[at]]
}
