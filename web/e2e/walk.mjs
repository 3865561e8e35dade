// The main job in a real browser: open the one-time link, find the denied calls of one consumer, read why, export them,
// and compare the file with the API. BASE_URL and GATELOG_LINK name the server; without them the fixtures are walked.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, PATIENCE_MS, server, watch } from './browser.mjs'
import { checks, sooner } from './checks.mjs'

const target = await server()
const base = target.base.replace(/\/$/, '')
const link = target.link.startsWith('http') ? target.link : `${base}${target.link}`
const browser = await launch()
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  acceptDownloads: true,
  timezoneId: 'Europe/Berlin',
})
context.setDefaultTimeout(PATIENCE_MS)
context.setDefaultNavigationTimeout(PATIENCE_MS)
const page = await context.newPage()
const troubles = []
watch(page, troubles)
mkdirSync(OUT, { recursive: true })
const { check, equal, becomes, comes, close } = checks()

const api = async (path, params) => {
  const answer = await page.request.get(`${base}/api/v1${path}?${new URLSearchParams(params)}`)
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${(await answer.text()).slice(0, 300)}`)
  return answer.json()
}
const filterOf = () => new URL(page.url()).searchParams.get('filter') ?? ''

/** RFC 4180, with quotes and line breaks inside cells. */
function csvRows(text) {
  const rows = [[]]
  for (const [, quoted, plain, end] of text
    .replace(/^\uFEFF/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '') break
    if (end !== ',') rows.push([])
  }
  return rows.filter((row) => row.length > 1 || row[0])
}

// What a row says, whichever way the cells are written.
const unsafe = (cell) => cell.replace(/^'(?=[=+\-@])/, '')
const ofCsv = (head, row, labels) => {
  const cell = (name) => unsafe(row[head.indexOf(name)] ?? '')
  const reason = cell('Denial reason')
  const ms = cell('Response time (ms)')
  return JSON.stringify([
    Date.parse(cell('Timestamp')),
    cell('Consumer'),
    cell('Request path'),
    cell('HTTP method'),
    cell('Response status'),
    /^(true|yes|granted)$/i.test(cell('Access granted')),
    labels.get(reason.toLowerCase()) ?? reason,
    ms === '' ? null : Number(ms),
  ])
}
const ofApi = (e) =>
  JSON.stringify([
    Date.parse(e.timestamp),
    e.consumer_name ?? e.consumer_id ?? '',
    e.request.path ?? '',
    e.request.method ?? '',
    String(e.response.status ?? ''),
    e.access.granted,
    e.access.reason ?? '',
    e.response.duration_ms ?? null,
  ])

async function allEvents(params) {
  const found = []
  let cursor = ''
  do {
    const answer = await api('/events', { ...params, limit: 1000, ...(cursor ? { cursor } : {}) })
    found.push(...answer.events)
    cursor = answer.next_cursor
  } while (cursor)
  return found
}

try {
  await page.goto(link)
  await page.waitForURL((url) => url.pathname === '/')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  check('the one-time link opens Overview', true)
  equal('the token does not stay in the address', new URL(page.url()).hash, '')
  await page.getByRole('region', { name: 'Key figures' }).getByText('Total calls').waitFor()
  const summary = await api('/summary', { from: 'now-24h', to: 'now' })
  check('there are calls to look at', summary.total_calls > 0, `total_calls is ${summary.total_calls}`)

  const second = await context.newPage()
  await second.goto(link)
  await second.getByRole('alert').waitFor()
  check('the link opens only once', (await second.getByRole('alert').innerText()).length > 20)
  await second.close()

  // Denied calls, from the key figure; then one consumer, typed.
  await page
    .getByRole('region', { name: 'Key figures' })
    .locator('div', { hasText: /^Denied/ })
    .getByRole('link')
    .last()
    .click()
  await page.waitForURL((url) => url.pathname === '/logs')
  await becomes('the figure leads to the denied calls', filterOf, 'granted:false')
  const denied = await api('/facets', {
    from: 'now-24h',
    to: 'now',
    filter: 'granted:false',
    fields: 'consumer',
    top: '5',
  })
  const consumer = denied.facets[0].values.find((v) => v.value && v.value !== 'unknown')?.value
  check('a consumer has denied calls', Boolean(consumer), JSON.stringify(denied.facets[0]))
  await page.keyboard.press('/')
  await page.keyboard.type(`consumer:${/^[\w-]+$/.test(consumer) ? consumer : JSON.stringify(consumer)}`)
  await page.keyboard.press('Enter')
  // The field keeps the focus for the next filter; Escape leaves it, so that single keys work again.
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => (url.searchParams.get('filter') ?? '').includes('consumer:'))
  // Until the answer is there, the rows of the question before may still be seen.
  const rowTexts = () => page.locator('[data-row]').allInnerTexts()
  const isTheirs = (text) => text.includes(consumer)
  const shown = await sooner(rowTexts, (rows) => rows.length > 0 && rows.every(isTheirs))
  check(
    `every row on screen is of the consumer ${consumer}`,
    shown.length > 0 && shown.every(isTheirs),
    shown.find((text) => !isTheirs(text)) ?? 'there is no row',
  )

  // Back and forward are exact.
  const here = page.url()
  await page.goBack()
  await becomes('Back removes the last filter', filterOf, 'granted:false')
  await page.goForward()
  await becomes('Forward brings it back', () => page.url(), here)

  // One of them in the drawer, by keyboard.
  await page.locator('[data-row]').first().waitFor()
  await page.locator('body').press('j')
  await page.locator('body').press('Enter')
  const drawer = page.getByTestId('drawer')
  await drawer.waitFor()
  const why = await drawer.getByTestId('explanation').innerText()
  const fix = await drawer.getByTestId('resolution').innerText()
  check('the drawer explains the denial', why.replace(/^Why\s*/, '').length > 10, why)
  check('the drawer says what to do', fix.replace(/^What to do\s*/, '').length > 10, fix)
  await comes('the open event is in the address', () => new URL(page.url()).searchParams.has('row'))
  await page.screenshot({ path: join(OUT, 'walk-drawer.png') })
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })

  // Export, once more when an event of the last second came in between.
  const labels = new Map(
    (await api('/reasons', {})).reasons.flatMap((r) => [
      [r.label.toLowerCase(), r.code],
      [r.code, r.code],
    ]),
  )
  let rows = []
  let head = []
  let events = []
  let announced = ''
  let same = false
  for (let tries = 0; tries < 3 && !same; tries++) {
    await page.locator('[data-shortcut=export]:visible').first().click()
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByTestId('export-rows').filter({ hasText: /\d/ }).waitFor()
    announced = (await dialog.getByTestId('export-rows').innerText()).replace(/\D/g, '')
    const [download, request] = await Promise.all([
      page.waitForEvent('download'),
      page.waitForRequest((sent) => sent.method() === 'POST' && sent.url().endsWith('/exports')),
      dialog.getByTestId('start-export').click(),
    ])
    const asked = new URLSearchParams(request.postDataJSON())
    ;[head, ...rows] = csvRows(readFileSync(await download.path(), 'utf8'))
    await dialog.getByTestId('export-job').getByText('Done').waitFor()
    await page.screenshot({ path: join(OUT, 'walk-export.png') })
    events = await allEvents({ from: asked.get('from'), to: asked.get('to'), filter: asked.get('filter') })
    same = events.length === rows.length && String(events.length) === announced
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }
  equal(
    'the columns are those of the contract',
    head.slice(0, 8).join(),
    'Timestamp,Consumer,Request path,HTTP method,Response status,Access granted,Denial reason,Response time (ms)',
  )
  check('the export holds rows', rows.length > 0)
  equal('the dialog announced the exact number of rows', announced, String(rows.length))
  equal('the file has as many rows as the API has events', rows.length, events.length)
  const csv = rows.map((row) => ofCsv(head, row, labels)).sort()
  const json = events.map(ofApi).sort()
  const differs = csv.findIndex((row, i) => row !== json[i])
  check(
    'each row of the file equals the event of the API',
    differs < 0,
    `file ${csv[differs]}\n   API ${json[differs]}`,
  )

  // Live tail shows something or waits honestly; a wrong filter points at its character.
  await page.locator('body').press('t')
  await page
    .getByText(/^(Live|Connecting)$/)
    .first()
    .waitFor()
  await comes('live tail opens', () => new URL(page.url()).searchParams.get('tail') === '1')
  await page.goto(`${base}/logs?filter=statu:500&nonsense=1`)
  await page.getByRole('alert').filter({ hasText: 'statu' }).first().waitFor()
  await page.getByRole('button', { name: 'status', exact: true }).click()
  await page.waitForURL((url) => url.searchParams.get('filter') === 'status:500')
  check('a wrong field is named and mended with one click', true)
  await page.goto(`${base}/?filter=statu:500+method:GET`)
  await page.getByRole('button', { name: 'Remove statu:500' }).last().waitFor()
  await page.getByRole('button', { name: 'Use status', exact: true }).click()
  await page.waitForURL((url) => url.searchParams.get('filter') === 'status:500 method:GET')
  check('where the page would be, a button mends the filter too', true)
  equal('nothing failed in the browser, the CSP refused nothing', troubles.join('\n'), '')
} catch (error) {
  await page.screenshot({ path: join(OUT, 'walk-failed.png') }).catch(() => {})
  check('the walk goes through', false, `${error.message}\n   at ${page.url()}`)
}
await browser.close()
target.stop()
close()
