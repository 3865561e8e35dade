// Usage, the page of one entity, and the pages of panels in a real browser, against the fixtures: lists are sorted, searched
// and filtered by the server, every value leads somewhere, and everything is in the address.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const target = await server()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
mkdirSync(OUT, { recursive: true })

const WIDE = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true }
const at = (path) => `${target.base}${path}`
const param = (page, name) => new URL(page.url()).searchParams.get(name)
const list = (page, name) => page.getByRole('region', { name, exact: true }).getByRole('grid')
const names = (page, name) => list(page, name).locator('tbody th a:first-child').allInnerTexts()
const answered = (page, part) => page.waitForResponse((response) => response.url().includes(part))

async function opened(options, address) {
  const context = await browser.newContext(options)
  const page = await signIn(context, target)
  watch(page, troubles)
  await page.goto(at(address))
  await settled(page)
  return page
}

try {
  const page = await opened(WIDE, '/usage?tz=UTC&from=now-7d')
  equal('the first tab lists consumers', (await names(page, 'Consumers'))[0], 'mobile-app')

  // Sorted by the server, in the address, and turned round by a second click.
  const head = (name) => list(page, 'Consumers').getByRole('button', { name, exact: true })
  await Promise.all([answered(page, 'sort=denied&order=desc'), head('Denied').click()])
  await becomes('a heading sorts, and the address says so', () => param(page, 'sort'), 'denied')
  await Promise.all([answered(page, 'sort=denied&order=asc'), head('Denied').click()])
  await becomes('a second click turns it round', () => param(page, 'sort'), '-denied')
  const sorted = list(page, 'Consumers').getByRole('columnheader', { name: 'Denied', exact: true })
  await becomes('and says it to those who do not see', () => sorted.getAttribute('aria-sort'), 'ascending')
  await page.goBack()
  await page.goBack()
  await becomes('Back takes the order back', () => param(page, 'sort'), null)
  await settled(page)

  // Searched over all rows.
  await Promise.all([answered(page, 'search=erp'), page.getByLabel('Search consumers').fill('erp')])
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 1)
  await becomes('a search is answered by the server', async () => (await names(page, 'Consumers')).join(), 'legacy-erp')
  await page.getByLabel('Search consumers').fill('nobody at all')
  await page.getByText('No consumer has this text').waitFor()
  check('a search without a match says so', true)
  await page.getByLabel('Search consumers').fill('')
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length > 5)

  // Every value leads somewhere.
  const first = list(page, 'Consumers').getByRole('row').filter({ hasText: 'mobile-app' })
  await first.getByRole('button', { name: 'Only mobile-app' }).click()
  await becomes('a row filters the page', () => param(page, 'filter'), 'consumer:mobile-app')
  await page.goBack()
  await becomes('and Back takes it out', () => param(page, 'filter'), null)
  await settled(page)
  const hrefs = await first.locator('td a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  check(
    'numbers lead to the calls they count',
    hrefs.length >= 3 && hrefs.every((href) => href.startsWith('/logs?') && href.includes('consumer:mobile-app')),
    hrefs.join('\n   '),
  )
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ])
  const csv = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  equal('the file has every row', csv.length - 1, (await names(page, 'Consumers')).length)

  // One stop of Tab for the whole list; the arrows go on from there, and lead to its heads too.
  const active = (of) => page.evaluate(of)
  const text = () => active(() => document.activeElement.textContent)
  const shown = await names(page, 'Consumers')
  await list(page, 'Consumers').getByRole('link', { name: shown[0], exact: true }).focus()
  await page.keyboard.press('ArrowDown')
  await becomes('↓ leads to the next row', text, shown[1])
  await page.keyboard.press('ArrowRight')
  const name = await active(() => document.activeElement.getAttribute('aria-label'))
  await page.keyboard.press('Tab')
  await comes('Tab leads out of the list', () => active(() => !document.activeElement.closest('[role=grid]')))
  await page.keyboard.press('Shift+Tab')
  await becomes(
    'and back to where one was',
    () => active(() => document.activeElement.getAttribute('aria-label')),
    name,
  )
  await page.keyboard.press('Control+Home')
  await becomes('Ctrl and Home lead to the first head', text, 'Consumer')
  const stops = () => list(page, 'Consumers').locator('[tabindex="0"]').count()
  await becomes('it has one stop', stops, 1)

  // Another tab; what is not used; its look-back.
  await page.getByRole('tab', { name: 'Routes' }).click()
  await page.waitForURL((url) => url.pathname === '/usage/routes')
  await becomes('a tab is an address, the range kept', () => param(page, 'from'), 'now-7d')
  await page.getByText('Not used', { exact: true }).click()
  await page.getByRole('link', { name: '/v1/legacy/orders' }).waitFor()
  await becomes('what is not used is an address', () => param(page, 'show'), 'unused')
  await page.getByRole('button', { name: 'Not called in' }).click()
  await Promise.all([answered(page, 'look_back=30d'), page.getByRole('menuitemradio', { name: '30 days' }).click()])
  await becomes('any look-back', () => param(page, 'back'), '30d')

  // Plans with their quotas; the world.
  await page.goto(at('/usage/plans?tz=UTC'))
  const quotas = list(page, 'List of quotas')
  await quotas.getByText('used up', { exact: true }).waitFor()
  check('a used up quota is said in words', true)
  await becomes('the one that will be is forecast', () => quotas.getByText(/^used up \d+ \w+ 22:00$/).count(), 1)
  await page.goto(at('/usage/countries?tz=UTC&from=now-7d'))
  const map = page.getByRole('img', { name: /^Calls by country: \d+ countries\. / })
  await map.waitFor()
  check('the map is one sentence', true)
  await map.locator('[data-code=BR]').click()
  await becomes('a country filters the page', () => param(page, 'filter'), 'country:BR')

  // The page of one consumer: everything on it is about it, and the filter is the rest.
  await page.goto(at('/usage?tz=UTC&from=now-7d'))
  await list(page, 'Consumers').getByRole('link', { name: 'partner-portal', exact: true }).click()
  await page.waitForURL((url) => url.pathname === '/usage/consumers/partner-portal')
  await page.getByRole('heading', { level: 1, name: 'partner-portal', exact: true }).waitFor()
  await settled(page)
  check('its page has its name', true)
  await becomes('and no filter of its own', () => param(page, 'filter'), null)
  const total = await page.getByRole('region', { name: 'Key figures' }).getByRole('link').first().getAttribute('href')
  check('its figures count its calls', total.includes('filter=consumer:partner-portal'), total)
  const routes = page.getByRole('region', { name: 'Top routes', exact: true })
  await routes.getByRole('button', { name: '/api/orders', exact: true }).click()
  await becomes('a value on it filters beside', () => param(page, 'filter'), 'route:/api/orders')
  await routes.getByRole('link', { name: 'Page of /api/orders', exact: true }).click()
  await page.waitForURL((url) => decodeURIComponent(url.pathname) === '/usage/routes//api/orders')
  check('a route leads to its own page', true)
  await page.getByRole('heading', { level: 1, name: '/api/orders', exact: true }).waitFor()
  await settled(page)
  await page.getByRole('region', { name: 'Top consumers', exact: true }).waitFor()
  const itself = page.getByRole('region', { name: 'Top routes', exact: true })
  await becomes('which lists its consumers and not itself', () => itself.count(), 0)
  const latest = list(page, 'List of the latest calls').getByRole('link').first()
  check('its latest calls lead to their drawers', /[?&]row=/.test(await latest.getAttribute('href')))

  // The pages of panels.
  await page.goto(at('/denials?tz=UTC&from=now-7d'))
  await settled(page)
  const reasons = page.getByRole('region', { name: 'Reasons', exact: true })
  check('each reason says what to do', (await reasons.getByText('What to do').count()) >= 4)
  await reasons.getByRole('button', { name: 'Quota exceeded' }).click()
  await becomes('a reason filters the page', () => param(page, 'filter'), 'reason:quota_exceeded')
  await page.getByRole('button', { name: /Granularity/ }).click()
  await Promise.all([answered(page, 'step=1d'), page.getByRole('menuitemradio', { name: 'Days', exact: true }).click()])
  await becomes('charts are drawn by the day', () => param(page, 'step'), '1d')
  await page.goto(at('/denials?tz=UTC&filter=status:200'))
  await page.getByText('No call was denied in this range').waitFor()
  check('without a denial the page says so, and why', true)
  for (const [to, title] of [
    ['/errors', 'Errors & latency'],
    ['/access', 'Access control'],
  ]) {
    await page.goto(at(`${to}?tz=UTC&from=now-7d`))
    await settled(page)
    await becomes(`${title} is a page`, () => page.getByRole('heading', { level: 1 }).innerText(), title)
    await comes(`${title} has panels`, () => page.locator('main section[aria-label]').count())
  }
  await page.context().close()

  // On a phone nothing lies outside, and the pages without room are behind one more.
  const phone = await opened({ ...WIDE, viewport: { width: 390, height: 844 } }, '/usage?tz=UTC')
  for (const address of [
    '/usage',
    '/usage/plans',
    '/usage/countries',
    '/usage/consumers/carol',
    '/denials',
    '/errors',
  ]) {
    await phone.goto(at(`${address}?tz=UTC`))
    await settled(phone)
    const wider = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    check(`nothing of ${address} lies outside a phone`, wider <= 0, `${wider} px too wide`)
  }
  await phone.getByRole('button', { name: /^Errors & latency …$/ }).click()
  await phone.getByRole('menuitem', { name: 'Sources' }).click()
  await phone.waitForURL((url) => url.pathname === '/sources')
  check('a phone reaches every page', true)
  await phone.context().close()
  equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
} catch (error) {
  check('Usage is walked through', false, error.stack)
  await browser
    .contexts()[0]
    ?.pages()[0]
    ?.screenshot({ path: join(OUT, 'usage-failed.png') })
}
await browser.close()
target.stop()
close()
