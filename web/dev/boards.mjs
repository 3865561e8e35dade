// Dashboards in the shapes of docs/api.md: one of the program, one of someone else, and those made meanwhile.
import { readFileSync } from 'node:fs'
import { refused, savedChanged } from './saved.mjs'

const AWS = new URL('../../crates/gatelog/src/boards/built_in/aws.json', import.meta.url)
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

/** Makes, changes and removes dashboards; undefined for anything else. */
export function boardChanged(method, path, body, panels) {
  const wrong = () => {
    const place = body.items.findIndex(({ panel }) => panel && !panels.some(({ id }) => id === panel))
    const detail = `item ${place + 1}: there is no panel ${body.items[place]?.panel}`
    return place < 0 ? null : refused(400, 'Bad Request', detail, { suggestions: ['top_routes'] })
  }
  return savedChanged({ list: boards, kind: 'boards', noun: 'dashboard', wrong }, method, path, body)
}
