// Overview and its charts in a real browser, against the fixtures: nothing jumps, everything is a link or a filter, every
// chart can be used without a mouse, without dragging and without seeing it.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const target = await server(0, { FIXTURE_DELAY_MS: '60' })
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
mkdirSync(OUT, { recursive: true })

const WIDE = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' }
const at = (path) => `${target.base}${path}`
const param = (page, name) => new URL(page.url()).searchParams.get(name)
const card = (page, name) => page.getByRole('region', { name, exact: true })
const slider = (page, name) => page.getByRole('slider', { name: `${name}: time cursor` })

async function opened(options, path = '/?tz=UTC&from=now-7d') {
  const context = await browser.newContext({ acceptDownloads: true, ...options })
  const page = await signIn(context, target)
  watch(page, troubles)
  await page.addInitScript(watchLayout)
  await page.goto(at(path))
  await page.getByRole('region', { name: 'Key figures' }).getByRole('link').first().waitFor()
  await page.getByRole('slider').first().waitFor()
  return page
}

/** Sums what moves on its own, as the browser itself counts it. */
function watchLayout() {
  globalThis.shifted = 0
  globalThis.movers = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue
      globalThis.shifted += entry.value
      for (const { node } of entry.sources) globalThis.movers.push(node?.className ?? node?.nodeName)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

async function steady(page, what, size) {
  const { shifted, movers } = await page.evaluate(() => ({
    shifted: globalThis.shifted,
    movers: [...new Set(globalThis.movers)].slice(0, 6),
  }))
  check(`nothing jumps while ${what} loads, ${size}`, shifted <= 0.02, `${shifted}: ${movers.join(', ')}`)
  console.log(`     layout shift of ${what} ${shifted.toFixed(4)}, ${size}`)
}

/** Back to the page as it was opened. */
async function back(page) {
  await page.goBack()
  await page.waitForURL(
    ({ pathname, searchParams: of }) =>
      pathname === '/' && of.get('from') === 'now-7d' && !of.has('to') && !of.has('filter'),
  )
  await settled(page)
}

/** When nothing is awaited any more, in milliseconds since the navigation. Reported, not judged: the machine may be busy. */
async function drawn() {
  while (document.querySelector('section[aria-busy=true]')) await new Promise(requestAnimationFrame)
  return performance.now()
}

try {
  for (const [name, viewport] of Object.entries({
    wide: { width: 1440, height: 900 },
    'very wide': { width: 2560, height: 1440 },
    phone: { width: 390, height: 844 },
  })) {
    const page = await opened({ ...WIDE, viewport })
    const usable = await page.evaluate(drawn)
    await page.waitForLoadState('networkidle')
    await steady(page, 'Overview', name)
    console.log(`     everything drawn ${Math.round(usable)} ms after navigation, ${name}`)
    await page.goto(at('/logs?tz=UTC&from=now-7d'))
    await page.locator('[data-row]').first().waitFor()
    await page.waitForLoadState('networkidle')
    await steady(page, 'Access logs', name)
    await page.context().close()
  }

  const page = await opened(WIDE)
  const traffic = card(page, 'Traffic by status')

  // Every figure is a link that opens in a new tab as well.
  const figures = page.getByRole('region', { name: 'Key figures' }).getByRole('link')
  equal('eight key figures, each a link', await figures.count(), 8)
  const hrefs = await figures.evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  check(
    'figures lead to Access logs, the range kept',
    hrefs.every((h, i) => i === 6 || /^\/logs\?.*from=now-7d/.test(h)),
    hrefs.join('\n   '),
  )
  check('the denied ones are filtered', hrefs[5].includes('filter=granted:false'), hrefs[5])
  check('the peak hour is one hour', /from=\d{4}.*to=\d{4}/.test(hrefs[6]), hrefs[6])

  // A row filters the page, a second click takes it out again, the other buttons exclude and open.
  const consumers = card(page, 'Top consumers')
  await consumers.getByRole('button', { name: 'mobile-app', exact: true }).click()
  await becomes('a row filters the page', () => param(page, 'filter'), 'consumer:mobile-app')
  await consumers.getByRole('button', { name: 'mobile-app', exact: true, pressed: true }).click()
  await becomes('a second click takes it out again', () => param(page, 'filter'), null)
  await consumers.getByRole('button', { name: 'Without mobile-app' }).click()
  await becomes('the minus excludes it', () => param(page, 'filter'), '-consumer:mobile-app')
  await back(page)
  const link = await consumers.getByRole('link', { name: 'Calls of mobile-app' }).getAttribute('href')
  check('the arrow leads to its calls', link.startsWith('/logs?') && link.includes('consumer:mobile-app'), link)

  // The legend hides and filters; what is hidden leaves the drawing, not the answer.
  const bars = () => traffic.locator('svg[role=img] g > path').count()
  const before = await bars()
  await traffic.getByRole('button', { name: '4xx is drawn' }).click()
  await becomes('the mark of the legend hides a series', bars, before - 1)
  await traffic.getByRole('button', { name: '4xx is drawn' }).click()
  await becomes('and brings it back', bars, before)
  await traffic.getByRole('button', { name: /^5xx/ }).last().click()
  await becomes('its name filters the page', () => param(page, 'filter'), 'status_class:5xx')
  await back(page)

  // One cursor for all charts of the page.
  const plot = slider(page, 'Traffic by status')
  const box = await plot.boundingBox()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40)
  const says = (name) => slider(page, name).getAttribute('aria-valuetext')
  const day = (text) => /^\d+ \w+/.exec(text)?.[0]
  await comes(
    'the cursor stands in every chart at the same time',
    async () => [await says('Traffic by status'), await says('Response time')],
    ([here, there]) => day(here) && day(here) === day(there),
  )

  // Zoom: by drag, by two clicks, by keyboard.
  const range = () => `${param(page, 'from')} ${param(page, 'to')}`
  const isPast = (text) => /^\d{4}.* \d{4}/.test(text)
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 5 })
  await page.mouse.up()
  await comes('a drag zooms', range, isPast)
  await back(page)
  await page.mouse.click(box.x + box.width * 0.3, box.y + 60)
  await page.mouse.click(box.x + box.width * 0.45, box.y + 60)
  await page.screenshot({ path: join(OUT, 'overview-chosen.png') })
  await page
    .getByRole('group', { name: /^Chosen/ })
    .getByRole('button', { name: 'Zoom' })
    .click()
  await comes('two clicks and a button zoom without dragging', range, isPast)
  await back(page)
  await plot.focus()
  for (const key of ['Home', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Enter']) await plot.press(key)
  await comes('the arrow keys with Shift and Enter zoom', range, isPast)
  await back(page)
  await plot.focus()
  for (const key of ['End', 'Enter']) await plot.press(key)
  await page.getByRole('group', { name: /^Chosen/ }).waitFor()
  await page.keyboard.press('Tab')
  const focused = await page.evaluate(() => document.activeElement.textContent)
  equal('Enter alone offers what can be done, with the focus on it', focused, 'Show calls')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/logs')
  await comes('and leads to the calls of that time', range, isPast)
  await back(page)

  // The same chart as a sentence, as a table and as a file; over days that are past, so that no call comes in between.
  const past = (days) => new Date(Date.now() - days * 864e5).toISOString()
  await page.goto(at(`/?tz=UTC&from=${past(6)}&to=${past(3)}`))
  const sentence = await traffic.getByRole('img').getAttribute('aria-label')
  check(
    'a chart is one sentence',
    /^Traffic by status: .*2xx [\d,]+.*Highest .* Previous period/.test(sentence),
    sentence,
  )
  await traffic.getByRole('button', { name: 'More about Traffic by status' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download as CSV' }).click(),
  ])
  const csv = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  await traffic.getByRole('button', { name: 'View as table' }).click()
  const rows = await traffic.getByRole('row').count()
  equal('the table and the file have the same rows', csv.length, rows)
  // The heading of the first column holds a comma, its values do not.
  const at2xx = csv[0].split(',').indexOf('2xx') - 1
  const sum = csv.slice(1).reduce((total, line) => total + Number(line.split(',')[at2xx]), 0)
  check(
    'the file adds up to what the chart says',
    sentence.includes(`2xx ${sum.toLocaleString('en')}`),
    `${sum}: ${sentence}`,
  )
  await traffic.getByRole('button', { name: 'View as chart' }).click()

  // A newer server.
  await card(page, 'Calls by gateway').getByRole('slider').waitFor()
  check('a panel of an unknown kind with series is drawn over time', true)
  await comes('one with rows is drawn as a list', () => card(page, 'Calls by plan').getByRole('row').nth(2).isVisible())
  check(
    'one with a number is drawn as a figure',
    /\d/.test(await card(page, 'Refused sign-ins').getByRole('link').first().innerText()),
  )
  const heat = card(page, 'Errors by route and day')
  await heat.getByRole('slider').focus()
  await heat.getByRole('slider').press('ArrowDown')
  const cell = await heat.getByRole('slider').getAttribute('aria-valuetext')
  check('a cell of the heat map is read with its exact share', /\d %( of [\d,]+ calls)?$|no call$/.test(cell), cell)

  await page.emulateMedia({ media: 'print' })
  await page.pdf({ path: join(OUT, 'overview.pdf'), format: 'A4', landscape: true, printBackground: true })
  const high = await page.evaluate(
    () => document.querySelector('main').scrollHeight - document.querySelector('main').clientHeight,
  )
  check('on paper nothing is cut off by a scrolling part', high <= 1, `${high} px are hidden`)
  await page.context().close()

  // By touch: a finger chooses, and decides afterwards.
  const phone = await opened({ ...WIDE, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const small = await slider(phone, 'Traffic by status').boundingBox()
  const session = await phone.context().newCDPSession(phone)
  const touch = (type, x) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: small.x + small.width * x, y: small.y + 30 }],
    })
  await touch('touchStart', 0.3)
  for (const x of [0.4, 0.5, 0.6]) await touch('touchMove', x)
  await touch('touchEnd')
  await phone
    .getByRole('group', { name: /^Chosen/ })
    .getByRole('button', { name: 'Zoom' })
    .waitFor()
  await phone.screenshot({ path: join(OUT, 'overview-touch.png') })
  check('a finger chooses a part of the range', true)
  const wider = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  check('nothing lies outside a phone', wider <= 0, `${wider} px too wide`)
  await phone.context().close()

  for (const theme of ['light', 'dark']) {
    const forced = await opened({ ...WIDE, forcedColors: 'active', colorScheme: theme })
    await forced.screenshot({ path: join(OUT, `overview-forced-${theme}.png`) })
    await forced.context().close()
  }
  equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
} catch (error) {
  check('Overview is walked through', false, error.stack)
}
await browser.close()
target.stop()
close()
