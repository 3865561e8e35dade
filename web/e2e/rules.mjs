// The rules of interaction, one step each: what the walks through single pages do not prove already. A rule and where
// else it is proven (the issue that builds a rule brings its test):
//   1 one bar            here, keyboard       8 facets            here, xss         15 palette         here, keyboard
//   2 time picker        here, shell          9 histogram         here, overview    16 export          here, walk, first
//   3 zone               here, shell         10 differences       logs              17 numbers         numbers.test.ts
//   4 compare            here, shell         11 table             here, logs        18 colour          a11y, parts
//   5 address            shell, logs, walk   12 live tail         here, logs        19 markers         here (the layer)
//   6 click to filter    here, logs          13 progress, cancel  here, logs        20 freshness       here
//   7 pills              here, logs          14 saved views       here, logs
// node e2e/rules.mjs [part of a name].
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixtures, launch, OUT, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

mkdirSync(OUT, { recursive: true })
const target = await fixtures()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  timezoneId: 'Europe/Berlin',
  reducedMotion: 'reduce',
  acceptDownloads: true,
})
await context.grantPermissions(['clipboard-read', 'clipboard-write'])
const page = await signIn(context, target)
const troubles = []
watch(page, troubles)
const param = (name) => new URL(page.url()).searchParams.get(name)
const until = (name, wanted) => page.waitForURL((url) => (url.searchParams.get(name) ?? '') === wanted)
const open = async (path) => {
  await page.goto(target.base + path)
  await settled(page)
}
const logs = async (path = '/logs?tz=UTC') => {
  await open(path)
  await page.locator('[data-row]').first().waitFor()
}
const button = (name, options) => page.getByRole('button', { name, ...options })
const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
const api = async (path, query) =>
  (await page.request.get(`${target.base}/api/v1${path}?${new URLSearchParams(query)}`)).json()
const facet = (name) => page.getByRole('region', { name, exact: true })
const number = (text) => Number(text.replace(/\D/g, ''))

const RULES = {
  bar,
  picker,
  zone,
  compare,
  values,
  pills,
  facets,
  histogram,
  table,
  tail,
  cancel,
  views,
  palette,
  exports,
  freshness,
}
for (const [name, run] of Object.entries(RULES)) {
  if (process.argv[2] && !name.includes(process.argv[2])) continue
  try {
    await run()
  } catch (error) {
    await page.screenshot({ path: join(OUT, `rules-${name}.png`) }).catch(() => {})
    check(`${name} goes through`, false, `${error.message.slice(0, 600)}\n   at ${page.url()}`)
  }
}
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()

/** 1: the same controls in the same order wherever there are data. */
async function bar() {
  const orders = []
  for (const path of ['/', '/logs', '/denials', '/usage/consumers', '/errors', '/access']) {
    await open(`${path}?tz=UTC`)
    const names = await page
      .locator('main header')
      .first()
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => (one.ariaLabel ?? one.textContent).trim()))
    const known = [
      /^Environment/,
      /^Gateway/,
      /^Earlier/,
      /^Time range/,
      /^Later/,
      /zone/,
      /^Compar/,
      /^Fresh/,
      /^Refresh$/,
    ]
    orders.push(known.map((name) => names.findIndex((one) => name.test(one))))
  }
  for (const order of orders) {
    check(
      'the bar has its controls in their order',
      order.every((at, i) => at >= 0 && at > (order[i - 1] ?? -1)),
      order.join(),
    )
  }
}

/** 2: every preset is there, and is relative in the address. */
async function picker() {
  for (const text of ['15m', '1h', '6h', '24h', '7d', '30d', '90d']) {
    await open('/?tz=UTC&from=now-2h')
    await page.locator('body').press('d')
    await page.getByRole('list', { name: 'The last while' }).getByText(text, { exact: true }).click()
    await page.waitForURL((url) => (url.searchParams.get('from') ?? 'now-24h') === `now-${text}`)
  }
  check('the presets 15m 1h 6h 24h 7d 30d 90d are one press each', true)
  await open('/?tz=UTC&from=now-2h')
  await page.locator('body').press('d')
  const calendar = page.getByRole('list', { name: 'By the calendar' })
  const names = await calendar.getByRole('button').allInnerTexts()
  for (const wanted of [/this week/i, /last week|previous week/i, /this month/i, /last month|previous month/i])
    check(
      `the calendar has ${wanted.source}`,
      names.some((name) => wanted.test(name)),
      names.join(),
    )
  await page.keyboard.press('Escape')
}

/** 3: every time says its zone, and the other one under the pointer; what is asked is in UTC. */
async function zone() {
  await logs('/logs?tz=Europe/Berlin')
  const cell = page.locator('[data-row]').first().getByRole('gridcell').first()
  const [here, there] = [await cell.innerText(), await cell.locator('[title]').first().getAttribute('title')]
  check(
    'the pointer over a time tells it in UTC',
    / UTC$/.test(there) && !there.includes(here.slice(-12)),
    `${here} / ${there}`,
  )
  await page.locator('[data-row]').first().click()
  const time = page.getByTestId('drawer').locator('dd [title*="UTC"]').first()
  check('a time of the drawer has both', /Berlin \(UTC\+[12]\)/.test(await time.innerText()), await time.innerText())
  await logs('/logs?tz=UTC')
  const other = await page.locator('[data-row]').first().getByRole('gridcell').first().locator('[title]').first()
  check('and in the zone of the browser on a page in UTC', /Berlin/.test(await other.getAttribute('title')))
  const asked = page.waitForRequest((sent) => /\/summary\?.*from=2026-10-25/.test(sent.url()))
  await open('/?tz=Europe/Berlin&from=2026-10-25T00:00:00Z&to=2026-10-26T00:00:00Z')
  const sent = new URL((await asked).url()).searchParams
  check(
    'instants are asked for in UTC, days in the zone',
    sent.get('from').endsWith('Z') && sent.get('tz') === 'Europe/Berlin',
  )
}

/** 4: figures with both values, dashed curves, a column of changes that orders the list. */
async function compare() {
  await open('/?tz=UTC&from=now-24h')
  const figures = page.getByRole('region', { name: 'Key figures' })
  await figures.locator('[title^="Previous period"]').first().waitFor()
  check('a figure tells the value of before', true)
  const dashed = await page
    .locator('main svg path')
    .evaluateAll((paths) => paths.filter((path) => getComputedStyle(path).strokeDasharray !== 'none').length)
  check('the period before is drawn dashed', dashed > 0)
  const list = page.getByRole('region', { name: 'Top routes', exact: true })
  const labels = () => list.getByRole('row').getByRole('rowheader').allInnerTexts()
  const before = await labels()
  await list.getByRole('button', { name: /^Change/ }).click()
  await comes(
    'a list can be ordered by its change',
    labels,
    (after) => before.join() !== after.join() && before.length === after.length,
  )
  await page.locator('body').press('x')
  await until('compare', 'none')
  await settled(page)
  await becomes('without comparison there is no change', () => list.getByRole('button', { name: /^Change/ }).count(), 0)
}

/** 6: facets, legend, drawer and cells filter alike; the menu of a value has what else there is. */
async function values() {
  await logs()
  const method = page.locator('[data-row]').nth(1).getByRole('gridcell').nth(2)
  await method.click({ button: 'right' })
  const menu = page.getByRole('menu')
  await menu.waitFor()
  for (const name of [
    'Only this',
    'Not this',
    'Group the histogram by it',
    'Copy value',
    'Copy event as JSON',
    'Copy as curl',
  ])
    check(`the menu of a value has "${name}"`, (await menu.getByRole('menuitem', { name }).count()) === 1)
  await menu.getByRole('menuitem', { name: 'Group the histogram by it' }).click()
  await until('split', 'method')
  await facet('Method').getByRole('button', { expanded: false }).click()
  const get = facet('Method').getByRole('button', { name: /^GET/ })
  await get.click()
  await until('filter', 'method:GET')
  await get.click()
  await until('filter', '')
  check('a facet filters, and a second press takes it back', true)
  await get.click({ modifiers: ['Alt'] })
  await until('filter', '-method:GET')
  check('alt excludes', true)
  await page.goBack()
  await page.getByRole('region', { name: 'Events over time' }).getByRole('button', { name: /^POST/ }).last().click()
  await until('filter', 'method:POST')
  check('the legend filters', true)
}

/** 7: every operator can be chosen, and means what the server makes of it. */
async function pills() {
  const written = {
    contains: 'path~api',
    'starts with': 'path:api*',
    matches: 'path~/api/',
    'is empty': 'path:""',
    'is not': '-path:api',
  }
  for (const [name, text] of Object.entries(written)) {
    await open('/logs?tz=UTC&filter=path:api')
    await page.getByTestId('pill').getByRole('button').first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Operator' }).click()
    await page.getByRole('menuitemradio', { name, exact: true }).click()
    await page
      .waitForFunction((wanted) => new URLSearchParams(location.search).get('filter') === wanted, text)
      .then(
        () => check(`"${name}" is ${text}`, true),
        () => check(`"${name}" is ${text}`, false, param('filter')),
      )
  }
  await open('/logs?tz=UTC&filter=status:200')
  await page.getByTestId('pill').getByRole('button').first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Invert' }).click()
  await until('filter', '-status:200')
  check('a pill is inverted', true)
  await open('/logs?tz=UTC&filter=ip:10.0.0.0/8')
  const words = (await page.getByTestId('pill').innerText()).replace(/\s+/g, ' ')
  check('a network is a pill', /in network 10\.0\.0\.0\/8/.test(words), words)
}

/** 8: counts for the filter without the facet's own terms, bars for the share, search inside. */
async function facets() {
  await logs('/logs?tz=UTC&filter=status_class:5xx+method:GET')
  const shown = facet('Status class').getByRole('listitem')
  await shown.nth(1).waitFor()
  const counts = Object.fromEntries(
    await shown.evaluateAll((all) =>
      all.map((one) => [one.querySelector('button').textContent.slice(0, 3), one.querySelector('button').title]),
    ),
  )
  const {
    facets: [want],
  } = await api('/facets', { fields: 'status_class', filter: 'method:GET' })
  check('the facet of a filter still offers its other values', Object.keys(counts).length > 1, JSON.stringify(counts))
  const two = want.values.find((value) => value.value === '2xx')
  const got = number(/([\d,]+) calls/.exec(counts['2xx'])[1])
  // Traffic goes on meanwhile.
  check('counted without its own term', Math.abs(got - two.count) < 60, `${got} / ${two.count}`)
  await logs()
  await facet('Client address').getByRole('button', { expanded: false }).click()
  await page.getByRole('textbox', { name: 'Search Client address' }).fill('133.11.2.')
  await page.waitForFunction(() => {
    const names = [...document.querySelectorAll('section[aria-label="Client address"] li')].map(
      (one) => one.textContent,
    )
    return names.length > 0 && names.every((name) => /133\.11\.2\./.test(name))
  })
  check('a search inside finds its values', true)
}

/** 9: stacked by any field; cursor by keyboard, Enter zooms. */
async function histogram() {
  await logs()
  await button(/Stack the histogram by/)
    .or(button(/^by/))
    .first()
    .click()
  await page.getByRole('menuitemradio', { name: 'Consumer', exact: true }).click()
  await until('split', 'consumer')
  await page
    .getByRole('region', { name: 'Events over time' })
    .getByRole('button', { name: /mobile-app/ })
    .first()
    .waitFor()
  check('the histogram is stacked by a field', true)
  const chart = page.getByRole('slider', { name: /Events/ })
  await chart.focus()
  for (const key of ['Home', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Enter']) await chart.press(key)
  await page.waitForURL((url) => /Z$/.test(url.searchParams.get('from') ?? ''))
  check('the keyboard alone zooms', true)
}

/** 11: order, real count, copies of a row. */
async function table() {
  await logs('/logs?tz=UTC&from=2026-01-01T00:00:00Z')
  await page.getByRole('columnheader', { name: /^Time/ }).first().getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Oldest first' }).click()
  await until('order', 'asc')
  const {
    events: [oldest],
  } = await api('/events', { from: '2026-01-01T00:00:00Z', order: 'asc', limit: 1 })
  await page.locator(`[data-row="${oldest.id}"]`).waitFor()
  check('the server orders the rows', true)
  const grid = page.getByTestId('events')
  const { total } = await api('/histogram', { from: '2026-01-01T00:00:00Z', split: 'none' })
  await comes(
    `the table knows how many rows there are, some ${total}`,
    async () => Number(await grid.getAttribute('aria-rowcount')) - 1,
    (rows) => Math.abs(rows - total) < 60,
  )
  for (const [name, isIt] of [
    ['Copy event as JSON', (text) => JSON.parse(text).id === oldest.id],
    ['Copy as curl', (text) => /^curl /.test(text) && text.includes(oldest.request.path)],
    ['Copy link to this event', (text) => new URL(text).searchParams.get('row') === oldest.id],
  ]) {
    await page.locator(`[data-row="${oldest.id}"]`).getByRole('gridcell').nth(1).click({ button: 'right' })
    await page.getByRole('menuitem', { name }).click()
    await page
      .getByText(/copied$/)
      .first()
      .waitFor()
    await comes(`"${name}" holds it`, clipboard, (text) => {
      try {
        return isIt(text)
      } catch {
        return false
      }
    })
  }
  await button('Columns').click()
  await page.getByText('Wrap text').click()
  await until('wrap', '1')
  check('rows can wrap', true)
}

/** 12: scrolling pauses; what the server left out is said. */
async function tail() {
  await logs('/logs?tz=UTC&tail=1')
  await page.getByText(/^Live$/).waitFor()
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length > 24)
  await page
    .getByTestId('events')
    .locator('..')
    .evaluate((element) => element.scrollTo(0, 200))
  await page.getByText(/^Paused/).waitFor()
  check('scrolling pauses a tail', true)
  await page.getByText(/^sampled 1:\d+, [\d,]+ left out/).waitFor()
  check('what was left out is said, with the rate', true)
}

/** 13: whoever leaves the page does not leave its questions behind. */
async function cancel() {
  await page.route(/\/api\/v1\/(events|facets|histogram)\?/, () => {})
  const ended = new Promise((done) => page.on('requestfailed', (sent) => /\/events\?/.test(sent.url()) && done(sent)))
  const asked = page.waitForRequest(/\/events\?/)
  await page.goto(`${target.base}/logs?tz=UTC`)
  await asked
  await page.getByRole('link', { name: 'Overview' }).click()
  check('leaving the page cancels its question', /ABORTED/.test((await ended).failure().errorText))
  await page.unrouteAll({ behavior: 'ignoreErrors' })
}

/** 14: shared with everyone, by the palette too. */
async function views() {
  await logs('/logs?tz=UTC&filter=status:403')
  await button('Views').click()
  await page.getByRole('textbox', { name: /Save what/ }).fill('Forbidden')
  await page.getByText('Share with everyone').click()
  await button('Save view').click()
  await button('Forbidden').first().waitFor()
  const { views: saved } = await api('/views', { page: 'logs' })
  check(
    'a view is shared',
    saved.some((view) => view.name === 'Forbidden' && view.shared),
    JSON.stringify(saved),
  )
  await open('/?tz=UTC')
  await page.locator('body').press('Control+k')
  await page.getByRole('searchbox').fill('forbidden')
  await page
    .getByRole('menuitem', { name: /Forbidden/ })
    .first()
    .click()
  await page.waitForURL((url) => url.pathname === '/logs' && url.searchParams.get('filter') === 'status:403')
  check('the palette opens it', true)
}

/** 15: entities, actions, documentation. */
async function palette() {
  for (const [typed, found, leads] of [
    ['mobile-app', /mobile-app/, (url) => /mobile-app/.test(url.pathname + url.searchParams.get('filter'))],
    ['last 7', /7 days/, (url) => url.searchParams.get('from') === 'now-7d'],
    ['filter language', /filter language/i, (url) => url.pathname === '/docs/filter'],
  ]) {
    await open('/?tz=UTC')
    await page.locator('body').press('Control+k')
    await page.getByRole('searchbox').fill(typed)
    await page.getByRole('menuitem', { name: found }).first().click()
    await page.waitForURL(leads)
    check(`the palette leads to "${typed}"`, true)
  }
  await open('/?tz=UTC')
  await page.locator('body').press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  check('? lists the keys', true)
  await page.keyboard.press('Escape')
}

/** 16: the number before the start, every format, what was written before is still there. */
async function exports() {
  await logs('/logs?tz=UTC&filter=status:403')
  await page.locator('body').press('e')
  const dialog = page.getByRole('dialog', { name: 'Export' })
  const start = dialog.getByTestId('start-export')
  for (const format of ['JSON', 'NDJSON']) {
    await dialog.getByText(format, { exact: true }).click()
    const rows = number(await dialog.getByTestId('export-rows').filter({ hasText: /\d/ }).innerText())
    const [download] = await Promise.all([page.waitForEvent('download'), start.click()])
    const text = readFileSync(await download.path(), 'utf8')
    const got = format === 'JSON' ? JSON.parse(text).length : text.trim().split('\n').length
    equal(`the ${format} file has the rows that were announced`, got, rows)
    await dialog.getByTestId('export-job').getByText('Done').waitFor()
  }
  check('the manifest has a checksum', /SHA-256/.test(await dialog.innerText()))
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.locator('body').press('e')
  const earlier = dialog.getByRole('region', { name: 'Exports of before' })
  await earlier.waitFor()
  const [again] = await Promise.all([
    page.waitForEvent('download'),
    earlier
      .getByRole('button', { name: /^Download export/ })
      .first()
      .click(),
  ])
  check('a file of before is fetched once more', /ndjson$/.test(again.suggestedFilename()))
  await page.keyboard.press('Escape')
}

/** 20: a silent source turns the freshness amber and is named. */
async function freshness() {
  await open('/?tz=UTC')
  const shown = button(/^Freshness/)
  await comes(
    'a silent source is named in the bar',
    () => shown.innerText(),
    (text) => /edge-eu silent for 1\d min/.test(text),
  )
  await shown.click()
  await page
    .getByRole('dialog', { name: 'Freshness' })
    .getByText(/before \d\d:\d\d:\d\d UTC is in these answers/)
    .waitFor()
  check('and until when the answer is complete', true)
  await page.keyboard.press('Escape')
}
