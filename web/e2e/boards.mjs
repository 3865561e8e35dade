// Dashboards in a real browser, against the fixtures: copied, changed by keyboard and by mouse, kept until saved, saved,
// exported, imported, deleted. What is checked is what stands on the page and what the server has.
import { readFileSync } from 'node:fs'
import { launch, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const target = await server()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
const WIDE = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true }
const at = (path) => `${target.base}${path}`
const handle = (page, title) => page.getByRole('button', { name: `Move ${title}`, exact: true })
const order = (page) =>
  page.locator('[data-handle]').evaluateAll((all) => all.map((handle) => handle.textContent.trim()))
const said = (page) => page.getByTestId('board-said').innerText()
const kept = async (page) => (await (await page.request.get(at('/api/v1/boards'))).json()).boards
const widthOf = async (page, title) => {
  const cell = page.locator('[data-item]').filter({ has: handle(page, title) })
  return Math.round((await cell.boundingBox()).width)
}

try {
  const context = await browser.newContext(WIDE)
  const page = await signIn(context, target)
  watch(page, troubles)

  // The list, and one of the program: seen, not changed.
  await page.goto(at('/boards?tz=UTC'))
  await page.getByRole('link', { name: 'AWS API Gateway' }).click()
  await page.waitForURL((url) => url.pathname === '/boards/aws')
  await settled(page)
  await page.getByTestId('control-status').waitFor()
  await becomes('eight controls stand beside the range', () => page.locator('[data-testid^=control-]').count(), 8)
  equal('what comes with the program is not changed', await page.getByRole('button', { name: 'Edit' }).count(), 0)

  // A control is a term of the page's filter.
  await page.getByTestId('control-status').click()
  await page.getByRole('checkbox', { name: /^403/ }).click({ force: true })
  await page.waitForURL((url) => url.searchParams.get('filter') === 'status:403')
  await page.getByRole('checkbox', { name: /^401/ }).click({ force: true })
  await page.waitForURL((url) => url.searchParams.get('filter') === 'status:403,401')
  await page.getByTestId('control-status').filter({ hasText: '2 chosen' }).waitFor()
  check('a control says how many are chosen', true)
  await page.getByRole('button', { name: 'All of them' }).click()
  await page.waitForURL((url) => !url.searchParams.has('filter'))
  await page.keyboard.press('Escape')

  // A copy waits in the browser, also over a reload, and the server knows nothing of it.
  await page.getByRole('button', { name: 'Make a copy' }).first().click()
  await page.waitForURL((url) => url.pathname === '/boards/new')
  await page.getByLabel('Name', { exact: true }).fill('Ours')
  await page.reload()
  await settled(page)
  await becomes('what is not saved is kept', () => page.getByLabel('Name', { exact: true }).inputValue(), 'Ours')
  check('and is not on the server', !(await kept(page)).some(({ name }) => name === 'Ours'))

  // One's own, changed by keyboard.
  await page.goto(at('/boards/b2?tz=UTC'))
  await settled(page)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const before = await order(page)
  await handle(page, before[0]).focus()
  await page.keyboard.press('ArrowRight')
  await becomes('an arrow moves it', async () => (await order(page)).slice(0, 2).join(), [before[1], before[0]].join())
  await comes(
    'it is said',
    () => said(page),
    (text) => text.startsWith(`${before[0]}: place 2 of 5`),
  )
  await page.waitForFunction((title) => document.activeElement?.textContent?.includes(title), before[0])
  await page.keyboard.press('End')
  await becomes('End moves it to the end', async () => (await order(page)).at(-1), before[0])
  await page.waitForFunction((title) => document.activeElement?.textContent?.includes(title), before[0])
  const narrow = await widthOf(page, before[0])
  await page.keyboard.press('Shift+ArrowRight')
  await comes(
    'Shift and an arrow make it wider',
    () => widthOf(page, before[0]),
    (width) => width > narrow * 1.5,
  )
  check('the page stays where it is in time', !new URL(page.url()).searchParams.has('to'))
  await page.keyboard.press('Delete')
  await becomes('Delete removes it', async () => (await order(page)).length, 4)
  await page.getByRole('button', { name: 'Undo' }).click()
  await becomes('and it can be taken back', async () => (await order(page)).length, 5)

  // The same by mouse.
  await settled(page)
  const now = await order(page)
  const first = await handle(page, now[0]).boundingBox()
  const second = await page.locator('[data-item="1"]').boundingBox()
  await page.mouse.move(first.x + 30, first.y + 10)
  await page.mouse.down()
  await page.mouse.move(second.x + second.width - 40, second.y + 60, { steps: 6 })
  await page.mouse.up()
  await becomes('dragging moves it', async () => (await order(page)).slice(0, 2).join(), [now[1], now[0]].join())
  const corner = page.locator('[data-item="0"]').getByTestId('board-corner')
  const wide = await widthOf(page, now[1])
  await corner.scrollIntoViewIfNeeded()
  await settled(page)
  const box = await corner.boundingBox()
  await page.mouse.move(box.x + 14, box.y + 14)
  await page.mouse.down()
  await page.mouse.move(box.x - 400, box.y + 14, { steps: 6 })
  await page.mouse.up()
  await comes(
    'the corner resizes it',
    () => widthOf(page, now[1]),
    (width) => width < wide,
  )

  // A panel of the list, and a question of one's own.
  await page.getByRole('button', { name: 'Add a panel' }).click()
  await page.getByLabel('Search', { exact: true }).fill('sign-ins')
  await page.getByRole('button', { name: 'Add Refused sign-ins' }).click()
  await page.getByRole('tab', { name: 'Build your own' }).click()
  await page.getByRole('combobox', { name: 'Measure' }).fill('Denied')
  await page.getByRole('option', { name: /Denied calls/ }).click()
  await page.getByRole('radio', { name: 'Areas' }).click({ force: true })
  await page.getByRole('region', { name: 'Denied calls by status class' }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
  await becomes(
    'both are on it',
    async () => (await order(page)).slice(-2).join(),
    'Refused sign-ins,Denied calls by status class',
  )

  // Saved under its own address; what the server has is what the page shows.
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.waitForURL((url) => !url.searchParams.has('edit'))
  const saved = (await kept(page)).find(({ id }) => id === 'b2')
  equal('the server has all of it', saved.items.length, 7)
  equal(
    'the question is kept in the words of the API',
    JSON.stringify(saved.items.at(-1).explore),
    '{"measure":"denied","by":"status_class","chart":"area"}',
  )

  // Someone else saves meanwhile: the second one is told and may keep a copy.
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.getByLabel('What it is for').fill('Mine')
  await page.request.put(at('/api/v1/boards/b2'), { data: { ...saved, about: 'Theirs' } })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Someone has changed this dashboard since you read it').waitFor()
  await page.getByRole('button', { name: 'Save as a copy' }).click()
  await page.waitForURL((url) => !/\/b2$/.test(url.pathname))
  equal('theirs stands', (await kept(page)).find(({ id }) => id === 'b2').about, 'Theirs')

  // Out and in again.
  await page.goto(at('/boards/b2?tz=UTC'))
  await settled(page)
  await page.getByRole('button', { name: 'More about the dashboard' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Export as JSON' }).click(),
  ])
  equal('the file has its name', file.suggestedFilename(), 'gatelog-dashboard-my-morning.json')
  const text = readFileSync(await file.path(), 'utf8')
  await page.goto(at('/boards?tz=UTC'))
  await page.getByRole('button', { name: 'Import' }).click()
  await page.getByLabel('The dashboard as JSON').fill(text.replace('top_routes', 'top_ruotes'))
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await page.getByText('Did you mean top_routes?').waitFor()
  await page.getByLabel('The dashboard as JSON').fill(text)
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await page.waitForURL((url) => /^\/boards\/\w+$/.test(url.pathname) && !/b2$/.test(url.pathname))
  const id = new URL(page.url()).pathname.split('/').pop()
  equal(
    'what came in is what went out',
    JSON.stringify((await kept(page)).find((b) => b.id === id).items),
    JSON.stringify(saved.items),
  )

  // Gone when asked twice.
  await page.getByRole('button', { name: 'More about the dashboard' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.waitForURL((url) => url.pathname === '/boards')
  check('it is gone', !(await kept(page)).some((board) => board.id === id))

  // On a phone the same, below each other.
  const phone = await browser.newContext({ ...WIDE, viewport: { width: 390, height: 844 } })
  const small = await signIn(phone, target)
  watch(small, troubles)
  await small.goto(at('/boards/aws?tz=UTC'))
  await settled(small)
  const wider = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  check('nothing lies outside a phone', wider <= 0, `${wider} px too wide`)
  await phone.close()
} catch (error) {
  check('the run goes through', false, error.stack)
}
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()
