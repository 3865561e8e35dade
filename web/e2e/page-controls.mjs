// What every page of calls has: the controls of the bar, a pill for each control of the AWS dashboard, a table behind each
// chart, a file, a link; and Tab goes through all of it, seen at each stop, and out again.
import { readFileSync } from 'node:fs'
import { drawn, signIn, watch } from './browser.mjs'
import { sooner } from './checks.mjs'
import { at } from './hands.mjs'

const PAGES = [
  '/',
  '/logs',
  '/denials',
  '/usage/consumers',
  '/usage/plans',
  '/usage/countries',
  '/usage/consumers/alice',
  '/usage/routes/api',
  '/errors',
  '/access',
  '/boards/aws',
  '/what-if',
  '/endpoints',
]
/** Pages that are about what is known, not about calls. */
const QUIET = ['/grants', '/boards', '/directory', '/sources', '/members', '/audit', '/retention', '/masking']
/** The controls of the AWS dashboard besides the time. */
const TERMS = {
  domain: 'api.pets.example',
  status: '200',
  path: '/prod/pets',
  plan: 'business',
  ip: '81.2.69.142',
  identity_user: 'AIDAEXAMPLE0',
  auth_subject: '7d1f6c1e',
  request_id: 'pets-1',
}
const BAR = [/^Environment/, /^Gateway/, /^Time range/, /^Time zone/, /^Compare|^vs/, 'Refresh', 'Copy link']
/** Of a page whose tables have hundreds of links: the first, and that the last leads out. */
const STOPS_MAX = 80

export async function controls(browser, target, range, check, troubles) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  const page = await signIn(context, target)
  watch(page, troubles)
  for (const path of [...PAGES, ...QUIET]) {
    try {
      await at(page, target.base, `${path}?${new URLSearchParams(range)}`)
      await stops(page, path, check)
      if (QUIET.includes(path)) continue
      for (const name of BAR) await page.getByRole('button', { name }).first().waitFor()
      check(`${path}: the bar has its controls`, true)
      await twin(page, path, check)
      await file(page, path, check)
      await pills(page, target, range, path, check)
    } catch (error) {
      check(`${path}: its controls`, false, error.message.split('\n').slice(0, 4).join('\n   '))
    }
  }
  await context.close()
}

/** Each panel that is drawn is a table at a press, and a drawing again. */
async function twin(page, path, check) {
  const asTable = page.getByRole('button', { name: 'View as table' })
  if ((await asTable.count()) === 0) return
  const card = page.locator('section').filter({ has: asTable.last() }).last()
  const name = await card.getAttribute('aria-label')
  await asTable.last().click()
  const table = page.getByRole('region', { name, exact: true }).getByRole('table')
  await table.first().waitFor()
  await table.getByRole('row').nth(1).waitFor()
  check(`${path}: ${name} is a table too`, true)
  const same = page.getByRole('region', { name, exact: true }).last()
  await same.getByRole('button', { name: 'View as chart' }).click()
  await same.getByRole('button', { name: 'View as table' }).waitFor()
  check(`${path}: and a drawing again`, true)
}

/** A file: of the list, of the calls, or of a panel. */
async function file(page, path, check) {
  const csv = page.getByRole('button', { name: 'CSV', exact: true })
  const more = page.getByRole('button', { name: /^More about / })
  let act
  if (path === '/logs') return
  if ((await csv.count()) > 0) act = () => csv.first().click()
  else if ((await more.count()) > 0)
    act = async () => {
      const isOfPanel = more.filter({ hasNot: page.getByText('dashboard') })
      await isOfPanel.last().click()
      await page.getByRole('menuitem', { name: 'Download as CSV' }).click()
    }
  else return
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  check(`${path}: it can be written to a file`, lines.length >= 1 && lines[0].includes(','), lines[0])
}

/** Each control is a pill: it stands in the bar, is understood by the server, and can be taken out again. */
async function pills(page, target, range, path, check) {
  const filter = Object.entries(TERMS)
    .map(([field, value]) => `${field}:${value}`)
    .join(' ')
  await at(page, target.base, `${path}?${new URLSearchParams({ ...range, filter })}`)
  const pill = page.getByTestId('pill')
  const eight = Object.keys(TERMS).length
  const count = await sooner(
    () => pill.count(),
    (n) => n === eight,
  )
  check(`${path}: eight controls are eight pills`, count === eight, `there are ${count}`)
  check(`${path}: and are understood`, (await page.getByRole('alert').count()) === 0)
  await page
    .getByRole('button', { name: /^Remove/ })
    .first()
    .click()
  await page.waitForFunction((n) => document.querySelectorAll('[data-testid=pill]').length === n, count - 1)
}

/** Tab from the start of the page: each stop is seen; and from the last one out of it. */
async function stops(page, path, check) {
  await drawn(page)
  await page.evaluate(() => document.querySelector('#page')?.focus())
  const hidden = []
  let found = 0
  for (; found < STOPS_MAX; found++) {
    await page.keyboard.press('Tab')
    let stop = await page.evaluate(seen)
    if (stop) {
      // What comes into sight is drawn then, and may push the rest.
      await drawn(page)
      stop = await page.evaluate(seen)
    }
    if (stop === null) break
    if (stop !== '') hidden.push(stop)
  }
  check(
    `${path}: each of ${found} stops of Tab is seen`,
    found > 3 && hidden.length === 0,
    hidden.slice(0, 6).join('\n   '),
  )
  if (found < STOPS_MAX) return
  await page.evaluate(() => {
    const all = [...document.querySelectorAll('main :is(a[href], button, input, [tabindex="0"])')]
    all.findLast((one) => one.checkVisibility() && one.tabIndex >= 0 && !one.disabled)?.focus()
  })
  await page.keyboard.press('Tab')
  check(`${path}: and the last leads out`, (await page.evaluate(seen)) === null)
}

/** Runs in the page: empty when the stop is seen, null outside the page, else what is wrong. */
function seen() {
  const element = document.activeElement
  if (!element || element === document.body || !document.querySelector('main')?.contains(element)) return null
  const isRing = ({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none'
  const ring = (e) => e && (isRing(getComputedStyle(e)) || isRing(getComputedStyle(e, '::after')))
  const around = [
    element,
    element.parentElement,
    element.nextElementSibling,
    element.closest('label'),
    element.closest('search')?.firstElementChild,
  ]
  const box = element.getBoundingClientRect()
  const over = document.elementFromPoint(box.x + Math.min(box.width / 2, 40), box.y + Math.min(box.height / 2, 40))
  const isOn = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
  const isFree = !over || element.contains(over) || over.contains(element) || !!over.closest('label')?.contains(element)
  const what = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)}`
  if (!around.some(ring)) return `${what}: no ring`
  return isOn && isFree ? '' : `${what}: ${isOn ? `under ${over?.outerHTML.slice(0, 80)}` : 'outside the screen'}`
}
