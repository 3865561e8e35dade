// Pictures of the pages in their states, for review: node e2e/shots.mjs [part of a name]. FULL=1 makes the screen as high
// as the longest page. A new state is a line here.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, server, signIn, watch } from './browser.mjs'

const SIZES = {
  wide: { width: 1440, height: 900 },
  huge: { width: 2560, height: 1440 },
  vast: { width: 3840, height: 2160 },
  phone: { width: 390, height: 844 },
}
const FULL_PX = 4200
const DENIED = '/logs?tz=UTC&filter=granted:false'

const TRY = encodeURIComponent('{"kind":"allow_group","route":"/api/orders","group":"partners"}')

/** Name, address, what is done before the page opens, what on it. */
const STATES = [
  ['overview', '/?tz=UTC'],
  ['overview-week', '/?tz=UTC&from=now-7d'],
  ['overview-hover', '/?tz=UTC', null, hover],
  ['overview-table', '/?tz=UTC', null, (page) => page.getByRole('button', { name: 'View as table' }).first().click()],
  ['overview-empty', '/?tz=UTC&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z'],
  ['overview-error', '/?tz=UTC&filter=statu:500'],
  ['overview-slow', '/?tz=UTC', (page) => page.route(/\/(summary|panels\/)/, () => {})],
  ['overview-stopped', '/?tz=UTC', null, stopped],
  ['audit-kept', '/audit?tz=UTC', null, (page) => page.getByText('What is kept').first().click()],
  ['retention', '/retention?tz=UTC'],
  ['retention-tried', '/retention?tz=UTC', null, (page) => page.getByLabel('Access events, days').fill('90')],
  ['masking', '/masking?tz=UTC'],
  ['logs', '/logs?tz=UTC'],
  ['logs-empty', '/logs?tz=UTC&filter=consumer:nobody+status:200'],
  ['logs-error', '/logs?tz=UTC&filter=statu:500'],
  ['logs-filtered', `${DENIED}+CONSUMER`],
  ['logs-drawer', `${DENIED}+CONSUMER`, null, openRow],
  ['logs-export', DENIED, null, (page) => page.locator('[data-shortcut=export]:visible').first().click()],
  ['logs-slow', '/logs?tz=UTC', (page) => page.route(/\/(events|histogram|facets)\?/, () => {})],
  ['logs-stopped', '/logs?tz=UTC', null, stopped],
  ['logs-tail', '/logs?tz=UTC&tail=1', null, (page) => page.waitForTimeout(3000)],
  ['logs-near', DENIED, null, inView('What is near')],
  [
    'logs-facets',
    '/logs?tz=UTC',
    null,
    (page, isPhone) => isPhone && page.getByRole('button', { name: 'Facets' }).click(),
  ],
  ['denials', '/denials?tz=UTC&from=now-7d'],
  ['usage', '/usage?tz=UTC&from=now-7d'],
  ['usage-plans', '/usage/plans?tz=UTC&from=now-7d'],
  ['usage-countries', '/usage/countries?tz=UTC&from=now-7d'],
  ['usage-unused', '/usage/routes?tz=UTC&show=unused'],
  ['entity', '/usage/consumers/mobile-app?tz=UTC&from=now-7d'],
  ['errors', '/errors?tz=UTC&from=now-7d'],
  ['access', '/access?tz=UTC&from=now-7d'],
  ['what-if', '/what-if?tz=UTC'],
  ['what-if-tried', `/what-if?tz=UTC&try=${TRY}`],
  ['what-if-window', `/what-if?tz=UTC&try=${encodeURIComponent('{"kind":"time_window","route":"/api/orders"}')}`],
  ['grants', '/grants?tz=UTC'],
  ['endpoints', '/endpoints?tz=UTC'],
  ['boards', '/boards?tz=UTC'],
  ['boards-import', '/boards?tz=UTC', null, (page) => page.getByRole('button', { name: 'Import' }).click()],
  ['reports', '/reports?tz=UTC'],
  ['audit', '/audit?tz=UTC'],
  [
    'audit-event',
    '/audit?tz=UTC&event=KONG-ROUTE-UPDATE',
    null,
    (page) => page.locator('[aria-label="Operator events"] tbody button').first().click(),
  ],
  ['audit-history', '/audit?tz=UTC&event=KONG-ROUTE-UPDATE', null, history],
  ['audit-set', '/audit?tz=UTC&change_set=5f1c0b7de2a94c11&row=243'],
  ['audit-empty', '/audit?tz=UTC&operator=nobody'],
  ['audit-only-reads', '/audit?tz=UTC&resource_type=events'],
  ['audit-foot', '/audit?tz=UTC', null, (page) => page.getByText('are hidden').scrollIntoViewIfNeeded()],
  ['audit-reads', '/audit?tz=UTC&reads=shown'],
  ['audit-error', '/audit?tz=UTC', (page) => page.route(/\/trail\?/, (route) => route.abort())],
  ['report', '/denials?tz=UTC&report=r1'],
  ['board', '/boards/b2?tz=UTC'],
  ['board-aws', '/boards/aws?tz=UTC'],
  ['board-control', '/boards/aws?tz=UTC', null, (page) => page.getByTestId('control-status').click()],
  ['board-unknown', '/boards/b1?tz=UTC'],
  ['board-edit', '/boards/b2?tz=UTC&edit=1'],
  ['board-add', '/boards/b2?tz=UTC&edit=1', null, (page) => page.getByRole('button', { name: 'Add a panel' }).click()],
  ['board-build', '/boards/b2?tz=UTC&edit=1', null, build],
  ['board-empty', '/boards/new?tz=UTC'],
  ['board-no-calls', '/boards/b2?tz=UTC&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z'],
  ['board-none', '/boards/nothing?tz=UTC'],
  ['board-wrong', '/boards/b2?tz=UTC&filter=statu:500'],
  ['sources', '/sources?tz=UTC'],
  ['sources-drawer', '/sources?tz=UTC&source=sample-kong'],
  ['sources-slow', '/sources?tz=UTC', (page) => page.route('**/api/v1/sources**', () => {})],
  ['sources-stopped', '/sources?tz=UTC', null, stopped],
  ['directory', '/directory?tz=UTC'],
  ['directory-slow', '/directory?tz=UTC', (page) => page.route('**/api/v1/directory**', () => {})],
  ['directory-stopped', '/directory?tz=UTC', null, stopped],
  ['connect', '/connect?tz=UTC'],
  ['connect-stopped', '/connect?tz=UTC', (page) => page.route('**/api/v1/gateways', (route) => route.abort())],
  ['docs', '/docs/filter'],
  ['welcome', '/welcome'],
]

const only = process.argv[2] ?? ''
const target = await server()
const browser = await launch()
const troubles = []
let consumer
mkdirSync(OUT, { recursive: true })

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ['light', 'dark']) {
    const states = STATES.filter(([name]) => `${name}-${size}-${theme}`.includes(only))
    if (states.length === 0) continue
    const context = await browser.newContext({
      viewport: process.env.FULL ? { ...viewport, height: FULL_PX } : viewport,
      colorScheme: theme,
      reducedMotion: 'reduce',
    })
    const page = await signIn(context, target)
    watch(page, troubles)
    consumer ??= await deniedConsumer(page)
    for (const [name, path, before, act] of states) {
      await before?.(page)
      await page.goto(target.base + path.replace('CONSUMER', consumer))
      await page.waitForTimeout(1400)
      if (act) {
        await act(page, size === 'phone')
        await page.waitForTimeout(600)
      }
      await page.screenshot({ path: join(OUT, `${name}-${size}-${theme}.png`) })
      await page.unrouteAll({ behavior: 'ignoreErrors' })
    }
    await context.close()
  }
}
await browser.close()
target.stop()
for (const trouble of new Set(troubles)) console.log('trouble:', trouble)
console.log(`pictures in ${OUT}`)

async function hover(page) {
  const box = await page.getByRole('slider').first().boundingBox()
  await page.mouse.move(box.x + box.width * 0.4, box.y + 60)
}

async function build(page) {
  await page.getByRole('button', { name: 'Add a panel' }).click()
  await page.getByRole('tab', { name: 'Build your own' }).click()
}

async function openRow(page) {
  await page.locator('[data-row]').nth(2).click()
  await page.mouse.move(400, 4)
}

/** Opens a call and scrolls to a section of its drawer. */
function inView(name) {
  return async (page) => {
    await openRow(page)
    await page.getByRole('region', { name }).scrollIntoViewIfNeeded()
  }
}

/** The server is gone while the page is open. */
async function stopped(page) {
  await page.route('**/api/**', (route) => route.abort())
  await page.keyboard.press('r')
  await page.waitForTimeout(1500)
}

/** The consumer with the most denied calls, as a term. */
async function deniedConsumer(page) {
  const query = 'fields=consumer&filter=granted:false&top=5'
  const answer = await (await page.request.get(`${target.base}/api/v1/facets?${query}`)).json()
  const name = answer.facets[0].values.find((v) => v.value && v.value !== 'unknown')?.value ?? 'nobody'
  return encodeURIComponent(`consumer:${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`)
}

async function history(page) {
  await page.locator('[aria-label="Operator events"] tbody button').first().click()
  await page.getByRole('tab', { name: 'History' }).click()
}
