// What the sample logs do not have, for a real server: calls through Amazon API Gateway in the form of samples/aws, the plans,
// keys and rules they go with, and a description of the API. BASE_URL, GATELOG_TOKEN, AWS_TOKEN and PORTAL_TOKEN: node e2e/feed.mjs.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const HOUR_MS = 36e5
/** As the documentation has it; `-` is an absent value. */
const FORM = JSON.parse(readFileSync(join(here, '../../samples/aws/composed.log'), 'utf8').split('\n')[0])
const ABSENT = Object.fromEntries(Object.keys(FORM).map((name) => [name, '-']))

/** Always the same numbers, so that a test can say what must be seen. */
function dice(seed = 7) {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const among = (weighed) => {
    let at = next() * weighed.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, one] of weighed) {
      if (at < weight) return one
      at -= weight
    }
    return weighed.at(-1)[1]
  }
  return { next, among }
}

const DOMAINS = [
  [6, 'api.pets.example'],
  [3, 'partner.pets.example'],
  [1, 'pay.pets.example'],
]
const ROUTES = [
  [5, ['GET', '/pets']],
  [6, ['GET', '/pets/{petId}']],
  [2, ['POST', '/pets']],
  [1, ['DELETE', '/pets/{petId}']],
  [2, ['GET', '/stores/{storeId}/stock']],
  [0.6, ['GET', '/internal/export']],
]
const AGENTS = [
  [5, 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148'],
  [3, 'aws-sdk-js/3.812.0 ua/2.1 os/linux'],
  [2, 'python-requests/2.32.4'],
  [1, 'curl/8.5.0'],
]
const ADDRESSES = ['81.2.69.142', '133.11.0.1', '200.160.2.3', '41.76.104.5', '139.130.4.5', '203.0.113.9']
/** Who calls: by key and plan, by Cognito's token, by IAM, or nobody. */
const CALLERS = [
  [4, { identityApiKeyId: 'k-101', apiKeyName: 'storefront', usagePlanName: 'business' }],
  [2, { identityApiKeyId: 'k-102', apiKeyName: 'kiosk', usagePlanName: 'starter' }],
  [1, { identityApiKeyId: 'k-103', apiKeyName: 'night-batch', usagePlanName: 'business' }],
  ...['7d1f6c1e', '0b6a52d4', '9c40e7aa'].map((sub, i) => [
    3 - i,
    { sub, clientId: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pets', aud: 'pets-app' },
  ]),
  ...['ann', 'deploy'].map((user, i) => [
    1,
    {
      identityUser: `AIDAEXAMPLE${i}`,
      identityCaller: `AIDAEXAMPLE${i}`,
      identityUserArn: `arn:aws:iam::123456789012:user/${user}`,
      identityAccountId: '123456789012',
      identityPrincipalOrgId: 'o-examplepets',
    },
  ]),
]
const STOREFRONT = CALLERS[0][1]
const NOBODY = {}
const refused = (status, errorResponseType, errorMessage, caller) => ({
  status,
  errorResponseType,
  errorMessage,
  caller,
})
const STARTER = CALLERS[1][1]
const ENDS = [
  [80, {}],
  [2, refused(401, 'UNAUTHORIZED', 'Unauthorized', NOBODY)],
  [1, refused(401, 'UNAUTHORIZED', 'The incoming token has expired', NOBODY)],
  [2, refused(403, 'MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token', NOBODY)],
  [1, refused(403, 'INVALID_SIGNATURE', 'The request signature we calculated does not match', NOBODY)],
  [3, refused(429, 'QUOTA_EXCEEDED', 'Limit Exceeded', STARTER)],
  [1, refused(429, 'THROTTLED', 'Too Many Requests', STARTER)],
  [1, refused(403, 'ACCESS_DENIED', 'User is not authorized to access this resource')],
  [2, { status: 404, reached: true }],
  [
    1,
    { status: 504, errorResponseType: 'INTEGRATION_TIMEOUT', errorMessage: 'Endpoint request timed out', slow: true },
  ],
  [1, { status: 502, reached: true }],
  [1, { status: 500, errorResponseType: 'AUTHORIZER_FAILURE', authorizerError: 'Task timed out after 3.00 seconds' }],
]

/** `count` calls between `from` and `to`, by day more than by night; `as` is said of each of them. */
export function awsLines(from, to, count, { next, among } = dice(), as = {}) {
  const lines = []
  for (let n = 0; lines.length < count; n++) {
    const at = Math.round(from + next() * (to - from))
    const hour = new Date(at).getUTCHours()
    if (next() > (hour > 6 && hour < 20 ? 1 : 0.35)) continue
    const [method, route] = among(ROUTES)
    const end = among(ENDS)
    const { caller = among(CALLERS), status = method === 'POST' ? 201 : 200, reached, slow, ...error } = end
    const isAnswered = !error.errorResponseType || reached || slow
    const took = Math.round(slow ? 29_000 : 8 + next() ** 4 * 900)
    const lambda = caller.sub || error.authorizerError ? Math.round(4 + next() ** 3 * 120) : null
    const known = lambda
      ? { authorizerLatency: lambda + 2, authorizerIntegrationLatency: lambda, authorizerStatus: 200 }
      : {}
    lines.push(
      JSON.stringify({
        ...ABSENT,
        ...caller,
        ...error,
        ...known,
        requestId: `pets-${n}-${at}`,
        requestTimeEpoch: at,
        requestTime: undefined,
        apiId: 'p3ts0api',
        stage: 'prod',
        accountId: '123456789012',
        protocol: 'HTTP/1.1',
        domainName: among(DOMAINS),
        ip: ADDRESSES[Math.floor(next() * ADDRESSES.length)],
        identityUserAgent: among(AGENTS),
        httpMethod: method,
        routeKey: `${method} ${route}`,
        resourcePath: route,
        path: `/prod${route.replace(/\{\w+\}/, () => String(1 + Math.floor(next() * 40)))}`,
        status,
        responseLength: Math.round(80 + next() * 4000),
        ...(isAnswered ? { integrationLatency: took } : {}),
        responseLatency: took + 6 + (lambda ?? 0),
        ...as,
      }),
    )
  }
  return lines
}

/** Plans, keys and rules of that gateway, with some that nobody uses. */
export const DIRECTORY = {
  sources: ['aws-pets'],
  groups: ['auditors', 'vets'],
  customers: ['Paws Ltd', 'Dormant GmbH'],
  plans: {
    business: { quota: { limit: 2000, period: 'day' }, throttle: { rate: 50, burst: 100 } },
    starter: { quota: { limit: 400, period: 'day' }, throttle: { rate: 5, burst: 10 } },
    enterprise: { quota: { limit: 1000000, period: 'month' } },
  },
  consumers: [
    {
      name: 'storefront',
      groups: ['vets'],
      customer: 'Paws Ltd',
      plan: 'business',
      keys: [{ id: 'k-101', name: 'storefront' }],
    },
    { name: 'kiosk', groups: ['vets'], customer: 'Paws Ltd', plan: 'starter', keys: [{ id: 'k-102', name: 'kiosk' }] },
    { name: 'night-batch', customer: 'Paws Ltd', plan: 'business', keys: [{ id: 'k-103', name: 'night-batch' }] },
    {
      name: 'left-in-2025',
      groups: ['auditors'],
      customer: 'Dormant GmbH',
      plan: 'enterprise',
      keys: [{ id: 'k-900', name: 'old' }],
    },
  ],
  routes: [
    {
      name: '/internal/export',
      templates: ['/prod/internal/export'],
      tags: ['sensitive'],
      rules: { allow_groups: ['auditors', 'vets'] },
    },
    { name: '/audit/journal', templates: ['/prod/audit/journal'], rules: { allow_groups: ['auditors'] } },
  ],
}

const ok = (...codes) => Object.fromEntries(codes.map((code) => [code, { description: '' }]))
const id = (name) => [{ name, in: 'path', required: true, schema: { type: 'string' } }]
/** Not all that is called is in it, and not all that is in it is called. */
export const OPENAPI = {
  openapi: '3.0.3',
  info: { title: 'Pets', version: '2.1.0' },
  servers: ['api', 'partner', 'pay'].map((host) => ({ url: `https://${host}.pets.example/prod` })),
  paths: {
    '/pets': {
      get: { operationId: 'listPets', responses: ok(200) },
      post: { operationId: 'addPet', responses: ok(201) },
    },
    '/pets/{petId}': { parameters: id('petId'), get: { operationId: 'getPet', responses: ok(200) } },
    '/stores/{storeId}/stock': { parameters: id('storeId'), get: { operationId: 'stock', responses: ok(200, 404) } },
    '/owners/{ownerId}': { parameters: id('ownerId'), get: { operationId: 'getOwner', responses: ok(200) } },
  },
}

/** The last day, the day before it, and the week before that. On the last day a caller comes from where it never came from. */
export function pastWeek(now = Date.now()) {
  const day = 24 * HOUR_MS
  const rolled = dice()
  const elsewhere = { ...STOREFRONT, ip: '198.51.100.77', status: 200, errorResponseType: '-' }
  return {
    today: [...awsLines(now - day, now, 1200, rolled), ...awsLines(now - day, now, 7, rolled, elsewhere)],
    before: [
      ...awsLines(now - 2 * day, now - day, 900, rolled),
      ...awsLines(now - 8 * day, now - 2 * day, 1500, rolled),
    ],
  }
}

/** The contract's own lines, with each of its reasons, as if they were of the last hours. */
export function contractLines(now = Date.now()) {
  const lines = readFileSync(join(here, '../../samples/flowgenx/contract.log'), 'utf8').trim().split('\n')
  return lines.map((line, i) =>
    JSON.stringify({ ...JSON.parse(line), timestamp: new Date(now - (i + 1) * HOUR_MS).toISOString() }),
  )
}

/**
 * Tells a server all of it; `aws` and `portal` are ingest tokens. The directory comes first: events get what was known
 * when they come in.
 */
export async function feed(base, { api, aws, portal }, now = Date.now()) {
  const sent = async (path, method, as, body) => {
    const answer = await fetch(base + path, { method, headers: { authorization: `Bearer ${as}` }, body })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
    return answer.json()
  }
  await sent('/api/v1/directory/aws', 'PUT', api, JSON.stringify(DIRECTORY))
  await sent('/api/v1/directory/pets', 'PUT', api, JSON.stringify(OPENAPI))
  const { today, before } = pastWeek(now)
  const taken = await sent('/ingest/aws', 'POST', aws, [...before, ...today].join('\n'))
  await sent('/ingest/flowgenx', 'POST', portal, contractLines(now).join('\n'))
  return { today: today.map((line) => JSON.parse(line)), taken }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { BASE_URL, GATELOG_TOKEN, AWS_TOKEN, PORTAL_TOKEN } = process.env
  const { taken } = await feed(BASE_URL, { api: GATELOG_TOKEN, aws: AWS_TOKEN, portal: PORTAL_TOKEN })
  console.log(taken)
}
