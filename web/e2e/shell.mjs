// The shell: the address is the state, times are typed and moved, a lost connection and an ended session lose nothing.
// Runs on a fixture server of its own, which is stopped and started again.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fixtures, focusedOn, launch, OUT, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

mkdirSync(OUT, { recursive: true })
let target = await fixtures()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  timezoneId: 'Europe/Berlin',
  reducedMotion: 'reduce',
})
await context.grantPermissions(['clipboard-read', 'clipboard-write'])
const page = await signIn(context, target)
const troubles = []
watch(page, troubles)
const param = (name) => new URL(page.url()).searchParams.get(name)
const until = (name, value) => page.waitForURL((url) => url.searchParams.get(name) === value)
const open = async (path) => {
  await page.goto(target.base + path)
  await settled(page)
}
const range = async (text) => {
  await page.locator('body').press('d')
  await page.getByLabel('Range', { exact: true }).fill(text)
}
const clipboard = () => page.evaluate(() => navigator.clipboard.readText())

const RUNS = { address, pairs, times, comparison, links, refresh, connection, session, lost, phone, zones }
for (const [name, run] of Object.entries(RUNS)) {
  if (process.argv[2] && process.argv[2] !== name) continue
  try {
    await run()
  } catch (error) {
    await page.screenshot({ path: join(OUT, `shell-${name}.png`) }).catch(() => {})
    check(`${name} goes through`, false, `${error.message}\n   at ${page.url()}`)
  }
}
const expected = /ERR_CONNECTION_REFUSED|Failed to load resource|EventSource/
equal('nothing failed in the browser', troubles.filter((text) => !expected.test(text)).join('\n'), '')
await browser.close()
target.stop()
close()

async function address() {
  const odd =
    'utm_source=x&nonsense=1&from=whenever&compare=sideways&refresh=1ms&tz=Mars/Olympus&row=&__proto__=1&split=a%20b'
  for (const path of ['/', '/logs', '/sources', '/connect']) {
    await open(`${path}?${odd}`)
    check(`unknown parameters do no harm to ${path}`, (await page.getByText('This page failed').count()) === 0)
  }
  await open('/?from=now-6h&tz=UTC')
  await page.getByText('Last 6 hours').filter({ visible: true }).first().waitFor()
  const first = page.url()
  await page.locator('body').press('x')
  await until('compare', 'none')
  await page.locator('body').press('ArrowLeft')
  await page.waitForURL((url) => /Z$/.test(url.searchParams.get('to') ?? ''))
  const last = page.url()
  await page.goBack()
  await page.goBack()
  await becomes('Back is exact', () => page.url(), first)
  await page.goForward()
  await page.goForward()
  await becomes('Forward is exact', () => page.url(), last)
  await page.goto(`${target.base}/no/such/page`)
  await page.getByText('There is no page here').waitFor()
  await page.getByRole('main').getByRole('button', { name: 'Access logs' }).click()
  await page.waitForURL((url) => url.pathname === '/logs')
  check('an unknown page leads on', true)
}

/** Two keys lead to a page, wherever the second one alone does something else. */
async function pairs() {
  for (const [from, key, to] of [
    ['/', 'd', '/directory'],
    ['/', 'r', '/reports'],
    ['/logs', 'e', '/errors'],
  ]) {
    await open(`${from}?tz=UTC`)
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.waitForURL((url) => url.pathname === to)
    check(`g ${key} leads to ${to}`, (await page.getByRole('dialog').count()) === 0)
  }
}

async function times() {
  await open('/?tz=Europe/Berlin')
  for (const [text, from, to] of [
    ['yesterday', 'now-1d/d', 'now/d'],
    ['last week', 'now-1w/w', 'now/w'],
    ['15m', 'now-15m', null],
    ['2026-11-20 14:00 → 15:30', '2026-11-20T13:00:00Z', '2026-11-20T14:30:00Z'],
    ['1795200000 → now', '2026-11-20T18:40:00Z', null],
  ]) {
    await range(text)
    await page.keyboard.press('Enter')
    await until('from', from)
    equal(`"${text}" is understood`, `${param('from')} ${param('to')}`, `${from} ${to}`)
  }
  await range('2026-11-20 14:00 → 13:00')
  await page.getByText('The range ends before it starts').waitFor()
  check('a range that cannot be says so', await page.getByRole('button', { name: 'Apply' }).isDisabled())
  await page.keyboard.press('Escape')

  // Typed into the segments of the two fields.
  await range('2026-10-25')
  await page.getByRole('spinbutton', { name: /hour/i }).first().press('ArrowUp')
  await page.getByRole('button', { name: 'Apply' }).click()
  await until('from', '2026-10-24T23:00:00Z')
  check('the fields change the text, and the text the address', param('to') === '2026-10-25T23:00:00Z')

  // A day with 25 hours moves to days with 24.
  await open('/?tz=Europe/Berlin&from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z')
  await page.getByText('25 Oct', { exact: true }).first().waitFor()
  await page.locator('body').press('ArrowLeft')
  await until('from', '2026-10-23T22:00:00Z')
  await becomes('← moves by a day, not by 25 hours', () => param('to'), '2026-10-24T22:00:00Z')
  await page.locator('body').press('ArrowRight')
  await until('from', '2026-10-24T22:00:00Z')
  await becomes('→ moves back to the day of 25 hours', () => param('to'), '2026-10-25T23:00:00Z')
  await page.locator('body').press('z')
  await until('from', '2026-10-24T09:30:00Z')
  await becomes('z zooms out to twice the length', () => param('to'), '2026-10-26T11:30:00Z')
}

async function comparison() {
  await open('/?tz=UTC')
  await page.getByRole('button', { name: /^Compare/ }).click()
  await page.getByRole('button', { name: /^No comparison/ }).click()
  await until('compare', 'none')
  await page.locator('body').press('x')
  await until('compare', null)
  check('x compares and stops comparing', true)
  await open('/?tz=Europe/Berlin&from=2026-10-26T08:00:00Z&to=2026-10-26T09:00:00Z')
  // Between the two lies the night in which clocks were set back.
  const asked = page.waitForRequest((sent) =>
    /panels\/.*compare_from=2026-10-19T07(:|%3A)00(:|%3A)00Z/.test(sent.url()),
  )
  await page.getByRole('button', { name: /^Compare/ }).click()
  await page.getByRole('button', { name: /^Same period last week/ }).click()
  await until('compare', 'week')
  await asked
  check('last week is the same hour of the wall clock', true)
  await page.getByRole('button', { name: /^Compare/ }).click()
  await page.getByRole('button', { name: /^Another period/ }).click()
  await page.getByLabel('Range', { exact: true }).fill('2026-10-01 10:00 → 11:00')
  await page.keyboard.press('Enter')
  await until('compare', '2026-10-01T08:00:00Z..2026-10-01T09:00:00Z')
  check('any other period can be typed', true)
}

async function links() {
  await open('/logs?tz=UTC&filter=granted:false')
  await page.getByRole('button', { name: 'Copy link' }).first().click()
  await page.getByRole('menuitem', { name: 'Link to this view' }).click()
  await page.getByText('Link copied').waitFor()
  await becomes('the link is the address', clipboard, page.url())
  await page.getByRole('button', { name: 'Copy link' }).first().click()
  await page.getByRole('menuitem', { name: 'Link to exactly this time' }).click()
  await page.waitForFunction(async () => /to=20/.test(await navigator.clipboard.readText()))
  const pinned = new URL(await clipboard()).searchParams
  check('the pinned link holds instants', /Z$/.test(pinned.get('from')) && /Z$/.test(pinned.get('to')), String(pinned))
  equal('and the zone and the filter', `${pinned.get('tz')} ${pinned.get('filter')}`, 'UTC granted:false')
}

async function refresh() {
  await open('/?tz=UTC&refresh=5s')
  const isAsked = (request) => request.url().includes('/api/v1/summary')
  await page.waitForRequest(isAsked)
  check('live answers renew themselves', true)
  await page.getByRole('button', { name: /^Refresh by itself/ }).click()
  await page.getByRole('menuitemradio', { name: 'Off' }).click()
  await until('refresh', 'off')
  await settled(page)
  let asked = 0
  const count = (request) => isAsked(request) && asked++
  page.on('request', count)
  await page.waitForTimeout(6_000)
  page.off('request', count)
  equal('off is off', asked, 0)
}

async function connection() {
  await open('/logs?tz=UTC')
  await page.locator('[data-row]').first().waitFor()
  await page.locator('body').press('/')
  await page.keyboard.type('consumer:mob')
  const { port } = target
  target.stop()
  await page.getByRole('button', { name: 'Refresh', exact: true }).click()
  await page.getByTestId('lost').waitFor()
  check('a lost connection is told', /does not answer/.test(await page.getByTestId('lost').innerText()))
  check('the rows stay', (await page.locator('[data-row]').count()) > 0)
  equal('what was typed stays', await page.locator('[data-shortcut=filter]').inputValue(), 'consumer:mob')
  target = await fixtures({}, port)
  // The server of the fixtures forgets its sessions: both happen here, one after the other.
  await page.getByText('Your session has ended').waitFor()
  await becomes('the connection comes back by itself', () => page.getByTestId('lost').count(), 0)
  await fillToken('gl_ap_fixture')
  await page.keyboard.press('Enter')
  await page.getByText('Your session has ended').waitFor({ state: 'detached' })
  equal('and what was typed is still there', await page.locator('[data-shortcut=filter]').inputValue(), 'consumer:mob')
}

/** Into the form of tokens, which is behind that of passwords. */
async function fillToken(text) {
  const other = page.getByRole('button', { name: /^With an? / })
  await other.waitFor()
  if (/API token/.test(await other.innerText())) await other.click()
  await page.getByLabel('API token').fill(text)
}

async function session() {
  await open('/?tz=UTC&from=now-6h')
  const here = page.url()
  await context.clearCookies()
  await page.locator('body').press('r')
  await page.getByText('Your session has ended').waitFor()
  await fillToken('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('not valid any more').waitFor()
  await fillToken('gl_ap_fixture')
  await page.keyboard.press('Enter')
  await page.getByText('Your session has ended').waitFor({ state: 'detached' })
  equal('signing in again goes on at the same address', page.url(), here)

  // Whoever was not in yet is led to the door, and from there to where they wanted.
  await context.clearCookies()
  await page.goto(`${target.base}/logs?filter=status:500&tz=UTC`)
  await page.waitForURL((url) => url.pathname === '/welcome')
  await page.getByText('/logs?filter=status:500').waitFor()
  await fillToken('gl_ap_fixture')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/logs')
  await becomes('the door leads to the page that was asked for', () => param('filter'), 'status:500')
}

async function lost() {
  await page.route('**/api/v1/panels', (route) => route.fulfill({ json: { panels: [null] } }))
  await page.goto(`${target.base}/?tz=UTC`)
  await page.getByText('This page failed').waitFor()
  const text = await page.getByRole('alert').innerText()
  check('a failed page has an id', /id [0-9a-f]{10}/.test(text), text)
  check('the rail is still there', await page.getByRole('navigation', { name: 'Pages' }).isVisible())
  await page.unroute('**/api/v1/panels')
  await page.getByRole('button', { name: 'Load again' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  check('loading again mends it', true)
  // The failure on purpose is no trouble.
  troubles.splice(0, troubles.length, ...troubles.filter((t) => !/page failure|null|undefined/.test(t)))
}

async function phone() {
  await page.setViewportSize({ width: 390, height: 844 })
  await open('/logs?tz=UTC&filter=granted:false')
  await page.getByRole('button', { name: 'Filters (1)' }).click()
  const sheet = page.getByRole('dialog', { name: 'Filters' })
  for (const name of [
    /Environment/,
    /Gateway/,
    /Time range/,
    /^Time zone/,
    /^Compare/,
    /^Refresh by itself/,
    'Copy link',
  ])
    await comes(`the sheet has ${name}`, () => sheet.getByRole('button', { name }).first().isVisible())
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  equal('nothing lies outside a phone', wider, 0)
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 1440, height: 900 })
}

async function zones() {
  await open('/?tz=UTC')
  await page.getByRole('button', { name: /^Time zone/ }).click()
  await focusedOn(page.getByRole('combobox', { name: /zone/i }).or(page.getByRole('searchbox')).first())
  await page.keyboard.type('adelaide')
  await page.getByRole('option', { name: /Adelaide/ }).waitFor()
  await page.keyboard.press('Enter')
  await until('tz', 'Australia/Adelaide')
  await comes('the zone is printed with its offset', () => page.getByText(/UTC\+(9|10):30/).count())
}
