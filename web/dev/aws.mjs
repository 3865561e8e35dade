// The panels of the dashboard of Amazon API Gateway, over the made-up traffic.
const has = (low) => (e) => Math.floor(e.response.status / 100) === low
const PAGE = { page: 'aws' }

/** `P` makes a panel; those that are tables are split by their first field only. */
export const awsPanels = (P) => [
  P('aws_requests', 'API requests', 'How many requests were there?', 'calls', 'stat', PAGE),
  P('aws_2xx', '2xx requests', 'How many requests succeeded?', 'calls', 'stat', { ...PAGE, keep: has(2) }),
  P('aws_5xx', '5xx errors', 'How many requests failed on our side?', 'calls', 'stat', { ...PAGE, keep: has(5) }),
  P('aws_4xx', '4xx errors', "How many requests failed on the caller's side?", 'calls', 'stat', {
    ...PAGE,
    keep: has(4),
  }),
  ...[
    ['aws_response_latency', 'Response latency'],
    ['aws_integration_latency', 'Integration latency'],
    ['aws_authorizer_latency', 'Authorizer latency'],
    ['aws_authorizer_integration_latency', 'Authorizer integration latency'],
  ].map(([id, title]) => P(id, title, 'How long does it take on average?', 'ms', 'stat', PAGE)),
  P('aws_status', 'By response status code', 'Which codes did callers get?', 'calls', 'toplist', {
    ...PAGE,
    by: 'status',
  }),
  P('aws_top_domains', 'Top domains', 'Which domains are called most?', 'calls', 'toplist', { ...PAGE, by: 'gateway' }),
  P('aws_domains_over_time', 'API usage by domain', 'When was each called?', 'calls', 'line', {
    ...PAGE,
    split: 'gateway',
  }),
  P('aws_routes_over_time', 'API routes', 'When was each route called?', 'calls', 'line', { ...PAGE, split: 'route' }),
  P('aws_4xx_table', '4xx errors by hour', 'Which client errors were there?', 'calls', 'table', {
    ...PAGE,
    by: 'route',
    keep: has(4),
  }),
  P('aws_4xx_by_endpoint', '4xx errors by endpoint', 'Which paths answer so?', 'calls', 'toplist', {
    ...PAGE,
    by: 'route',
    keep: has(4),
  }),
  P('aws_by_key', 'API usage by API key', 'When was each key used?', 'calls', 'line', { ...PAGE, split: 'consumer' }),
  P('aws_by_plan', 'API by usage plan', 'What does each plan call?', 'calls', 'table', { ...PAGE, by: 'plan' }),
  P('aws_quota_limits', 'Quota limits reached', 'Whose quota was used up?', 'calls', 'table', {
    ...PAGE,
    by: 'plan',
    keep: (e) => e.access.reason === 'quota_exceeded',
  }),
  P('aws_quota_by_domain', 'Quota exceeded by domain', 'When was it used up?', 'calls', 'line', {
    ...PAGE,
    split: 'gateway',
    keep: (e) => e.access.reason === 'quota_exceeded',
  }),
  P('aws_by_agent', 'API calls by user agent', 'When did each call?', 'calls', 'line', { ...PAGE, split: 'method' }),
  P('aws_cognito', 'Cognito based access control', 'Which subjects called what?', 'calls', 'table', {
    ...PAGE,
    by: 'consumer',
    keep: () => false,
  }),
  P('aws_iam', 'Authenticated with IAM', 'Which IAM identities called what?', 'calls', 'table', {
    ...PAGE,
    by: 'consumer',
    keep: () => false,
  }),
  P('aws_auth_failures', 'Authentication failed requests', 'Which requests were not let in?', 'calls', 'table', {
    ...PAGE,
    by: 'route',
    keep: (e) => [401, 402, 403].includes(e.response.status),
  }),
  P('aws_latency', 'API latency', 'How does latency develop?', 'calls', 'line', PAGE),
  P('aws_authorizer_over_time', 'Authorizer latency over time', 'How does it develop?', 'calls', 'line', PAGE),
  P('aws_latency_table', 'API latency by path', 'Where is latency high?', 'calls', 'table', { ...PAGE, by: 'route' }),
  P('aws_raw_requests', 'API raw requests', 'What were the newest requests?', 'calls', 'table', {
    ...PAGE,
    by: 'route',
  }),
]
