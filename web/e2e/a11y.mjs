// axe over every page, state and theme: nothing may be found. node e2e/a11y.mjs [part of a name].
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { drawn, fixtures, launch, settled, signIn, watch } from './browser.mjs'
import { checks, sooner } from './checks.mjs'
import { faintTexts } from './contrast.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const click = (selector) => (page) => page.locator(selector).first().click()
const button = (name) => (page) => page.getByRole('button', { name }).first().click()
const press = (key) => (page) => page.locator('body').press(key)
const inOrder =
  (...acts) =>
  async (page) => {
    for (const act of acts) {
      await act(page)
      await drawn(page)
    }
  }
const type = (label, text) => (page) => page.getByLabel(label, { exact: true }).fill(text)
const see = (text) => (page) => page.getByText(text).first().waitFor()
/** In the palette, not on the page behind it; the search field says which one is chosen half a second later on a busy machine. */
const found = (name) => async (page) => {
  await page.getByRole('menuitem', { name }).first().waitFor()
  await page.waitForFunction(() => {
    const chosen = document.querySelector('[role=dialog] input')?.getAttribute('aria-activedescendant')
    return chosen && document.getElementById(chosen)
  })
}
const menuitem = (name) => (page) => page.getByRole('menuitem', { name }).click()
const tab = (name) => (page) => page.getByRole('tab', { name }).click()
/** The server does not answer from now on; then it is asked. */
const cut = (page) => page.route('**/api/**', (route) => route.abort())
/** What React Aria says of a button that works is taken away some seconds after the button. */
const unsaid = (page) => page.waitForFunction(() => !document.querySelector('[data-live-announcer] [role=img]'))
const signOut = (page) => page.context().clearCookies()
const brokenList = (page) =>
  page.route('**/api/v1/users', (route) =>
    route.fulfill({ status: 500, json: { title: 'x', status: 500, detail: 'x' } }),
  )
const broken = (page) => page.route('**/api/v1/panels', (route) => route.fulfill({ json: { panels: [null] } }))

const TRY = encodeURIComponent('{"kind":"allow_group","route":"/api/orders","group":"partners"}')

/** Name, address, what to do, and whether only on this size; `before` is done before the page opens. */
const STATES = [
  ['Overview', '/?tz=UTC'],
  ['Overview as a table', '/?tz=UTC', (page) => page.getByRole('button', { name: 'View as table' }).first().click()],
  ['Overview, empty', '/?tz=UTC&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z'],
  ['Overview, wrong filter', '/?tz=UTC&filter=statu:500'],
  ['Overview, connection lost', '/?tz=UTC', inOrder(cut, press('r'), click('[data-testid=lost]'))],
  ['Overview, session ended', '/?tz=UTC', inOrder(signOut, press('r'), see('Your session has ended'))],
  ['Overview, page failed', '/?tz=UTC', see('This page failed'), { before: broken }],
  ['Access logs', '/logs?tz=UTC'],
  ['Access logs, filtered', '/logs?tz=UTC&filter=granted:false+-method:POST'],
  ['Access logs, drawer of a denied call', '/logs?tz=UTC&filter=granted:false', click('[data-row]')],
  ['Access logs, export', '/logs?tz=UTC', press('e')],
  ['Access logs, what is different', '/logs?tz=UTC&diff=1'],
  [
    'Access logs, wrapped',
    '/logs?tz=UTC&wrap=1&density=roomy&columns=timestamp-p,status,path-300,user_agent',
    undefined,
    { on: 'wide' },
  ],
  [
    'Access logs, pill',
    '/logs?tz=UTC&filter=status:200&off=route:/x&pins=status:200',
    click('[data-testid=pill] button'),
    { on: 'wide' },
  ],
  [
    'Access logs, columns',
    '/logs?tz=UTC',
    (page) => page.getByRole('button', { name: 'Columns' }).click(),
    { on: 'wide' },
  ],
  ['Access logs, views', '/logs?tz=UTC', (page) => page.getByRole('button', { name: 'Views' }).click()],
  [
    'Access logs, value',
    '/logs?tz=UTC',
    (page) => page.getByRole('gridcell').nth(3).click({ button: 'right' }),
    { on: 'wide' },
  ],
  ['Access logs, live tail', '/logs?tz=UTC&tail=1'],
  ['Access logs, empty', '/logs?tz=UTC&filter=consumer:nobody'],
  ['Denials', '/denials?tz=UTC'],
  ['Denials, none', '/denials?tz=UTC&filter=status:200'],
  ['Usage', '/usage?tz=UTC'],
  ['Usage, no match', '/usage?tz=UTC&q=nobody'],
  ['Usage, not used', '/usage/routes?tz=UTC&show=unused'],
  ['Usage, plans and quotas', '/usage/plans?tz=UTC'],
  ['Usage, geography', '/usage/countries?tz=UTC'],
  ...['groups', 'customers', 'keys', 'apis', 'routes', 'domains', 'agents', 'auth'].map((tab) => [
    `Usage, ${tab}`,
    `/usage/${tab}?tz=UTC`,
  ]),
  ['A consumer', '/usage/consumers/mobile-app?tz=UTC'],
  ...['groups/gold', 'plans/gold', 'customers/Acme', 'keys/k-1', 'apis/orders', 'routes//api/orders', 'domains/x'].map(
    (path) => [`One of ${path}`, `/usage/${path}?tz=UTC`],
  ),
  ['A route, empty', '/usage/routes/nothing?tz=UTC'],
  ['Errors and latency', '/errors?tz=UTC'],
  ['Access control', '/access?tz=UTC'],
  ['What if', '/what-if?tz=UTC'],
  ['What if, tried', `/what-if?tz=UTC&try=${TRY}`],
  ['What if, a window', `/what-if?tz=UTC&try=${encodeURIComponent('{"kind":"time_window","route":"/api/orders"}')}`],
  ['Grants', '/grants?tz=UTC'],
  ['Grants, all', '/grants?tz=UTC&show=all'],
  ['Endpoints, empty', '/endpoints?tz=UTC&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z'],
  ['Endpoints', '/endpoints?tz=UTC'],
  ['Endpoints, different', '/endpoints?tz=UTC', tab(/Different/)],
  ['Dashboards', '/boards?tz=UTC'],
  ['Dashboards, import', '/boards?tz=UTC', button('Import')],
  ['Reports', '/reports?tz=UTC'],
  ['Report', '/denials?tz=UTC&report=r1'],
  ['Report, saved', '/denials?tz=UTC', inOrder(button('Report'), menuitem('Save as report')), { on: 'wide' }],
  ['Dashboard', '/boards/aws?tz=UTC'],
  ['Dashboard, a control', '/boards/aws?tz=UTC', inOrder(click('[data-testid=control-status]'), see('200'))],
  ['Dashboard, panels that are not there', '/boards/b1?tz=UTC'],
  ['Dashboard, changed', '/boards/b2?tz=UTC&edit=1'],
  ['Dashboard, add a panel', '/boards/b2?tz=UTC&edit=1', button('Add a panel')],
  ['Dashboard, a question', '/boards/b2?tz=UTC&edit=1', inOrder(button('Add a panel'), tab('Build your own'))],
  ['Dashboard, empty', '/boards/new?tz=UTC'],
  ['Dashboard, none', '/boards/nothing?tz=UTC'],
  ['Directory', '/directory?tz=UTC'],
  ['Directory, changes', '/directory?tz=UTC&kind=history'],
  ['Directory, an entity', '/directory?tz=UTC', inOrder(button('mobile-app'), see('Its calls'))],
  ['Directory, import', '/directory?tz=UTC', button('Import')],
  ['Sources', '/sources?tz=UTC'],
  ['Sources, quality', '/sources?tz=UTC&source=edge-eu'],
  ['Sources, rejects', '/sources?tz=UTC&source=billing'],
  ['Sources, a line tried', '/sources?tz=UTC&source=samples', inOrder(tab('Try a line'), tryLine)],
  [
    'Sources, a new token',
    '/sources?tz=UTC&source=partner',
    inOrder(tab('Token'), button('Make a new token'), see('shown only now')),
  ],
  ['Members', '/members?tz=UTC'],
  ['Members, add someone', '/members?tz=UTC', inOrder(button('Add someone'), see('calls of the last seven days'))],
  ['Members, a made password', '/members?tz=UTC', inOrder(button('Add someone'), button('Make one'))],
  ['Members, refused', '/members?tz=UTC', inOrder(button('Add someone'), refusedPerson, see('This is not taken'))],
  ['Members, one', '/members?tz=UTC', inOrder(button(/^Bob/), see('calls of the last seven days'))],
  ['Members, remove', '/members?tz=UTC', inOrder(button(/^Bob/), button('Remove…'))],
  ['Members, failed', '/members?tz=UTC', see('The server failed'), { before: brokenList }],
  ['Members, roles', '/members?tz=UTC&kind=roles'],
  ['Members, a role', '/members?tz=UTC&kind=roles', button('viewer')],
  ['Members, make a role', '/members?tz=UTC&kind=roles', button('Make a role')],
  ['Members, tokens', '/members?tz=UTC&kind=tokens'],
  [
    'Members, a token',
    '/members?tz=UTC&kind=tokens',
    inOrder(button('Make a token'), click('label:has(input[role=switch])')),
  ],
  [
    'Members, a token made',
    '/members?tz=UTC&kind=tokens',
    inOrder(
      button('Make a token'),
      type('What it is for', 'Grafana'),
      button('Make it'),
      see('shown only now'),
      unsaid,
    ),
  ],
  ['Members, sessions', '/members?tz=UTC&kind=sessions'],
  ['Members, you', '/members?tz=UTC&kind=you'],
  ['Members, password', '/members?tz=UTC&kind=you', button('Change the password…')],
  ['Audit', '/audit?tz=UTC'],
  [
    'Audit, what is kept',
    '/audit?tz=UTC',
    inOrder((page) => page.getByText('What is kept').first().click(), see('kind:verb=level')),
  ],
  [
    'Audit, an event',
    '/audit?tz=UTC&event=KONG-ROUTE-UPDATE',
    inOrder(click('[aria-label="Operator events"] tbody button'), see('Traffic in the')),
  ],
  [
    'Audit, history',
    '/audit?tz=UTC&event=KONG-ROUTE-UPDATE',
    inOrder(click('[aria-label="Operator events"] tbody button'), tab('History'), see('Show them in the list')),
  ],
  ['Audit, proof', '/audit?tz=UTC&row=238', inOrder(click('[data-testid=proof]'), see('Download its proof'))],
  ['Audit, a change set', '/audit?tz=UTC&change_set=5f1c0b7de2a94c11&row=243'],
  ['Audit, none', '/audit?tz=UTC&operator=nobody'],
  ['Audit, only reads', '/audit?tz=UTC&resource_type=events'],
  ['Retention', '/retention?tz=UTC'],
  ['Retention, tried', '/retention?tz=UTC', inOrder(type('Access events, days', '90'), see('are past their time'))],
  ['Retention, wrong', '/retention?tz=UTC', inOrder(type('Access events, days', '0'), see('1 to 36,500 days'))],
  [
    'Retention, a person',
    '/retention?tz=UTC',
    inOrder(type('Value', 'alice'), button('Look what there is'), see('1,204 events')),
  ],
  ['Retention, a hold', '/retention?tz=UTC', button('Place a hold')],
  ['Masking', '/masking?tz=UTC'],
  ['Masking, a rule', '/masking?tz=UTC', button('Add a rule')],
  ['Masking, history', '/masking?tz=UTC', inOrder(tab('History'), see('Staff numbers are personal data'))],
  [
    'Masking, tried',
    '/masking?tz=UTC',
    inOrder(type('A record, as a gateway writes it', '{}'), button('Try these rules'), see('Changed by:')),
  ],
  ['Connect', '/connect?tz=UTC'],
  ['Connect, waiting', '/connect?tz=UTC', inOrder(click('text=NGINX'), button('Make its token'), see('Waiting for'))],
  ['Documentation', '/docs/filter'],
  ['No such page', '/no/such/page'],
  ['Time range', '/?tz=UTC', inOrder(press('d'), (page) => page.getByRole('spinbutton').first().waitFor())],
  ['Time range, wrong', '/?tz=UTC', inOrder(press('d'), type('Range', 'soon')), { on: 'wide' }],
  ['Time zone', '/?tz=UTC', button(/^Time zone/), { on: 'wide' }],
  ['Compare', '/?tz=UTC', click('[data-shortcut=compare]'), { on: 'wide' }],
  ['Refresh', '/?tz=UTC', button(/^Refresh by itself/), { on: 'wide' }],
  ['Copy link', '/?tz=UTC', button('Copy link'), { on: 'wide' }],
  ['Freshness', '/?tz=UTC', button(/^Freshness/)],
  ['Filters in a sheet', '/?tz=UTC&filter=granted:false', button(/^Filters/), { on: 'phone' }],
  ['Shortcuts', '/?tz=UTC', press('?')],
  ['Theme menu', '/?tz=UTC', button(/^(Theme|More)$/)],
  ['Commands', '/?tz=UTC', press('Control+k')],
  [
    'Commands, found',
    '/?tz=UTC',
    inOrder(press('Control+k'), (page) => page.getByRole('searchbox').fill('mobile'), found('mobile-app')),
  ],
  ['Welcome', '/welcome', see('Forgotten?')],
  [
    'Welcome, refused',
    '/welcome',
    inOrder(type('Name', 'ann'), type('Password', 'wrong'), button('Sign in'), see('is not right')),
  ],
  ['Welcome, a token', '/welcome', inOrder(button('With an API token'), see('gatelog token create'))],
]

async function refusedPerson(page) {
  await page.getByLabel('Name to sign in with').fill('eve')
  await page.getByLabel('Password').fill('short')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
}

async function tryLine(page) {
  await page.getByLabel('A line of its log').fill('{"method":"GET","path":"/x","status":403}')
  await page.getByRole('button', { name: 'Name a member' }).click()
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByText('request.path').waitFor()
}

const LOOKS = [
  ['wide, light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
  ['wide, dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['phone, light', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ['phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  [
    'wide, forced colours',
    { viewport: { width: 1440, height: 900 }, forcedColors: 'active', colorScheme: 'dark', deviceScaleFactor: 2 },
  ],
]

/** With forced colours the page is the same but for its paint: one state of each page, and what lies over pages. */
const FORCED =
  /^(Overview|Access logs|Access logs, (drawer.*|export|value|differences)|Sources, .*|Connect|Directory.*|Dashboards|Reports?|Dashboard, .*|What if.*|Grants|Endpoints|Documentation|Audit|Audit, .*|Members|Members, (make a role|you|tokens)|Welcome|Time range|Commands|Shortcuts)$/

const target = await fixtures()
const browser = await launch()
const { check, equal, close } = checks()
const troubles = []
// Side by side: mostly they wait.
await Promise.all(LOOKS.map(([look, options]) => lookAt(look, options)))
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()

async function lookAt(look, options) {
  let page
  for (const [name, path, act, { on, before } = {}] of STATES) {
    const where = `${name}, ${look}`
    if (look.endsWith('forced colours') && !FORCED.test(name)) continue
    if ((on && !look.startsWith(on)) || (process.argv[2] && !where.includes(process.argv[2]))) continue
    // Some states are failures on purpose, and end the use of their page.
    const isFailure = /lost|ended|failed/.test(name)
    page ??= await newPage(options)
    if (!isFailure && !page.isWatched) {
      watch(page, troubles)
      page.isWatched = true
    }
    if (isFailure) {
      await page.context().close()
      page = await newPage(options)
    }
    try {
      await before?.(page)
      await page.goto(target.base + path)
      if (!before) await settled(page)
      if (act) await act(page)
      await drawn(page)
      await judge(page, where)
    } catch (error) {
      check(where, false, error.message)
    }
    if (isFailure) {
      await page.context().close()
      page = undefined
    }
  }
  await page?.context().close()
}

async function newPage(options) {
  return signIn(await browser.newContext({ ...options, reducedMotion: 'reduce' }), target)
}

async function judge(page, where) {
  // evaluate() runs outside the page's CSP, so axe needs no exception.
  await page.evaluate(axe)
  // The dismiss buttons that React Aria puts around a popover lie outside every landmark, on purpose.
  const isPopover = (await page.locator('[data-trigger]').count()) > 0
  const off = { enabled: false }
  // With forced colours the system paints the text; axe is told the colours of the page, so the picture is looked at.
  const isForced = where.endsWith('forced colours')
  if (isForced) {
    // What comes a moment later, as the palette does, is in the page and not yet in the picture.
    const faint = await sooner(
      () => faintTexts(page),
      (found) => found.length === 0,
    )
    check(`${where}: every text can be read`, faint.length === 0, faint.slice(0, 8).join('\n   '))
  }
  const rules = { ...(isPopover ? { region: off } : {}), ...(isForced ? { 'color-contrast': off } : {}) }
  const { violations } = await page.evaluate(
    ([tags, switched]) => globalThis.axe.run({ runOnly: tags, rules: switched }),
    [RULES, rules],
  )
  const places = (v) =>
    v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 200)}\n     ${n.failureSummary?.split('\n')[1] ?? ''}`)
  const found = violations.map((v) => `${v.id}: ${v.help}\n     ${places(v).join('\n     ')}`)
  check(where, violations.length === 0, found.join('\n   '))
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (wider > 0) check(`${where}: nothing lies outside the screen`, false, `${wider} px too wide`)
}
