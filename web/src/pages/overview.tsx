// Overview: the page of panels that is opened first.
import type { PageSpec } from './panel-layout'
import { PanelPage } from './panel-page'

export const OVERVIEW: PageSpec = {
  title: 'Overview',
  page: 'overview',
  figures: ['calls', 'consumers', 'average', 'success', 'availability', 'denied', 'peak', 'p95'],
  sections: [
    {
      cards: [
        ['calls_by_status_class', 8, 5],
        ['denied_by_reason', 4, 3],
        ['latency_percentiles', 8, 4],
        ['status_breakdown', 4, 3],
        ['top_consumers', 4, 3],
        ['top_routes', 4, 3],
        ['usage_by_group', 4, 3],
        [':trending', 6, 4],
        ['peak_hours', 6, 4],
        ['errors_over_time', 6, 4],
        ['errors', 6, 4],
        ['errors_by_route_and_day', 4, 4],
        ['denied_over_time', 4, 4],
        ['consumers_per_day', 4, 4],
        ['new_consumers', 4, 4],
        ['top_agents', 4, 3],
        ['top_countries', 4, 3],
        [':freshness', 4, 6],
      ],
    },
  ],
}

export const Overview = () => <PanelPage spec={OVERVIEW} />
