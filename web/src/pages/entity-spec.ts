// The page of one entity as a list of panels: what every one has, and what each kind leaves out.
import type { Dimension } from '../api/usage'
import type { PageSpec, Placement } from './panel-layout'

/** Lists that would only say the name of the page again, by dimension. */
const OWN: Record<string, string[]> = {
  consumers: ['top_consumers', 'consumers'],
  groups: ['usage_by_group'],
  routes: ['top_routes'],
  plans: ['by_plan'],
  keys: ['by_key'],
  apis: ['by_api'],
  auth: ['by_auth'],
  agents: ['by_agent'],
  addresses: ['by_address'],
  countries: ['top_countries'],
}

export function entitySpec(dimension: Dimension): PageSpec {
  const own = new Set(OWN[dimension.id] ?? [])
  const without = (cards: Placement[]) => cards.filter(([id]) => !own.has(id))
  const quotas: Placement[] = ['consumers', 'plans', 'keys'].includes(dimension.id) ? [[':quotas', 12, 12]] : []
  const listed: Placement[] = dimension.directory ? [[':directory', 12, 6]] : []
  return {
    title: dimension.one,
    figures: ['calls', 'consumers', 'average', 'success', 'availability', 'denied', 'peak', 'p95'].filter(
      (id) => !own.has(id),
    ),
    sections: [
      {
        cards: [
          ['calls_by_status_class', 8, 5],
          ['status_breakdown', 4, 3],
          ['latency_split', 8, 4],
          ['peak_hours', 4, 4],
        ],
      },
      ...(quotas.length ? [{ cards: quotas }] : []),
      {
        title: 'Whom and what it talks to',
        cards: without([
          ['top_routes', 4, 3],
          ['top_consumers', 4, 3],
          ['usage_by_group', 4, 3],
          ['by_plan', 4, 3],
          ['by_key', 4, 3],
          ['by_api', 4, 3],
          ['by_auth', 4, 3],
          ['by_agent', 4, 3],
          ['by_address', 4, 3],
          ['top_countries', 4, 3],
        ]),
      },
      {
        title: 'Denials and errors',
        cards: [
          ['denied_over_time', 8, 5],
          ['denied_by_reason', 4, 3],
          ['errors_over_time', 8, 5],
          ['errors', 4, 3],
        ],
      },
      { title: 'Latest calls and changes', cards: [[':recent', 12, listed.length ? 6 : 12], ...listed] },
    ],
  }
}
