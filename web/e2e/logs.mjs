// Access logs in the browser: the main job by keyboard alone, then pills, columns, values, views, differences, a phone.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { drawn, focusedOn, launch, OUT, openEvent, PATIENCE_MS, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const target = await server()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
mkdirSync(OUT, { recursive: true })

async function opened(viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, acceptDownloads: true, reducedMotion: 'reduce' })
  const page = await signIn(context, target)
  watch(page, troubles)
  return page
}
let page = await opened()
const param = (name) => new URL(page.url()).searchParams.get(name)
const go = async (path) => {
  await page.goto(target.base + path)
  await page.locator('[data-row]').first().waitFor()
}
const until = (name, wanted) => page.waitForURL((url) => (url.searchParams.get(name) ?? '') === wanted)
const total = async () => Number((await page.getByTestId('total').innerText()).replace(/\D/g, ''))
/** A range that stands still, so that what is seen can be compared. */
const PAST = { from: new Date(Date.now() - 864e5).toISOString(), to: new Date(Date.now() - 36e5).toISOString() }
const past = String(new URLSearchParams({ tz: 'UTC', ...PAST }))
/** The number on screen becomes the one of the API. */
async function counts(what, filter) {
  const query = new URLSearchParams({ filter, split: 'none', ...PAST })
  const counted = await (await page.request.get(`${target.base}/api/v1/histogram?${query}`)).json()
  await becomes(what, total, counted.total)
}
const pill = (n) => page.getByTestId('pill').nth(n)
const steps = []
async function step(name, run) {
  if (process.argv[2] && !name.includes(process.argv[2])) return
  try {
    await run()
  } catch (error) {
    await page.screenshot({ path: join(OUT, 'logs-failed.png') }).catch(() => {})
    check(name, false, `${error.message.slice(0, 500)}\n   at ${page.url()}`)
  }
  steps.push(name)
}

await step('keyboard', async () => {
  await page.goto(`${target.base}/?tz=UTC`)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const today = Math.floor(Date.now() / 864e5) * 864e5
  const yesterday = new URLSearchParams({
    from: new Date(today - 864e5).toISOString(),
    to: new Date(today).toISOString(),
  })
  const denied = await page.request.get(
    `${target.base}/api/v1/facets?fields=consumer&filter=granted:false&${yesterday}`,
  )
  const consumer = (await denied.json()).facets[0].values.find((v) => v.value)?.value ?? 'mobile-app'
  const began = Date.now()
  const keys = []
  const press = async (...list) => {
    for (const key of list) {
      keys.push(key)
      await page.keyboard.press(key)
    }
  }
  const type = async (text) => {
    keys.push(...text)
    await page.keyboard.type(text)
  }
  await press('g', 'l')
  await page.getByRole('heading', { level: 1, name: 'Access logs' }).waitFor()
  await press('/')
  await type(`granted:false consumer:${consumer}`)
  await press('Enter', 'Escape', 'd')
  await focusedOn(page.getByLabel('Range', { exact: true }))
  await press('Control+a')
  await type('yesterday')
  await press('Enter')
  await page.waitForURL((url) => /consumer/.test(url.searchParams.get('filter') ?? '') && url.searchParams.has('from'))
  const ofConsumer = page.locator('[data-row]', { hasText: consumer })
  await ofConsumer.first().waitFor()
  await press('j', 'Enter')
  const why = await page.getByTestId('explanation').innerText()
  check('by keyboard: the drawer says why', why.length > 15, why)
  await press('Escape')
  await page.getByTestId('drawer').waitFor({ state: 'detached' })
  await press('e')
  await page.getByTestId('export-rows').filter({ hasText: /\d/ }).waitFor()
  const rows = Number((await page.getByTestId('export-rows').innerText()).replace(/\D/g, ''))
  check('by keyboard: there are rows to export', rows > 0)
  const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')])
  check('by keyboard: the file arrives without a window', Boolean(await download.path()))
  await page.getByTestId('export-job').getByText('Done').waitFor()
  await page.screenshot({ path: join(OUT, 'logs-keyboard.png') })
  await press('Escape')
  console.log(`     ${keys.length} keys, ${((Date.now() - began) / 1000).toFixed(1)} s`)
})

await step('pills', async () => {
  await go(`/logs?${past}&filter=status:200`)
  await pill(0).getByRole('button').first().click()
  const editor = page.getByRole('dialog')
  await editor.getByRole('checkbox', { name: /^401/ }).waitFor()
  await editor.getByText('401', { exact: true }).click()
  await until('filter', 'status:200,401')
  check('a value more is or inside the pill', (await pill(0).innerText()).replace(/\s+/g, ' ').includes('200 or 401'))
  await editor.getByRole('button', { name: 'Operator' }).click()
  await page.getByRole('menuitemradio', { name: 'is not', exact: true }).click()
  await until('filter', '-status:200,401')
  await counts('the counts follow the pill', '-status:200,401')
  await editor.getByRole('button', { name: 'Switch off' }).click()
  await until('off', '-status:200,401')
  await becomes('a pill that is off does not filter', () => param('filter'), null)
  await counts('and all events are back', '')
  await page.getByTestId('pill-off').getByRole('button').first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click()
  await until('filter', '-status:200,401')
  await pill(0).getByRole('button').first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Pin', exact: true }).click()
  await until('pins', '-status:200,401')
  await page.keyboard.press('/')
  await page.keyboard.type('method:')
  await page.getByRole('option', { name: /^GET/ }).waitFor()
  await page.keyboard.type('GE')
  await page.keyboard.press('Tab')
  await until('filter', '-status:200,401 method:GET')
  await page.getByRole('button', { name: 'Remove all but pinned' }).click()
  await until('filter', '-status:200,401')
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  await becomes('a pinned filter comes along to other pages', () => param('filter'), '-status:200,401')
})

await step('text', async () => {
  await go('/logs?tz=UTC&filter=status:200+-method:POST')
  await page.getByRole('button', { name: 'Edit as text' }).click()
  equal(
    'the text form is the filter',
    await page.getByRole('combobox', { name: 'Filter' }).inputValue(),
    'status:200 -method:POST',
  )
  await focusedOn(page.getByRole('combobox', { name: 'Filter' }))
  await page.keyboard.press('End')
  await page.keyboard.type(' path~"/api" duration:>=1')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await until('filter', 'status:200 -method:POST path~"/api" duration:>=1')
  await becomes('and its pills say the same', () => page.getByTestId('pill').count(), 4)
  await page.goBack()
  await until('filter', 'status:200 -method:POST')
  await becomes('Back is exact', () => page.getByTestId('pill').count(), 2)
})

await step('proof', async () => {
  await go(`/logs?${past}`)
  await page.locator('[data-row]').first().click()
  const button = page.getByRole('button', { name: 'Proof', exact: true })
  await button.waitFor()
  // A file once the event is sealed; before, the server says when it will be.
  const file = page.waitForEvent('download').then((download) => download.suggestedFilename())
  const later = page
    .getByText('is not sealed yet')
    .first()
    .waitFor()
    .then(() => 'later')
  await button.click()
  const what = await Promise.any([file, later])
  check(
    'the proof of an event is a file, or it is said when',
    what === 'later' || /^event-.+\.proof\.json$/.test(what),
    what,
  )
})

await step('values', async () => {
  await go('/logs?tz=UTC')
  await page.getByTestId('events').focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
  await page.keyboard.press('f')
  await page.waitForURL((url) => /^method:/.test(url.searchParams.get('filter') ?? ''))
  check('f keeps only the value of the cell', true)
  await page.getByTestId('events').focus()
  await page.keyboard.press('m')
  await page.getByRole('menuitem', { name: 'Copy event as JSON' }).waitFor()
  await page.keyboard.press('Escape')
  await go('/logs?tz=UTC')
  await page
    .locator('[data-row]')
    .nth(1)
    .getByRole('gridcell')
    .nth(2)
    .click({ modifiers: ['Alt'] })
  await page.waitForURL((url) => /^-method:/.test(url.searchParams.get('filter') ?? ''))
  check('alt-click leaves the value out', true)
  await go('/logs?tz=UTC')
  await openEvent(page, 1)
  const drawer = page.getByTestId('drawer')
  const method = drawer.getByRole('button', { name: /^(GET|POST|PUT|PATCH|DELETE)$/ })
  const name = await method.innerText()
  await method.click()
  await until('filter', `method:${name}`)
  check('the drawer stays open while its values filter', await drawer.isVisible())
  await method.click()
  await until('filter', '')
  check('a second press takes it back', true)
})

await step('drawer', async () => {
  await go('/logs?tz=UTC')
  await page.locator('body').press('j')
  await page.locator('body').press('Enter')
  await page.waitForURL((url) => url.searchParams.has('row'))
  const first = param('row')
  await page.locator('body').press(']')
  await page.waitForURL((url) => url.searchParams.get('row') !== first)
  await page.locator('body').press('[')
  await until('row', first)
  check('[ and ] step through the events', true)
  await page.getByRole('region', { name: 'What is near' }).getByText('this call').waitFor()
  const near = page.getByRole('region', { name: 'What is near' }).locator('li button:not([aria-current=true])').first()
  await near.click()
  await page.waitForURL((url) => url.searchParams.get('row') !== first)
  check('what is near opens', true)
  await page.reload()
  await page.getByTestId('drawer').waitFor()
  check('a link to an event opens it', true)
})

await step('columns', async () => {
  await go('/logs?tz=UTC')
  await page.getByRole('button', { name: 'Path', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Move left' }).click()
  await page.waitForURL((url) => url.searchParams.get('columns')?.startsWith('timestamp,status,path,method'))
  await page.getByRole('button', { name: 'Path', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Keep in sight' }).click()
  await page.waitForURL((url) => url.searchParams.get('columns')?.startsWith('path-p'))
  const head = page.getByRole('columnheader').first().filter({ hasText: 'Path' })
  await head.waitFor()
  await drawn(page)
  const box = await head.boundingBox()
  await page.mouse.move(box.x + box.width + 2, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width + 82, box.y + 10, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL((url) => /^path-\d+p/.test(url.searchParams.get('columns') ?? ''))
  check('columns are moved, pinned and made wider', true)
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByText('Compact').click()
  await until('density', 'compact')
  await page.getByRole('list', { name: 'Other columns' }).getByText('User agent').click()
  await page.waitForURL((url) => url.searchParams.get('columns')?.endsWith('user_agent'))
  await page.getByRole('button', { name: 'As at first' }).click()
  await until('columns', '')
  check('the picker adds columns and takes all back', true)
})

await step('views', async () => {
  await go('/logs?tz=UTC&filter=status:404')
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('textbox', { name: /Save what/ }).fill('Not found <b>')
  await page.getByText('Start with it').click()
  await page.getByRole('button', { name: 'Save view' }).click()
  await page.getByRole('button', { name: 'Not found <b>' }).waitFor()
  await page.goto(`${target.base}/logs`)
  await until('filter', 'status:404')
  check('the starred view is where the page starts', true)
  await page.getByRole('button', { name: 'Not found <b>' }).click()
  await page.getByRole('button', { name: 'More about Not found <b>' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText('No view is saved yet').waitFor()
  check('a view is deleted', true)
})

await step('differences', async () => {
  await go('/logs?tz=UTC')
  const chart = page.getByRole('slider', { name: /Events/ })
  await chart.waitFor()
  await settled(page)
  const box = await chart.boundingBox()
  await page.keyboard.down('Shift')
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.8, box.y + 40, { steps: 6 })
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await page.getByRole('group').getByRole('button', { name: 'What is different here?' }).click()
  const panel = page.getByTestId('drawer')
  await panel.getByText('against').waitFor()
  await panel.locator('ol button').first().waitFor()
  const names = await panel.locator('ol [class*=field]').allTextContents()
  check('its fields have names for people', names.length > 0 && names.every((name) => /^[A-Z]/.test(name)))
  await panel.locator('ol button').first().click()
  await page.waitForURL((url) => url.searchParams.has('filter'))
  await comes('a chosen part is compared with the rest, and a value of it filters', () => param('within'))
  await page.screenshot({ path: join(OUT, 'logs-differences.png') })
  await page.locator('body').press('Escape')
  await panel.waitFor({ state: 'detached' })
})

await step('empty', async () => {
  await page.goto(`${target.base}/logs?tz=UTC&filter=consumer:nobody+status:200`)
  const empty = page.getByTestId('empty')
  await empty.getByRole('button').first().click()
  await page.locator('[data-row]').first().waitFor()
  check('an empty list has the button that fills it', !/nobody/.test(param('filter') ?? ''))
})

await step('hide', async () => {
  await go('/logs?tz=UTC')
  await page.getByRole('button', { name: '2xx is drawn' }).click()
  await until('hide', '2xx')
  await page.locator('body').press('h')
  await until('chart', 'none')
  await becomes('a series and the whole chart can be hidden', () => page.getByRole('slider').count(), 0)
})

await step('turns', async () => {
  // A slow search: what the server would hand over in four turns, of which the last one never comes.
  const real = await (await page.request.get(`${target.base}/api/v1/events?limit=200`)).json()
  let turn = 0
  await page.route(/\/api\/v1\/events\?/, async (route) => {
    const from = Date.parse(new URL(route.request().url()).searchParams.get('from'))
    turn++
    if (turn > 3) return new Promise(() => {})
    const until = new Date(from + (1 - turn / 4) * 864e5).toISOString()
    const events = real.events.slice((turn - 1) * 3, turn * 3)
    const scanned = { rows: 250_000, files: 1, until }
    await route.fulfill({ json: { ...real, events, next_cursor: `turn ${turn}`, scanned } })
  })
  await page.goto(`${target.base}/logs?tz=UTC&refresh=off`)
  await page.getByTestId('reading').getByText('75.0 % of the range, 750k rows').waitFor()
  await becomes('rows are there while the search goes on', () => page.locator('[data-row]').count(), 9)
  await page.screenshot({ path: join(OUT, 'logs-turns.png') })
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByTestId('reading').getByText('9 rows are kept').waitFor()
  await becomes('Stop asks for nothing more', () => turn, 4)
  await page.unroute(/\/api\/v1\/events\?/)
})

await step('end', async () => {
  const from = new Date(Date.now() - 7 * 864e5).toISOString()
  await go(`/logs?tz=UTC&from=${from}&to=${PAST.to}`)
  await settled(page)
  await page.getByTestId('events').focus()
  await page.keyboard.press('End')
  const query = new URLSearchParams({ from, to: PAST.to, order: 'asc', limit: 1 })
  const oldest = await (await page.request.get(`${target.base}/api/v1/events?${query}`)).json()
  await page.locator(`[data-row="${oldest.events[0].id}"]`).waitFor()
  const rows = Number(await page.getByTestId('events').getAttribute('aria-rowcount')) - 1
  check('End leads to the oldest of them all', rows > 1000)
  equal(
    'at its place',
    await page.locator(`[data-row="${oldest.events[0].id}"]`).getAttribute('aria-rowindex'),
    String(rows + 1),
  )
})

await step('fresh', async () => {
  await go('/logs?tz=UTC&refresh=5s')
  const first = await page.locator('[data-row]').first().getAttribute('data-row')
  const before = await total()
  const other = await opened()
  await other.goto(`${target.base}/logs?tail=1`)
  await page.getByTestId('fresh').waitFor()
  equal('new events wait', await page.locator('[data-row]').first().getAttribute('data-row'), first)
  equal('and so does their number', await total(), before)
  await other.close()
  await page.getByTestId('fresh').click()
  await page.waitForFunction((id) => document.querySelector('[data-row]')?.dataset.row !== id, first)
  await comes('until they are asked for', total, (now) => now > before)
})

await step('presses', async () => {
  // Each press falls into the moment in which the rows are renewed; the page notes the row it began on.
  await go('/logs?tz=UTC')
  await page.evaluate(() => {
    addEventListener('pointerdown', (e) => (globalThis.__pressed = e.target.closest('[data-row]')?.dataset.row), true)
  })
  const wrong = []
  for (let i = 0; i < 24; i++) {
    const { x, y, width, height } = await page
      .locator('[data-row]')
      .nth(1 + (i % 8))
      .boundingBox()
    await page.mouse.move(x + width * (0.1 + 0.03 * i), y + height / 2)
    if (i % 2) await page.waitForTimeout(i * 12)
    await page.keyboard.press('r')
    await page.mouse.down()
    if (i % 3 === 0) await page.waitForTimeout(i * 20)
    await page.mouse.up()
    const pressed = await page.evaluate(() => globalThis.__pressed)
    const isOpen = await page
      .waitForURL((url) => url.searchParams.get('row') === pressed, { timeout: PATIENCE_MS })
      .then(
        () => true,
        () => false,
      )
    if (!isOpen || !pressed) wrong.push(`press ${i} on ${pressed}: ${page.url()}`)
    await page.getByTestId('drawer').waitFor()
    await page.locator('body').press('Escape')
    await page.getByTestId('drawer').waitFor({ state: 'detached' })
  }
  equal('24 presses while rows are renewed open the rows they began on', wrong.join('\n'), '')
})

await step('tail', async () => {
  await go('/logs?tz=UTC')
  await page.locator('body').press('t')
  await page.getByText(/^Live$/).waitFor()
  await page.locator('[data-row]').nth(3).waitFor()
  await page.locator('body').press('Space')
  await page.getByText(/^Paused/).waitFor()
  const first = await page.locator('[data-row]').first().getAttribute('data-row')
  await page.getByText(/^Paused, [1-9]/).waitFor()
  equal('a paused tail does not move', await page.locator('[data-row]').first().getAttribute('data-row'), first)
  await page.locator('body').press('Space')
  await page.waitForFunction((id) => document.querySelector('[data-row]')?.dataset.row !== id, first)
  check('and goes on', true)
  const { x, y, height } = await page.locator('[data-row]').nth(2).boundingBox()
  await page.mouse.move(x + 300, y + height / 2)
  await page.mouse.down()
  await page.getByText(/^Paused/).waitFor()
  const held = await page.locator('[data-row]').nth(2).getAttribute('data-row')
  await page.mouse.up()
  await page.getByTestId('drawer').waitFor()
  check(
    'a press stops a tail, so that it meets its row',
    param('row') === held || Number(held) - Number(param('row')) < 9,
  )
})

await step('phone', async () => {
  page = await opened({ width: 390, height: 844 })
  await go('/logs?tz=UTC&filter=granted:false')
  await page.getByRole('button', { name: 'Facets' }).click()
  await page.getByRole('dialog', { name: 'Facets' }).getByText('Denial reason').waitFor()
  await page.keyboard.press('Escape')
  await openEvent(page, 1)
  await page.getByTestId('explanation').waitFor()
  equal('nothing lies outside a phone', await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0)
  await page.keyboard.press('Escape')
  await page.getByTestId('drawer').waitFor({ state: 'detached' })
  check('a phone has sheets, cards and the drawer', true)
})

equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()
