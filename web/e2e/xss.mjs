// 500 hostile events, every text of them a payload, sent to a real server and walked through in the browser: table, drawer,
// facets, tooltips, pills, what is near, and every page that shows what came. No script runs, the CSP refuses nothing, and
// each text shows as it is.
import { freePort, launch, openEvent, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'
import { BIN, realServer } from './real.mjs'

const EVENTS = 500
const DRAWERS = 40
/** Every page that shows what came. */
const PAGES = [
  ...['/', '/denials', '/usage/consumers', '/usage/routes', '/usage/agents', '/errors', '/access', '/sources'],
  `/usage/consumers/${encodeURIComponent('<img src=x onerror=window.__hit=1>1')}`,
]
const target = await realServer(await freePort(), 'hostile')
if (!target) {
  console.log(`skipped: there is no server at ${BIN}; build it or set GATELOG_BIN`)
  process.exit(0)
}
const { check, equal, becomes, close } = checks()

const HIT = 'window.__hit=1'
const SHAPES = [
  (n) => `<script>${HIT}</script>${n}`,
  (n) => `<img src=x onerror=${HIT}>${n}`,
  (n) => `"><svg onload=${HIT}>${n}`,
  (n) => `'"><iframe srcdoc="<script>parent.__hit=1</script>">${n}`,
  (n) => `javascript:${HIT}//${n}`,
  (n) => `</script><script>${HIT}</script>${n}`,
  (n) => `<a href="javascript:${HIT}">${n}</a>`,
  (n) => `{{constructor.constructor('${HIT}')()}}${n}`,
  (n) => `\${${HIT}}${n}`,
  (n) => `<math><mtext></mtext><script>${HIT}</script></math>${n}`,
  (n) => `<details open ontoggle=${HIT}>${n}`,
  (n) => `<style>@import 'https://evil.example/${n}'</style>`,
  (n) => `<link rel=stylesheet href=https://evil.example/${n}>`,
  (n) => `<body onload=${HIT}>${n}`,
  (n) => `<input autofocus onfocus=${HIT}>${n}`,
  (n) => `<meta http-equiv=refresh content="0;url=https://evil.example/${n}">`,
  (n) => `data:text/html,<script>${HIT}</script>${n}`,
  (n) => `<template><script>${HIT}</script></template>${n}`,
  (n) => `\u202e<b>${n}</b>\u0000\u2028</b>`,
  (n) => `=cmd|'/C calc'!A0${n}`,
  (n) => `__proto__${n}`,
  (n) => `"}],"x":"${n}`,
  (n) => `<form action=https://evil.example><button autofocus>${n}</button></form>`,
  (n) => `expression(${HIT})url(javascript:${HIT})${n}`,
  (n) => `<object data=javascript:${HIT}>${n}</object>`,
]
const payload = (n) => SHAPES[n % SHAPES.length](n)
/** Each field gets a payload of its own, so that `n` events hold some 25 times as many. */
const event = (n, at) => {
  const p = (i) => payload(n * 25 + i)
  return JSON.stringify({
    timestamp: new Date(at).toISOString(),
    request_id: p(0),
    gateway: p(1),
    environment: p(2),
    domain: p(3),
    api: p(4),
    route: p(5),
    consumer_id: p(6),
    consumer_name: p(7),
    consumer_groups: [p(8), p(9)],
    usage_plan: p(10),
    customer: p(11),
    api_key_id: p(12),
    service: p(13),
    correlation_id: p(14),
    trace_id: p(15),
    [p(16)]: p(17),
    request: {
      method: n % 3 ? 'GET' : p(18),
      path: `/${p(19)}`,
      query: p(20),
      ip: n % 2 ? '203.0.113.9' : p(21),
      user_agent: p(22),
      headers: [
        [p(23), p(24)],
        ['x-plain', p(0)],
      ],
    },
    response: { status: [200, 403, 500][n % 3], duration_ms: n, outcome: p(1) },
    access: { granted: n % 3 !== 1, reason: n % 3 === 1 ? p(2) : null },
    error: { type: p(3), message: p(4) },
  })
}

const now = Date.now()
const taken = await target.send(
  Array.from({ length: EVENTS }, (_, n) => event(n, now - n * 60_000)),
  'flowgenx',
)
equal('every hostile event is taken', taken.accepted, EVENTS)

const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
const page = await signIn(context, target)
const troubles = []
watch(page, troubles)
const strangers = []
page.on('request', (request) => {
  if (!request.url().startsWith(target.base)) strangers.push(request.url().slice(0, 120))
})
page.on('dialog', (dialog) => {
  troubles.push(`a dialog: ${dialog.message()}`)
  dialog.dismiss()
})
await page.addInitScript(() => {
  globalThis.__refused = []
  document.addEventListener('securitypolicyviolation', (event) => {
    globalThis.__refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
  })
})
const seen = async (where) => {
  const { hit, refused } = await page.evaluate(() => ({ hit: globalThis.__hit, refused: globalThis.__refused }))
  check(`${where}: no script ran`, hit === undefined)
  check(`${where}: the CSP refused nothing`, refused.length === 0, refused.slice(0, 3).join('\n   '))
}
const columns =
  'timestamp,status,method,path,consumer,granted,reason,route,api,gateway,environment,ip,host,group,plan,customer,user_agent,request_id,source'

try {
  await page.goto(`${target.base}/logs?tz=UTC&wrap=1&columns=${columns}`)
  await page.locator('[data-row]').first().waitFor()
  await becomes('the list counts them all', () => page.getByTestId('total').innerText(), String(EVENTS))
  const scroll = page.getByTestId('events').locator('..')
  for (let y = 0; y <= EVENTS * 64; y += 800) {
    await scroll.evaluate((element, top) => {
      element.scrollTop = top
      element.scrollLeft = (top * 7) % 2400
    }, y)
    await page.waitForTimeout(30)
  }
  await seen('table')

  const closed = page.getByRole('complementary', { name: 'Facets' }).getByRole('button', { expanded: false })
  for (let i = 0; i < 30 && (await closed.count()) > 0; i++) await closed.first().click()
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  for (const value of (await page.locator('aside li button').all()).slice(0, 40)) await value.hover()
  await page.getByRole('textbox', { name: 'Search Route' }).fill('<img')
  await page.waitForTimeout(500)
  await seen('facets')

  // Each event in the drawer, with its tooltips; the first texts are compared letter by letter.
  await page.goto(`${target.base}/logs?tz=UTC`)
  await openEvent(page, 0)
  const drawer = page.getByTestId('drawer')
  for (let n = 0; n < DRAWERS; n++) {
    await drawer
      .getByText(payload(n * 25 + 14), { exact: true })
      .first()
      .waitFor()
    if (n < 3) {
      const text = await drawer.innerText()
      for (const i of [4, 5, 10, 11, 13, 22])
        check(`drawer ${n}: text ${i} shows as it is`, text.includes(payload(n * 25 + i)), payload(n * 25 + i))
      await drawer.locator('summary').click()
      for (const value of (await drawer.locator('dd button').all()).slice(0, 12)) await value.hover()
    }
    await page.keyboard.press(']')
  }
  await seen('drawer')

  // A hostile value as a filter: pill, editor, text form, saved view.
  await drawer.getByRole('button', { name: payload(DRAWERS * 25 + 10), exact: true }).click()
  await page.getByTestId('pill').first().waitFor()
  await page.getByTestId('pill').first().getByRole('button').first().click()
  await page.getByRole('dialog').waitFor()
  await becomes('the value filters exactly its event', () => page.getByTestId('total').innerText(), '1')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Edit as text' }).click()
  await page.keyboard.press('Escape')
  await seen('filter')
  await page.goto(`${target.base}/logs?tz=UTC&filter=${encodeURIComponent(`${payload(1)} "${payload(0)}`)}`)
  await page.getByRole('combobox', { name: 'Filter' }).waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  await seen('a hostile filter in the address')

  for (const split of ['consumer', 'route', 'reason']) {
    await page.goto(`${target.base}/logs?tz=UTC&split=${split}`)
    await page.locator('[data-row]').first().waitFor()
    await page.getByRole('slider').first().hover()
    await page.waitForTimeout(300)
  }
  await seen('histogram')

  for (const path of PAGES) {
    await page.goto(`${target.base}${path}?tz=UTC`)
    await page.locator('main h1').first().waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
    for (const value of (await page.locator('main a, main button').all()).slice(0, 40))
      await value.hover({ timeout: 500 }).catch(() => {})
    await seen(path)
  }
} catch (error) {
  check('the walk goes through', false, `${error.message.slice(0, 600)}\n   at ${page.url().slice(0, 200)}`)
}
equal('nothing was asked of another host', [...new Set(strangers)].join('\n'), '')
equal('nothing failed in the browser', [...new Set(troubles)].join('\n').slice(0, 600), '')
await browser.close()
await target.stop()
close()
