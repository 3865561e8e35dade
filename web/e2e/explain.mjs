// The pages about rules, against the fixtures: why a call was refused and what to change, what would be otherwise with
// another rule, grants nobody uses, endpoints nobody documented.
import { launch, openEvent, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const target = await server()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
const at = (path) => `${target.base}${path}`

try {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await signIn(context, target)
  watch(page, troubles)

  // In the drawer: who refused it, by what one can tell, and a change to copy.
  await page.goto(at('/logs?tz=UTC&filter=reason:route_not_allowed'))
  await page.locator('[data-row]').first().waitFor()
  const drawer = await openEvent(page, 0)
  const why = drawer.getByRole('region', { name: 'Why was this refused?' })
  await why.getByTestId('explain-summary').waitFor()
  await comes('it says how sure that is', async () => (await why.innerText()).includes('certain'))
  const rule = await why.getByTestId('explain-rule').innerText()
  check('it names the rule and its object', /The route .+\n.*Allows the groups/s.test(rule), rule)
  await why.getByRole('button', { name: 'Copy change' }).first().click()
  await comes(
    'the change is copied as it stands',
    () => page.evaluate(() => navigator.clipboard.readText()),
    (copied) => copied.startsWith('plugins:'),
  )

  // From there to what it would let in.
  await why.getByRole('link', { name: 'Try it on past traffic' }).click()
  await page.waitForURL((url) => url.pathname === '/what-if')
  const tried = JSON.parse(new URL(page.url()).searchParams.get('try'))
  equal('the change comes along', tried.kind, 'allow_group')
  const route = tried.route
  await becomes('and stands in the form', () => page.getByRole('combobox', { name: 'Route' }).inputValue(), route)
  const figures = page.getByRole('region', { name: 'What would be' })
  await figures.filter({ hasText: /\d/ }).waitFor()
  await page.getByRole('region', { name: 'By consumer' }).locator('tbody tr').first().waitFor()
  await settled(page)
  const [pass] = /\d+/.exec(await figures.innerText())
  const rows = await page
    .getByRole('region', { name: 'By consumer' })
    .locator('tbody tr td:nth-child(2)')
    .allInnerTexts()
  equal(
    'the consumers add up',
    rows.reduce((sum, text) => sum + Number(text), 0),
    Number(pass),
  )

  // Another change is only tried when it is asked for.
  await page.getByRole('combobox', { name: 'What is changed' }).fill('Set a quota')
  await page.getByRole('option', { name: /Set a quota/ }).click()
  check('the address keeps what was tried', page.url().includes('allow_group'))
  await page.getByLabel('Calls of each consumer, at most').fill('1000')
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.waitForURL((url) => url.searchParams.get('try')?.includes('quota'))
  await page.getByRole('button', { name: 'Try it' }).waitFor()
  const now = JSON.parse(new URL(page.url()).searchParams.get('try'))
  equal('what was typed is tried', JSON.stringify([now.limit, now.route]), JSON.stringify([1000, route]))
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'As CSV' }).click(),
  ])
  equal('what flips is exported', file.suggestedFilename(), 'gatelog-what-if.csv')
  await page.getByRole('region', { name: 'Examples' }).getByRole('link').first().click()
  await page.waitForURL((url) => url.pathname === '/logs' && url.searchParams.has('row'))
  await page.getByTestId('drawer').waitFor()

  // Grants: those nobody used first, and the least that would do.
  await page.goto(at('/grants?tz=UTC'))
  const list = page.getByRole('region', { name: 'Grants', exact: true })
  await list.getByRole('row').nth(1).waitFor()
  await settled(page)
  const unused = await list.locator('tbody tr').count()
  check('only what nobody used', (await list.locator('tbody').innerText()).match(/never/g)?.length === unused)
  await page.getByRole('radio', { name: 'All' }).click({ force: true })
  await page.waitForFunction((n) => document.querySelectorAll('section[aria-label=Grants] tbody tr').length > n, unused)
  await page.getByLabel('Search', { exact: true }).fill('carol')
  await page.waitForFunction(
    () => !document.querySelector('section[aria-label=Grants] tbody')?.innerText.includes('sandbox'),
  )
  await comes('the search finds', async () => (await list.locator('tbody').innerText()).includes('carol'))
  await page.getByRole('tab', { name: /ADC/ }).click()
  await page.getByText('labels: {group: internal}').waitFor()

  // Endpoints: three ways to differ.
  await page.goto(at('/endpoints?tz=UTC'))
  await settled(page)
  await page.getByRole('region', { name: 'Not documented' }).getByText('/oauth/token').waitFor()
  await page.getByRole('tab', { name: /Not called/ }).click()
  await page.getByText('deleteUser').waitFor()
  await page.getByRole('tab', { name: /Different/ }).click()
  await page.getByRole('link', { name: '23' }).click()
  await page.waitForURL((url) => url.pathname === '/logs')
  equal(
    'a difference leads to its calls',
    new URL(page.url()).searchParams.get('filter'),
    'method:GET path:/api/orders/* status:304,502',
  )

  // The palette knows them by the words people use.
  await page.keyboard.press('Control+k')
  await page.getByRole('searchbox', { name: 'Search commands' }).fill('least privilege')
  await page.getByRole('menuitem', { name: 'Grants nobody uses' }).waitFor()
} catch (error) {
  check('the run goes through', false, error.stack)
}
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()
