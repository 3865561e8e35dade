// The use cases of the contract that pages answer: its items, the page, what is meant, and what is done and must be seen there.
// `w` is the walk: its hand (mouse or keys), the page, and `truth`, what was sent and what the API says of the same range.
import { readFileSync } from 'node:fs'

const text = async (place) => (await place.innerText()).replace(/\s+/g, ' ')
const region = (w, name) => w.page.getByRole('region', { name, exact: true }).first()
const param = (w, name) => new URL(w.page.url()).searchParams.get(name)
const fail = (words) => {
  throw new Error(words)
}
const group = (n) => n.toLocaleString('en-US')

/** The region has all of these words, sooner or later. */
const sees =
  (name, ...wanted) =>
  async (w) => {
    const place = region(w, name)
    await place.waitFor()
    for (const one of wanted) {
      const what = typeof one === 'function' ? one(w.truth) : one
      await place
        .getByText(what instanceof RegExp ? what : String(what))
        .filter({ visible: true })
        .first()
        .waitFor({ timeout: w.patience })
        .catch(async () => {
          fail(`${name} does not say ${what}: ${(await text(place)).slice(0, 300)}`)
        })
    }
  }
/** A key figure and its number. */
const figure = (label, of) => async (w) => {
  const tile = region(w, 'Key figures').locator('div', { has: w.page.getByText(label, { exact: true }) })
  const wanted = of(w.truth)
  await tile
    .getByText(wanted, { exact: true })
    .first()
    .waitFor({ timeout: w.patience })
    .catch(async () => {
      fail(`${label} is not ${wanted}: ${(await text(tile.first())).slice(0, 200)}`)
    })
}
const columns =
  (name, ...wanted) =>
  async (w) => {
    await region(w, name).getByRole('columnheader').first().waitFor({ timeout: w.patience })
    const heads = await region(w, name).getByRole('columnheader').allInnerTexts()
    for (const one of wanted)
      if (!heads.some((head) => head.trim() === one)) fail(`${name} has no ${one}: ${heads.join()}`)
  }
const rows = (name) => (w) => region(w, name).locator('tbody tr')
const firstRow =
  (name, ...wanted) =>
  async (w) => {
    for (const one of wanted) {
      const what = typeof one === 'function' ? one(w.truth) : one
      await rows(name)(w)
        .first()
        .getByText(what instanceof RegExp ? what : String(what))
        .filter({ visible: true })
        .first()
        .waitFor({ timeout: w.patience })
        .catch(async () => {
          fail(`the first of ${name} is not ${what}: ${await text(rows(name)(w).first())}`)
        })
    }
  }
const press =
  (name, role, label, exact = true) =>
  (w) =>
    w.hand.press(
      (name ? region(w, name) : w.page).getByRole(role, { name: label, ...(exact ? { exact } : {}) }).first(),
    )
const address = (name, wanted) => async (w) => {
  await w.page
    .waitForURL((url) => (url.searchParams.get(name) ?? '') === wanted, { timeout: w.patience })
    .catch(() => fail(`${name} is ${param(w, name)}, not ${wanted}`))
}
const leadsTo = (wanted) => async (w) => {
  const path = () => decodeURIComponent(new URL(w.page.url()).pathname)
  await w.page.waitForURL(() => true)
  await w.page
    .waitForFunction((p) => decodeURIComponent(location.pathname) === p, wanted)
    .catch(() => fail(`at ${path()}`))
}
const title = (wanted) => async (w) => {
  await w.page.getByRole('heading', { level: 1, name: wanted, exact: true }).waitFor({ timeout: w.patience })
}
const tab = (name) => (w) => w.hand.tab(name)
const sort = (name, column, wanted) => async (w) => {
  await press(name, 'button', column)(w)
  await address('sort', wanted)(w)
}
/** A file with this in it. */
const file =
  (act, ...wanted) =>
  async (w) => {
    const [download] = await Promise.all([w.page.waitForEvent('download'), act(w)])
    const written = readFileSync(await download.path(), 'utf8')
    for (const one of wanted) {
      const what = typeof one === 'function' ? one(w.truth) : one
      if (!written.includes(what)) fail(`the file has no ${what}: ${written.slice(0, 300)}`)
    }
  }
const filter = (typed) => async (w) => {
  await w.hand.type(w.page.getByRole('combobox', { name: /^Filter/ }).first(), typed)
  await w.page.keyboard.press('Enter')
  await w.page.waitForURL((url) => (url.searchParams.get('filter') ?? '').includes(typed))
}
const drawer =
  (...wanted) =>
  async (w) => {
    const place = w.page.getByTestId('drawer')
    for (const one of wanted)
      await place
        .getByText(one)
        .first()
        .waitFor({ timeout: w.patience })
        .catch(() => fail(`the drawer does not say ${one}`))
  }
const openCall = () => async (w) => {
  const call = w.page.locator('[data-row]').first()
  await call.waitFor()
  if (w.hand.name === 'mouse') await call.click()
  else {
    await w.page.evaluate(() => document.activeElement?.blur())
    await w.page.keyboard.press('j')
    await w.page.keyboard.press('Enter')
  }
  await w.page.getByTestId('drawer').waitFor()
}
const step = (label, id) => async (w) => {
  await w.hand.choose(w.page.getByRole('button', { name: /Granularity/ }), label)
  await address('step', id)(w)
}
const range = (typed, from) => async (w) => {
  await w.hand.press(w.page.getByRole('button', { name: /^Time range/ }))
  // It opens with its text chosen: what is typed takes its place.
  await w.page.waitForFunction(() => document.activeElement?.closest('label, div')?.textContent?.includes('Range'))
  await w.page.keyboard.type(typed)
  await w.page.keyboard.press('Enter')
  await w.page.waitForURL((url) => (url.searchParams.get('from') ?? 'now-24h') === from)
}

const AWS = 'source:aws-pets'
/** Where the walk begins: a page of the rail, or what is reached from one. `+` adds to the filter. */
export const PLACES = {
  Overview: '/',
  Logs: '/logs',
  Denials: '/denials',
  Errors: '/errors',
  Access: '/access',
  Boards: '/boards',
  Consumers: '/usage/consumers',
  Groups: '/usage/groups',
  Plans: '/usage/plans',
  Customers: '/usage/customers',
  Keys: '/usage/keys',
  APIs: '/usage/apis',
  Routes: '/usage/routes',
  Domains: '/usage/domains',
  Agents: '/usage/agents',
  Countries: '/usage/countries',
  Auth: '/usage/auth',
  AWS: '/boards/aws',
  WhatIf: '/what-if',
  Grants: '/grants',
  Endpoints: '/endpoints',
  Reports: '/reports',
  Misspelt: '/usage/consumers/alic',
  Alice: '/usage/consumers/alice',
}
const REASONS = [
  [
    34,
    41,
    'No ACL groups assigned',
    'Consumer has no groups assigned',
    'Assign the consumer to the appropriate groups',
  ],
  [
    35,
    42,
    'Route not in allowed list',
    "The route is not in the permissions of the consumer's groups",
    'Add the route to the group',
  ],
  [36, 43, 'IP restriction violation', 'The request came from an unauthorized IP', 'Update the IP allowlist'],
  [
    37,
    44,
    'Time restriction violation',
    'The request was made outside the allowed time window',
    'Wait for the allowed time',
  ],
  [38, 45, 'Invalid credentials', 'The API key or OAuth token is invalid or expired', 'Regenerate the credentials'],
]

/** [items, page, use, steps, filter]. */
export const CASES = [
  ['31', 'Denials', 'denied requests are tracked over time', [sees('Denied over time', 'Missing credentials')]],
  ['32', 'Denials', 'how many were denied', [figure('Denied', ({ now }) => group(now.denied_requests))]],
  [
    '33',
    'Denials',
    'why: by reason, and each is a filter',
    [press('Denied by reason', 'button', 'Rate limited'), address('filter', 'reason:rate_limited')],
  ],
  ...REASONS.flatMap(([reason, fix, label, means, todo]) => [
    [`${reason}`, 'Denials', `the reason "${label}"`, [sees('Reasons', label)]],
    [`${fix}`, 'Denials', `"${label}" is explained and resolved`, [sees('Reasons', means, todo)]],
  ]),
  ['39', 'Denials', 'consumers with the most denials', [firstRow('Most denied consumers', ({ denied }) => denied)]],
  [
    '40',
    'Denials',
    'routes most frequently denied',
    [
      firstRow('Most denied routes', /api/),
      press('Most denied routes', 'button', 'api'),
      address('filter', 'route:api granted:false'),
    ],
  ],
  [
    '46-49 69-72',
    'Consumers',
    'consumer, calls, share, change',
    [
      columns('Consumers', 'Consumer', 'Calls', 'Share', 'Change'),
      firstRow('Consumers', 'mobile-app', /^\d+(\.\d)? %$/),
    ],
  ],
  [
    '50',
    'Consumers',
    'heavy users, for capacity planning',
    [sort('Consumers', 'Denied', 'denied'), firstRow('Consumers', ({ denied }) => denied)],
  ],
  ['51', 'Consumers', 'unusual activity: whose use changed', [sort('Consumers', 'Change', 'change')]],
  [
    '52',
    'Plans',
    'quota use',
    [columns('Quotas', 'Caller', 'Plan', 'Used', 'Calls of limit', 'Forecast'), sees('Quotas', 'kiosk', /of 400/)],
  ],
  ['53', 'Consumers', 'the top consumer has a page', [press('Consumers', 'link', 'mobile-app'), title('mobile-app')]],
  [
    '54',
    'Overview',
    'figures are asked again as requests flow',
    [
      async (w) => {
        const at = w.page.getByRole('button', { name: 'Refresh', exact: true })
        const [answer] = await Promise.all([
          w.page.waitForResponse((r) => r.url().includes('/summary')),
          w.hand.press(at),
        ])
        if (!answer.ok()) fail('the figures were not asked')
      },
    ],
  ],
  ['55', 'Overview', 'total calls', [figure('Total calls', ({ now }) => group(now.total_calls))]],
  ['56', 'Overview', 'unique consumers', [figure('Unique consumers', ({ now }) => group(now.unique_consumers))]],
  [
    '57',
    'Overview',
    'average per day',
    [figure('Average per day', ({ now }) => group(Math.round(now.avg_calls_per_day)))],
  ],
  ['58', 'Overview', 'success rate', [figure('Success rate', ({ now }) => `${(now.success_rate * 100).toFixed(1)} %`)]],
  ['59', 'Overview', 'denied requests', [figure('Denied', ({ now }) => group(now.denied_requests))]],
  [
    '60 155',
    'Overview',
    'peak hour, and peak hours of the week',
    [sees('Key figures', 'Peak hour', /^\d\d:00$/), sees('Peak hours', 'Monday', 'Sunday')],
  ],
  [
    '61-64',
    'Groups',
    'usage by group: name, calls, share, bar',
    [columns('Groups', 'Group', 'Calls', 'Share'), firstRow('Groups', 'gold', /%$/)],
  ],
  ['65 67', 'Groups', 'the most active groups over time, for capacity', [sees('Calls by group', 'gold', 'mobile')]],
  [
    '66',
    'Groups',
    'unused groups',
    [(w) => w.hand.radio('Not used'), address('show', 'unused'), sees('Groups not used', 'auditors', 'operators')],
  ],
  [
    '68',
    'Access',
    'least privilege: grants nobody uses',
    [
      press('', 'link', 'Grants nobody uses'),
      leadsTo('/grants'),
      sees('Grants', 'left-in-2025', 'auditors'),
      sees('The least that would do', 'Consumers can leave'),
    ],
  ],
  [
    '73',
    'Alice',
    'one consumer: figures, routes, denials, latest calls, directory',
    [
      sees('Key figures', 'Total calls'),
      sees('Top routes', 'api'),
      sees('Denied by reason', 'Rate limited'),
      sees('Latest calls', 'granted'),
      sees('In the directory', 'Acme'),
    ],
  ],
  [
    '74',
    'Logs',
    'anomalous activity: what is different',
    [(w) => w.hand.press(w.page.getByRole('button', { name: /What is different/ }).first()), address('diff', '1')],
  ],
  [
    '75',
    'Denials',
    'rate limits tried on past calls',
    [
      press('', 'link', 'What if a rule were another one?'),
      leadsTo('/what-if'),
      async (w) => {
        const idea = w.page
          .getByRole('region', { name: 'For example' })
          .getByRole('listitem')
          .filter({ hasText: 'times a minute' })
        await w.hand.press(idea.getByRole('button', { name: 'Try it' }))
        await sees('What would be', 'Would be refused', 'Calls looked at')(w)
      },
    ],
  ],
  [
    '76',
    'Customers',
    'usage for a bill, as a file',
    [firstRow('Customers', 'Acme'), file(press('', 'button', 'CSV'), 'Customer,Name,Calls', 'Paws Ltd')],
  ],
  [
    '77-80',
    'Routes',
    'top endpoints: route, calls, change with an arrow',
    [columns('Routes', 'Route', 'Calls', 'Change'), firstRow('Routes', 'api'), sees('Routes', /^[+−][\d.]+ %$/)],
  ],
  ['81', 'Routes', 'frequent endpoints and how slow they are', [sort('Routes', 'p95', 'p95')]],
  [
    '82',
    'Routes',
    'unused routes',
    [(w) => w.hand.radio('Not used'), sees('Routes not used', '/audit/journal', 'never')],
  ],
  [
    '83',
    'Routes',
    'what a cache would spare: calls and data of each route',
    [columns('Routes', 'Data'), sort('Routes', 'Data', 'bytes')],
  ],
  [
    '84',
    'APIs',
    'adoption of APIs: since when, how much, new or gone',
    [columns('APIs', 'First seen', 'Last seen', 'Change', 'Course'), sees('APIs', 'orders-service')],
  ],
  ['85', 'Overview', 'by the hour', [step('Hours', '1h')]],
  ['86', 'Overview', 'by the day', [range('7d', 'now-7d'), step('Days', '1d')]],
  ['87', 'Overview', 'by the week', [range('90d', 'now-90d'), step('Weeks', '1w')]],
  ['88', 'Overview', 'by the month', [range('90d', 'now-90d'), step('Months', '1M')]],
  ['89', 'Overview', 'the last 24 hours', [range('24h', 'now-24h')]],
  ['90', 'Overview', 'the last 7 days', [range('7d', 'now-7d')]],
  ['91', 'Overview', 'the last 30 days', [range('30d', 'now-30d')]],
  ['92', 'Overview', 'the last 90 days', [range('90d', 'now-90d')]],
  ['93 314', 'Overview', "dates of one's own", [range('2026-11-01 → 2026-11-08', '2026-11-01T00:00:00Z')]],
  ['139', 'Logs', "the daily review: yesterday's calls", [range('yesterday', 'now-1d/d')]],
  [
    '140',
    'Overview',
    'denied requests, from the figure to the calls',
    [
      async (w) => {
        const tile = region(w, 'Key figures').locator('div', { has: w.page.getByText('Denied', { exact: true }) })
        await w.hand.press(tile.getByRole('link').last())
      },
      leadsTo('/logs'),
      address('filter', 'granted:false'),
    ],
  ],
  ['141', 'Overview', 'top consumers', [firstRow('Top consumers', 'mobile-app')]],
  ['142', 'Overview', 'trending routes', [(w) => w.hand.radio('Routes'), sees('Trending', /^\/pets/)]],
  ['144', 'Denials', 'a spike of denials is seen', [sees('Denied over time', /Invalid credentials/)]],
  ['148', 'Overview', 'new consumers', [sees('New consumers', 'mobile-app')]],
  [
    '149',
    'Denials',
    'repeated failed authentication',
    [
      columns('Repeated failed authentication', 'IP address', 'Denied', 'First seen', 'Last seen'),
      sees('Repeated failed authentication', 'Missing credentials'),
    ],
  ],
  ['150', 'Denials', 'access from unexpected addresses', [sees('Unexpected addresses', '198.51.100.77', 'storefront')]],
  ['151', 'Denials', 'requests to sensitive endpoints', [sees('Sensitive routes', '/internal/export', 'admin')]],
  ['152', 'Denials', 'consumers with an excessive denial rate', [firstRow('Excessive denial rate', 'kiosk')]],
  [
    '153',
    'Denials',
    'access at other times than it should be',
    [sees('Off-hours access', 'mobile-app'), sees('Denied by reason', /Time restriction|Others/)],
  ],
  ['154', 'Errors', 'slow endpoints', [firstRow('Slowest routes', /s$/)]],
  [
    '156',
    'Errors',
    'error rate by route',
    [sees('Errors by route', '/api/fail'), sees('5xx rate by route and day', '/api/fail')],
  ],
  ['157', 'Alice', 'request patterns of a consumer', [sees('Peak hours', 'Monday'), sees('User agents', 'Postman')]],
  ['158', 'Routes', 'heavily used routes', [firstRow('Routes', 'api')]],
  ['286', 'Logs', 'two clocks: when it happened and when it came in', [openCall(), drawer('Time', 'Received')]],
  [
    '287',
    'Logs',
    'one call by its request id',
    [
      async (w) => filter(`request_id:${w.truth.today[5].requestId}`)(w),
      async (w) => {
        await w.page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1)
      },
    ],
  ],
  [
    '289',
    'Logs',
    'who has accessed the API',
    [
      filter('consumer:alice'),
      async (w) => {
        await w.page.locator('[data-row]', { hasText: 'alice' }).first().waitFor()
      },
    ],
  ],
  [
    '290 320',
    'Customers',
    'by customer, as a filter too',
    [press('Customers', 'button', 'Only Paws Ltd'), address('filter', 'customer:"Paws Ltd"')],
  ],
  ['291 299', 'AWS', 'popular routes', [sees('API routes', '/pets/{petId}', '/stores/{storeId}/stock')], AWS],
  ['292', 'Errors', 'errors by kind', [sees('Errors by kind', 'Unauthorized', 'Not found')]],
  ['293 309', 'Auth', 'authentication methods', [sees('Auth methods', 'iam', 'jwt', 'key')]],
  [
    '294 307',
    'Plans',
    'who hits the quota, first and last',
    [
      columns('Quotas', 'Refused', 'First refused', 'Last refused'),
      press('Quotas', 'button', 'Refused'),
      firstRow('Quotas', 'kiosk'),
    ],
  ],
  [
    '295',
    'Logs',
    'logs for a BI tool: an export of all rows',
    [
      (w) => w.hand.press(w.page.locator('[data-shortcut=export]:visible').first()),
      async (w) => {
        const dialog = w.page.getByRole('dialog', { name: 'Export' })
        await dialog
          .getByTestId('export-rows')
          .filter({ hasText: group(w.truth.now.total_calls) })
          .waitFor({ timeout: w.patience })
        await file(() => w.hand.press(dialog.getByTestId('start-export')), 'Timestamp,Consumer', 'mobile-app')(w)
      },
    ],
  ],
  [
    '296',
    'APIs',
    'usage across APIs and customers',
    [press('APIs', 'link', 'orders-service'), title('orders-service'), sees('Top consumers', 'mobile-app')],
  ],
  [
    '297',
    'Boards',
    'a pre-built dashboard',
    [press('', 'link', 'AWS API Gateway'), title('AWS API Gateway'), sees('API requests', /\d/)],
  ],
  [
    '298',
    'AWS',
    'usage by domain',
    [
      sees('API usage by domain', 'api.pets.example'),
      firstRow('Top domains', ({ of }) => group(of((e) => e.domainName === 'api.pets.example'))),
    ],
    AWS,
  ],
  [
    '300',
    'AWS',
    'by status code',
    [sees('By response status code', ({ of }) => group(of((e) => e.status === 429)), '502')],
    AWS,
  ],
  [
    '301',
    'Errors',
    '4xx: quota exceeded',
    [sees('Errors by kind', ({ of }) => group(of((e) => e.errorResponseType === 'QUOTA_EXCEEDED')))],
    AWS,
  ],
  ['302', 'Errors', '4xx: unauthorized', [sees('Errors by kind', 'Unauthorized')], AWS],
  ['303', 'Errors', '4xx: invalid signature', [sees('Errors by kind', 'Invalid signature')], AWS],
  ['304', 'AWS', '5xx errors', [sees('5xx errors', ({ of }) => group(of((e) => e.status >= 500)))], AWS],
  [
    '305',
    'Plans',
    'usage by usage plan',
    [firstRow('Plans', 'large'), press('Plans', 'link', 'business'), title('business')],
  ],
  ['306', 'Keys', 'usage by API key', [sees('API keys', 'storefront', 'kiosk')]],
  ['308', 'Agents', 'calls by user agent', [sees('User agents', 'python-requests', 'curl')]],
  [
    '310 352',
    'Access',
    'Cognito: which users, issuers and audiences',
    [sees('Cognito access', '7d1f6c1e', /cognito-idp/, 'pets-app')],
    AWS,
  ],
  [
    '311',
    'Access',
    'IAM: ARN, caller, account, organisation',
    [sees('IAM access', 'arn:aws:iam::123456789012:user/ann', 'o-examplepets')],
    AWS,
  ],
  [
    '312 357',
    'Errors',
    'latency: response, integration, authorizer',
    [sees('Latency by part', 'Whole response', 'Upstream', 'Authorizer function')],
  ],
  [
    '313',
    'Errors',
    'latency and errors of the Lambda authorizer',
    [sees('Authorizer latency', /p95/), sees('Authorizer errors', /Task timed out/)],
  ],
  ['315', 'AWS', 'filter by domain', [control('domain', 'pay.pets.example')], AWS],
  ['316', 'AWS', 'filter by status', [control('status', '429')], AWS],
  ['317', 'AWS', 'filter by usage plan', [control('plan', 'starter')], AWS],
  ['318', 'AWS', 'filter by address', [control('ip', '198.51.100.77')], AWS],
  ['319', 'AWS', 'filter by user', [control('auth_subject', '7d1f6c1e')], AWS],
  [
    '321',
    'Boards',
    "a dashboard of one's own",
    [
      press('', 'button', 'New dashboard'),
      title('New dashboard'),
      press('', 'button', 'Add a panel'),
      tab('Build your own'),
      sees('Preview', /2xx/),
    ],
  ],
  [
    '322',
    'Boards',
    'further fields for visuals: a split by any of them',
    [
      press('', 'button', 'New dashboard'),
      title('New dashboard'),
      press('', 'button', 'Add a panel'),
      tab('Build your own'),
      async (w) => {
        await w.hand.type(w.page.getByRole('combobox', { name: /^Split/ }), 'user arn')
        await w.page.getByRole('option', { name: /ARN/ }).first().waitFor()
        await w.page.keyboard.press('ArrowDown')
        await w.page.keyboard.press('Enter')
        await w.page
          .getByRole('dialog')
          .getByText(/arn:aws:iam::123456789012:user/)
          .first()
          .waitFor()
      },
    ],
    AWS,
  ],
  [
    '323 325 326',
    'Reports',
    'reports, by day, week or month',
    [
      async (w) => {
        await w.page
          .getByText(/last week/i)
          .first()
          .waitFor({ timeout: w.patience })
        await w.page
          .getByText(/API key/)
          .first()
          .waitFor({ timeout: w.patience })
      },
    ],
  ],
  [
    '323',
    'Consumers',
    'long lists come in pages',
    [
      sees('Consumers', /mobile-app/),
      async (w) => {
        await w.page.getByText(/^1 to \d+ of \d+ consumers$/).waitFor()
      },
    ],
  ],
  [
    '324',
    'Alice',
    'share what is seen',
    [
      press('', 'button', 'Share'),
      async (w) => {
        const link = await w.page.evaluate(() => navigator.clipboard.readText())
        if (!/usage\/consumers\/alice\?.*from=/.test(link)) fail(`copied: ${link}`)
      },
    ],
  ],
  ['353', 'Errors', '4xx: trends', [sees('Errors over time', '4xx'), sees('Errors by kind over time', 'Unauthorized')]],
  [
    '354',
    'Errors',
    '4xx: their cause',
    [columns('4xx errors', 'Status', 'Domain', 'Method', 'Route', 'Denial reason'), sees('4xx errors', 'Rate limited')],
  ],
  [
    '355',
    'AWS',
    'usage plan by domain and route',
    [columns('API by usage plan', 'Plan', 'Domain', 'Route', 'Calls'), sees('API by usage plan', 'business')],
    AWS,
  ],
  [
    '356',
    'Plans',
    'counts and use across plans',
    [columns('Plans', 'Plan', 'Calls', 'Share'), sees('Quotas', /^\d+(\.\d)? %$/)],
  ],
  ['358', 'Errors', 'latency per API', [sees('Latency by API', 'orders-service')]],
  [
    '361 362',
    'Countries',
    'countries of addresses, on a map',
    [
      // A program that was built without the country file says how countries are found.
      async (w) => {
        if (!w.truth.hasCountries) return sees('Calls by country', 'How countries are found')(w)
        await w.page.getByRole('img', { name: /^Calls by country/ }).waitFor({ timeout: w.patience })
        await sees('Geography', 'Japan')(w)
      },
    ],
  ],
  [
    'empty',
    'Misspelt',
    'a page of nobody leads to whom it may mean',
    [press('', 'button', 'Use alice'), title('alice'), sees('Key figures', 'Total calls')],
  ],
  [
    'endpoints',
    'Errors',
    'what nobody documented',
    [
      press('', 'link', 'Endpoints nobody documented'),
      leadsTo('/endpoints'),
      sees('Not documented', '/prod/internal/export'),
      tab(/^Not called/),
      sees('Not called', '/owners/{ownerId}'),
    ],
  ],
]

/** A control of a dashboard: opened, one value ticked, and it is a term of the filter. */
function control(field, value) {
  return async (w) => {
    await w.hand.press(w.page.getByTestId(`control-${field}`))
    await w.hand.tick(w.page.getByRole('checkbox', { name: new RegExp(`^${value.replaceAll('.', '\\.')}`) }).first())
    await w.page
      .waitForURL((url) => (url.searchParams.get('filter') ?? '').includes(`${field}:${value}`), {
        timeout: w.patience,
      })
      .catch(() => fail(`filter is ${param(w, 'filter')}`))
  }
}
