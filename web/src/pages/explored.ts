// Lists that pages ask for as questions of their own: a question is one line here.
import type { Panel } from '../api/types'
import type { PanelSource } from '../charts/panel'

type Explored = Panel & { source: PanelSource }

const by = (id: string, title: string, field: string, question: string): Explored => ({
  id,
  title,
  question,
  unit: 'calls',
  chart: 'toplist',
  split: field,
  page: 'none',
  source: { path: '/explore', params: { measure: 'calls', by: field, chart: 'toplist' } },
})

export const EXPLORED: Explored[] = [
  by('by_plan', 'Plans', 'plan', 'On which plans?'),
  by('by_key', 'Keys', 'key', 'With which keys?'),
  by('by_api', 'APIs', 'api', 'Which APIs?'),
  by('by_auth', 'Auth methods', 'auth_method', 'How did callers show who they are?'),
  by('by_agent', 'User agents', 'agent', 'With which programs?'),
  by('by_address', 'Addresses', 'ip', 'From where?'),
  by('by_method', 'Methods', 'method', 'How is it called?'),
  by('by_gateway', 'Gateways', 'gateway', 'Through which gateways?'),
]

export const sourceOf = (id: string) => EXPLORED.find((one) => one.id === id)?.source
