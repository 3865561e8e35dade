// The operator trail in a real browser, against a program of its own: the two worked cases (what did one operator create
// in 30 days; everything that happened to one thing in 7 days), change marks on charts, and who may see any of it.
import { readFileSync } from 'node:fs'
import { focusedOn, freePort, launch, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'
import { realServer } from './real.mjs'

const target = await realServer(await freePort(), 'edge')
if (!target) {
  console.log('skipped: there is no program; build it or set GATELOG_BIN')
  process.exit(0)
}
const UUID = '3f0c8d5e-7a41-4a8e-9d0e-5b1f6a2c9e10'
const COLUMNS = 'Time,Operator,Event,Resource ID,Resource Name,IP Address,Source'
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
const WIDE = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true }
const at = (path) => `${target.base}${path}`

/** A call of the API by a token; its answer. */
async function call(token, method, path, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await fetch(at(`/api/v1${path}`), { method, headers, ...sent })
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
  return answer.status === 204 ? null : answer.json()
}

const rowsOf = (page) => page.getByRole('grid', { name: 'Operator events' }).locator('tbody tr')
/** The texts of a column, by its number. */
const column = (page, n) => () => rowsOf(page).locator(`:is(th, td):nth-child(${n})`).allInnerTexts()
const listed = (page, n) => async () => (await column(page, n)()).map((text) => text.trim()).join(' ')
const isList = (url) => url.pathname === '/api/v1/trail'
const search = (page) => page.getByRole('button', { name: 'Search', exact: true }).last()

async function fetched(page, entry) {
  await page.getByTestId('trail-export').click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: entry }).click()])
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
}

try {
  const of = {}
  for (const name of ['ops', 'dev'])
    of[name] = (await call(target.token, 'POST', '/tokens', { name, role: 'admin' })).token
  of.eve = (await call(target.token, 'POST', '/tokens', { name: 'eve', role: 'viewer' })).token
  const now = new Date().toISOString()
  const line = (n) =>
    JSON.stringify({ timestamp: now, method: 'GET', path: `/orders/${n}`, status: n === 3 ? 503 : 200 })
  await target.send([1, 2, 3, 4].map(line), 'json')
  for (const name of ['orders', 'billing']) await call(of.ops, 'POST', '/sources', { name })
  await call(of.dev, 'POST', '/sources', { name: UUID })
  await call(of.dev, 'PUT', `/sources/${UUID}`, { format: 'kong' })
  await call(of.ops, 'POST', `/sources/${UUID}/pause`)
  await call(of.ops, 'DELETE', `/sources/${UUID}/pause`)

  const page = await signIn(await browser.newContext(WIDE), target)
  watch(page, troubles)

  // Case 1: which services did Ops add in the last 30 days?
  await page.goto(at('/'))
  await page.getByRole('link', { name: 'Audit' }).click()
  await page.waitForURL((url) => url.pathname === '/audit')
  await settled(page)
  await comes('30 days are chosen', () => page.getByRole('radio', { name: '30 days' }).isChecked())
  const heads = page.getByRole('columnheader').allInnerTexts()
  equal('the columns are those of the contract', (await heads).join(), COLUMNS)
  await page.getByRole('combobox', { name: 'Event' }).fill('Create sou')
  await page.getByRole('option', { name: /^Create source/ }).click()
  await page.getByRole('combobox', { name: 'Operator' }).fill('ops')
  await page.getByRole('combobox', { name: 'Operator' }).press('Tab')
  check('nothing is asked before Search', !new URL(page.url()).searchParams.has('event'))
  await search(page).click()
  await page.waitForURL((url) => url.searchParams.get('operator') === 'ops')
  equal('the event is in the address by its code', new URL(page.url()).searchParams.get('event'), 'GL-SOURCE-CREATE')
  await becomes('Ops created two sources', listed(page, 4), 'billing orders')
  await becomes('all by Ops', listed(page, 2), 'ops ops')
  await becomes('and so many are told', () => page.getByTestId('trail-total').innerText(), '2')

  const json = await fetched(page, /^JSON/)
  equal('the file of JSON is named', json.name, 'operator-trail.json')
  const told = JSON.parse(json.text).map(({ operator, code, resource_id }) => `${operator} ${code} ${resource_id}`)
  equal('and has what is listed', told.join(), 'ops GL-SOURCE-CREATE billing,ops GL-SOURCE-CREATE orders')
  const csv = (await fetched(page, /^CSV/)).text.trim().split(/\r?\n/)
  equal('CSV has the columns of the contract', csv[0], COLUMNS)
  check('and the same rows', csv.length === 3 && csv[1].includes(',ops,Create source,billing,'), csv.join('\n'))

  await page.getByRole('button', { name: 'Clear' }).click()
  await page.waitForURL((url) => !url.searchParams.has('operator'))
  await page.goBack()
  await becomes(
    'Back fills the fields again',
    () => page.getByRole('combobox', { name: 'Operator' }).inputValue(),
    'ops',
  )
  await becomes('with words', () => page.getByRole('combobox', { name: 'Event' }).inputValue(), 'Create source')

  // Case 2: everything that happened to one thing in 7 days, by its UUID, with the keyboard.
  await page.goto(at('/audit?tz=UTC'))
  await settled(page)
  await page.getByText('7 days', { exact: true }).click()
  await page.waitForURL((url) => url.searchParams.get('from') === 'now-7d')
  const id = page.getByRole('textbox', { name: 'Resource ID' })
  await id.fill(UUID)
  await id.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('resource_id') === UUID)
  const happened = 'Resume source Pause source Update source Create source'
  await becomes('all that happened to it is listed', listed(page, 3), happened)
  await becomes('and who did it', listed(page, 2), 'ops ops dev dev')

  await rowsOf(page).nth(2).getByRole('button').click()
  const drawer = page.getByTestId('drawer')
  await drawer.getByText('GL-SOURCE-UPDATE').first().waitFor()
  check('the open event is in the address', /^\d+$/.test(new URL(page.url()).searchParams.get('row')))
  const diff = drawer.getByRole('table', { name: 'What changed' })
  await becomes(
    'before stands beside after',
    async () => (await diff.locator('tbody tr').first().innerText()).replace(/[\s~]+/g, ' ').trim(),
    'format none kong',
  )
  await becomes('a signed checkpoint covers it', () => drawer.getByTestId('proof').innerText(), 'Proved')
  await drawer.getByTestId('proof').click()
  const [proof] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download its proof' }).click(),
  ])
  const bundle = JSON.parse(readFileSync(await proof.path(), 'utf8'))
  equal('the proof is of the act and its end', `${bundle.bundle} ${bundle.records.length}`, 'gatelog-1 2')
  await page.keyboard.press('Escape')
  await comes('what the traffic did is told', () =>
    drawer.getByRole('heading', { name: /^Traffic .*before and after/ }).isVisible(),
  )
  await drawer.getByRole('tab', { name: 'History' }).click()
  const moments = drawer.getByRole('list', { name: `History of ${UUID}` }).getByRole('button')
  await becomes('its history has four moments', () => moments.count(), 4)
  await moments.last().click()
  await drawer.getByText('GL-SOURCE-CREATE').first().waitFor()
  await page.reload()
  await drawer.getByText('GL-SOURCE-CREATE').first().waitFor()
  check('the address alone opens it', true)

  // Reads are hidden, and told; what is listed is what is exported.
  const readsOf = async () => {
    await settled(page)
    return (await column(page, 3)()).filter((text) => /^Read|Look/.test(text.trim())).length
  }
  const reads = page.getByRole('switch', { name: 'Show reads' })
  await page.goto(at('/audit?tz=UTC'))
  await rowsOf(page).first().waitFor()
  await comes('hidden reads are told', () => page.getByText(/reads are hidden/).count())
  equal('and not listed', await readsOf(), 0)
  const without = JSON.parse((await fetched(page, /^JSON/)).text)
  equal('nor exported', without.filter(({ verb, outcome }) => verb === 'read' && outcome !== 'denied').length, 0)
  // That it was exported is in the file, and not yet in the list.
  const others = (await column(page, 3)()).filter((text) => !text.startsWith('Export operator trail')).length
  equal('and all else is', without.filter(({ code }) => code !== 'GL-TRAIL-EXPORT').length, others)
  check(
    'with what was changed',
    without.some(({ code }) => code === 'GL-SOURCE-CREATE'),
  )
  await reads.focus()
  await page.keyboard.press('Space')
  await page.waitForURL((url) => url.searchParams.get('reads') === 'shown')
  await comes('with the keyboard they are shown', readsOf)
  const csvAll = (await fetched(page, /^CSV/)).text
  check('and exported', /,Read (operator trail|access events|),/.test(csvAll), csvAll.slice(0, 600))
  await page.goBack()
  await becomes('Back hides them again', readsOf, 0)
  await page.getByRole('button', { name: 'Show reads' }).click()
  await page.waitForURL((url) => url.searchParams.get('reads') === 'shown')
  await comes('the button under the list shows them, too', () => reads.isChecked())
  // Whoever picks a read sees it; whom only reads match is told so.
  await page.goto(at('/audit?tz=UTC'))
  await settled(page)
  await page.getByRole('combobox', { name: 'Event' }).fill('Read operator')
  await page.getByRole('option', { name: /^Read operator trail/ }).click()
  await search(page).click()
  await page.waitForURL((url) => url.searchParams.get('event') === 'GL-TRAIL-READ')
  await comes('an event that is asked for is shown', readsOf)
  await page.goto(at('/audit?tz=UTC&resource_type=api&operator=e2e'))
  await page.getByText('Nothing but reads was found').waitFor()
  await page.getByRole('button', { name: 'Show reads' }).click()
  await comes('and shown on request', readsOf)

  // Nothing found, and a server that fails.
  await page.goto(at('/audit?tz=UTC&operator=nobody'))
  await page.getByText('Nothing of this kind was done').waitFor()
  await page.getByRole('button', { name: 'Remove the filters' }).click()
  await rowsOf(page).first().waitFor()
  await page.route(isList, (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: '{"title":"No","detail":"not today","status":400}',
    }),
  )
  await page.goto(at('/audit?tz=UTC&operator=ops'))
  await page.getByRole('alert').getByText('Not today').waitFor()
  await page.unroute(isList)

  // Marks on charts: by keyboard to what was changed, and off.
  await page.goto(at('/logs?tz=UTC&from=now-1h'))
  const marks = page.getByRole('group', { name: 'What was changed' }).getByRole('button')
  await comes('changes are marked on the chart', () => marks.count())
  await comes(
    'and say who did what',
    () => marks.last().getAttribute('aria-label'),
    (text) => / by (ops|dev|uid \d+)$/.test(text),
  )
  equal(
    'all marks are one stop of Tab',
    await marks.evaluateAll((all) => all.filter((m) => m.tabIndex === 0).length),
    1,
  )
  await marks.last().focus()
  await focusedOn(marks.last())
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/audit')
  check('a mark leads to what was changed', /[?&](row=\d+|event=create,update,delete)/.test(page.url()), page.url())
  await page.goBack()
  await page.getByRole('button', { name: 'More about the histogram' }).click()
  await page.getByRole('menuitem', { name: 'Hide change marks' }).click()
  await becomes('they can be switched off', () => marks.count(), 0)

  // What a gateway tells of its own operators.
  const { token: teller } = await call(of.ops, 'POST', '/sources', { name: 'aws-ops', format: 'cloudtrail' })
  const record = {
    eventTime: now,
    eventSource: 'apigateway.amazonaws.com',
    eventName: 'UpdateStage',
    eventID: 'e-1',
    sourceIPAddress: '192.0.2.7',
    userIdentity: { type: 'IAMUser', userName: 'ada' },
    requestParameters: { restApiId: 'a1b2' },
  }
  const headers = { authorization: `Bearer ${teller}` }
  const taken = await fetch(at('/ingest'), { method: 'POST', headers, body: JSON.stringify(record) })
  equal('a gateway may tell', taken.status, 200)
  await page.goto(at('/audit?tz=UTC'))
  await settled(page)
  await page.getByRole('combobox', { name: 'Origin' }).fill('aws-ops')
  await page.getByRole('combobox', { name: 'Origin' }).press('Tab')
  await search(page).click()
  await page.waitForURL((url) => url.searchParams.get('origin') === 'aws-ops')
  await becomes('it is found by its origin', listed(page, 3), 'Update stage')
  await rowsOf(page).first().click()
  await page.getByRole('tab', { name: 'Raw record' }).click()
  await comes('and its own record is shown', () => page.getByText('As aws-ops wrote it, secrets masked').isVisible())

  // Who may not read the trail sees neither the page nor marks.
  const eve = await signIn(await browser.newContext(WIDE), { ...target, token: of.eve })
  const asked = []
  eve.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await eve.goto(at('/errors?tz=UTC&from=now-1h'))
  await settled(eve)
  equal('a viewer has no Audit in the rail', await eve.getByRole('link', { name: 'Audit' }).count(), 0)
  equal('and asks for no marks', asked.filter((path) => path.includes('/trail')).join(), '')
  await eve.goto(at('/audit'))
  await eve.getByRole('alert').first().waitFor()
  check('the page says that it may not be seen', true)

  const small = await signIn(await browser.newContext({ ...WIDE, viewport: { width: 390, height: 844 } }), target)
  watch(small, troubles)
  for (const path of ['/audit?tz=UTC', `/audit?tz=UTC&resource_id=${UUID}&row=1`]) {
    await small.goto(at(path))
    await settled(small)
    const wider = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    check(`nothing lies outside a phone on ${path}`, wider <= 0, `${wider} px too wide`)
  }
} catch (error) {
  check('the run goes through', false, error.stack)
}
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
await target.stop()
close()
