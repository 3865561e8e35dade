// The pages of panels beside Overview, each one list: ids of the server's panels, their order and width, of twelve columns.
import type { PageSpec } from './panel-layout'

export const DENIALS: PageSpec = {
  title: 'Denials',
  page: 'denials',
  links: [{ to: '/what-if', label: 'What if a rule were another one?' }],
  subject: {
    term: 'granted:false',
    none: 'No call was denied in this range',
    count: (figures) => figures.denied_requests,
  },
  figures: ['denied', 'denial_rate', 'top_reason', 'status_401', 'status_403', 'status_429'],
  sections: [
    {
      cards: [
        ['denied_over_time', 8, 6],
        ['denied_by_reason', 4, 3],
        ['denied_top_consumers', 4, 3],
        ['denied_top_routes', 4, 4],
        ['denial_rate_by_consumer', 4, 4],
      ],
    },
    {
      title: 'Why, and what to do',
      about: 'Every reason of this range, what it means and what usually ends it.',
      cards: [[':reasons', 12, 12]],
    },
    {
      title: 'Security watch',
      about: 'What is worth a look even when each call alone is not.',
      cards: [
        ['repeated_auth_failures', 12, 6],
        ['unexpected_addresses', 7, 6],
        ['off_hours', 5, 6],
        ['sensitive_routes', 12, 6],
      ],
    },
  ],
}

export const ERRORS: PageSpec = {
  title: 'Errors & latency',
  page: 'errors',
  links: [{ to: '/endpoints', label: 'Endpoints nobody documented' }],
  figures: ['availability', 'server_errors', 'client_errors', 'success', 'p50', 'p95', 'p99'],
  sections: [
    {
      title: 'Errors',
      about: 'Codes count by their number: 404 is a 4xx, 204 and 304 are not.',
      cards: [
        ['errors_over_time', 8, 5],
        ['errors_5xx_by_origin', 4, 3],
        ['error_split_over_time', 8, 4],
        ['error_split', 4, 4],
        ['status_breakdown', 4, 4],
        ['errors', 8, 4],
        ['errors_by_route_and_day', 12, 4],
        ['errors_4xx_by_endpoint', 12, 4],
        ['errors_4xx', 12, 8],
        ['errors_5xx', 12, 12],
      ],
    },
    {
      title: 'Latency',
      about: 'How long callers waited, and where the time went.',
      cards: [
        ['latency_percentiles', 6, 4],
        ['latency_parts', 6, 4],
        ['latency_split', 12, 4],
        ['slow_routes', 6, 6],
        ['route_latency', 6, 6],
        ['latency_by_api', 12, 4],
        ['latency_by_domain', 12, 4],
        ['latency_by_plan', 12, 4],
      ],
    },
    {
      title: 'Authorizers',
      about: 'Functions that decide on calls before the gateway does.',
      cards: [
        ['authorizer_latency', 6, 5],
        ['authorizer_errors', 6, 7],
      ],
    },
  ],
}

export const ACCESS: PageSpec = {
  title: 'Access control',
  page: 'access',
  links: [
    { to: '/grants', label: 'Grants nobody uses' },
    { to: '/what-if', label: 'What if a rule were another one?' },
  ],
  figures: ['calls', 'consumers', 'status_401', 'status_403', 'denied', 'denial_rate'],
  sections: [
    {
      cards: [
        ['auth_methods', 8, 6],
        ['denied_by_reason', 4, 6],
        ['auth_failures', 12, 12],
        ['cognito_access', 12, 12],
        ['iam_access', 12, 12],
      ],
    },
  ],
}
