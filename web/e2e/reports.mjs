// Reports in a real browser, against the fixtures: a page is kept, opened ready to print, fetched as data, shared, deleted.
import { readFileSync } from 'node:fs'
import { launch, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const target = await server()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
const WIDE = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true }
const at = (path) => `${target.base}${path}`
const kept = async (page) => (await (await page.request.get(at('/api/v1/reports'))).json()).reports
const fetched = async (page, act) => {
  const [file] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
}
const more = async (page, report, entry) => {
  await page.getByRole('button', { name: `More about ${report}` }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

try {
  const context = await browser.newContext(WIDE)
  const page = await signIn(context, target)
  watch(page, troubles)

  // A page as it is, by keyboard alone.
  await page.goto(at('/denials?tz=Europe/Berlin&from=now-7d&filter=status:403'))
  await settled(page)
  await page.getByRole('button', { name: 'Report', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Save as report' }).waitFor()
  await page.keyboard.press('Enter')
  const name = page.getByLabel('Name', { exact: true })
  await becomes('it has a name already', () => name.inputValue(), 'Denials, last 7 days')
  await name.fill('Forbidden')
  await page.keyboard.press('Enter')
  await page.getByText('Report “Forbidden” is saved').waitFor()
  const saved = (await kept(page)).find((report) => report.name === 'Forbidden')
  equal('the page is kept', `${saved.path} ${saved.format} ${saved.shared}`, '/denials page false')
  const search = new URLSearchParams(saved.search)
  equal('with its filter', search.get('filter'), 'status:403')
  equal('the range stays relative', search.get('from'), 'now-7d')
  equal('and the zone is told', search.get('tz'), 'Europe/Berlin')

  // Opened: the page without what is not for paper, with what it is about.
  await page.goto(at('/reports?tz=UTC'))
  await page.getByRole('link', { name: 'Forbidden' }).click()
  await page.waitForURL((url) => url.pathname === '/denials' && url.searchParams.get('report') === saved.id)
  await settled(page)
  await becomes('its name is its title', () => page.locator('main h1').innerText(), 'Forbidden')
  const facts = () => page.locator('main dl').first().innerText()
  for (const part of ['Denials', 'Last 7 days', 'status:403', 'Made', 'Compared with'])
    await comes(`it says ${part}`, facts, (text) => text.includes(part))
  equal('there is no rail', await page.getByRole('navigation', { name: 'Pages' }).count(), 0)
  await comes(
    'panels are there',
    () => page.getByRole('region').count(),
    (count) => count > 3,
  )
  await page.emulateMedia({ media: 'print' })
  await becomes(
    'paper has no buttons of the head',
    () => page.getByRole('button', { name: 'Print' }).isVisible(),
    false,
  )
  const scrolls = () =>
    page.evaluate(() => {
      const main = document.querySelector('main')
      return [...main.querySelectorAll('*')].filter(
        (e) => e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY === 'auto',
      ).length
    })
  await becomes('nothing on paper scrolls', scrolls, 0)
  await page.emulateMedia({ media: null })

  // The same as data: every panel as a table, with its numbers.
  await settled(page)
  const csv = await fetched(page, () => page.getByRole('button', { name: 'CSV', exact: true }).click())
  equal('the file is named after it', csv.name, 'gatelog-forbidden.csv')
  check('it has the figures', /^Key figures\nFigure,Value/m.test(csv.text), csv.text.slice(0, 200))
  check('and the panels', /\nDenied by reason\nDenial reason,Calls/.test(csv.text), csv.text.slice(0, 600))
  const json = JSON.parse(
    (await fetched(page, () => page.getByRole('button', { name: 'JSON', exact: true }).click())).text,
  )
  equal(
    'JSON says of what',
    `${json.name} ${json.page} ${json.filter} ${json.tz}`,
    'Forbidden /denials status:403 Europe/Berlin',
  )
  check('and has the tables', json.tables.length > 4 && json.tables.every((t) => t.title && t.columns.length))
  const asked = new URLSearchParams({ from: json.from, to: json.to, filter: json.filter, tz: json.tz })
  const summary = await (await page.request.get(at(`/api/v1/summary?${asked}`))).json()
  const figure = json.tables.find((t) => t.title === 'Key figures').rows.find(([label]) => label === 'Denied')
  equal('its numbers are those of the server', figure?.[1], summary.denied_requests)

  // From the list: fetched at once, with all rows of a list.
  await page.goto(at('/reports?tz=UTC'))
  const list = await fetched(page, () => page.getByRole('link', { name: 'Use of last month, by customer' }).click())
  equal('what opens as data is fetched', list.name, 'gatelog-use-of-last-month-by-customer.csv')
  check('the list is in it', /\nCustomers\nCustomer,Name,Calls/.test(list.text), list.text.slice(0, 400))
  await page.waitForURL((url) => !url.searchParams.has('get'))

  // Shared, copied, deleted; what comes with the program is not changed.
  await page.goto(at('/reports?tz=UTC'))
  await more(page, 'Forbidden', 'Share with everyone')
  await page.getByText('Everyone sees “Forbidden”').waitFor()
  equal('it is shared', (await kept(page)).find(({ id }) => id === saved.id).shared, true)
  await page.getByRole('button', { name: 'More about Overview of last week' }).click()
  equal('one of the program stays', await page.getByRole('menuitem', { name: 'Delete' }).count(), 0)
  await page.getByRole('menuitem', { name: 'Make a copy' }).click()
  await page.getByRole('link', { name: 'Overview of last week, copy' }).waitFor()
  await more(page, 'Forbidden', 'Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('“Forbidden” is deleted').waitFor()
  check('it is gone', !(await kept(page)).some(({ id }) => id === saved.id))

  // Every page that has a bar can be kept.
  const ofCalls = ['/', '/logs', '/usage/consumers', '/errors', '/access', '/boards/b2', '/what-if', '/endpoints']
  const ofWhatIsKnown = ['/grants', '/directory', '/sources', '/audit']
  for (const path of [...ofCalls, ...ofWhatIsKnown]) {
    await page.goto(at(`${path}?tz=UTC`))
    await page.getByRole('button', { name: 'Report', exact: true }).waitFor()
    check(`${path} can be kept`, true)
  }

  for (const path of ofWhatIsKnown) {
    await page.goto(at(`${path}?tz=UTC&report=none`))
    await settled(page)
    const of = await page.locator('main dl').first().innerText()
    check(`${path} as a report is of no range`, of.includes('Made') && !of.includes('Range'), of)
    const file = await fetched(page, () => page.getByRole('button', { name: 'CSV', exact: true }).first().click())
    check(`${path} has its list in the file`, file.text.split('\n').length > 3, file.text.slice(0, 200))
  }

  const phone = await browser.newContext({ ...WIDE, viewport: { width: 390, height: 844 } })
  const small = await signIn(phone, target)
  watch(small, troubles)
  for (const path of ['/reports?tz=UTC', '/denials?tz=UTC&report=r1']) {
    await small.goto(at(path))
    await settled(small)
    const wider = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    check(`nothing lies outside a phone on ${path}`, wider <= 0, `${wider} px too wide`)
  }
  await phone.close()
} catch (error) {
  check('the run goes through', false, error.stack)
}
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()
