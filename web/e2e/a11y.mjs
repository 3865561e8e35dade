// axe over every page, state and theme: nothing may be found.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { launch, server, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const click = (selector) => (page) => page.locator(selector).first().click()
const press = (key) => (page) => page.locator('body').press(key)

const STATES = [
  ['Overview', '/?tz=UTC'],
  ['Overview as a table', '/?tz=UTC', (page) => page.getByRole('button', { name: 'View as table' }).first().click()],
  ['Overview, empty', '/?tz=UTC&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z'],
  ['Overview, wrong filter', '/?tz=UTC&filter=statu:500'],
  ['Access logs', '/logs?tz=UTC'],
  ['Access logs, filtered', '/logs?tz=UTC&filter=granted:false+-method:POST'],
  ['Access logs, drawer of a denied call', '/logs?tz=UTC&filter=granted:false', click('[data-row]')],
  ['Access logs, export', '/logs?tz=UTC', press('e')],
  ['Access logs, what is different', '/logs?tz=UTC&diff=1'],
  [
    'Access logs, wrapped',
    '/logs?tz=UTC&wrap=1&density=roomy&columns=timestamp-p,status,path-300,user_agent',
    undefined,
    'wide',
  ],
  [
    'Access logs, pill',
    '/logs?tz=UTC&filter=status:200&off=route:/x&pins=status:200',
    click('[data-testid=pill] button'),
    'wide',
  ],
  ['Access logs, columns', '/logs?tz=UTC', (page) => page.getByRole('button', { name: 'Columns' }).click(), 'wide'],
  ['Access logs, views', '/logs?tz=UTC', (page) => page.getByRole('button', { name: 'Views' }).click()],
  [
    'Access logs, value',
    '/logs?tz=UTC',
    (page) => page.getByRole('gridcell').nth(3).click({ button: 'right' }),
    'wide',
  ],
  ['Access logs, live tail', '/logs?tz=UTC&tail=1'],
  ['Access logs, empty', '/logs?tz=UTC&filter=consumer:nobody'],
  ['Time range', '/?tz=UTC', press('d')],
  ['Shortcuts', '/?tz=UTC', press('?')],
  [
    'Time zone',
    '/?tz=UTC',
    (page) =>
      page
        .getByRole('button', { name: /^Time zone/ })
        .first()
        .click(),
    'wide',
  ],
  ['Commands', '/?tz=UTC', press('Control+k')],
  ['Welcome', '/welcome'],
]

const target = await server(7193)
const browser = await launch()
const { check, equal, close } = checks()
const troubles = []
// Four browsers' worth of states side by side: mostly they wait.
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
await Promise.all(
  Object.entries(SIZES).flatMap(([size, viewport]) => ['light', 'dark'].map((theme) => look(size, viewport, theme))),
)
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()

async function look(size, viewport, theme) {
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await signIn(context, target)
  watch(page, troubles)
  for (const [name, path, act, on] of STATES) {
    const where = `${name}, ${size}, ${theme}`
    if ((on && on !== size) || (process.argv[2] && !where.includes(process.argv[2]))) continue
    try {
      await page.goto(target.base + path)
      await page.waitForTimeout(700)
      if (act) await act(page)
      await page.waitForTimeout(300)
      // evaluate() runs outside the page's CSP, so axe needs no exception.
      await page.evaluate(axe)
      // The dismiss buttons that React Aria puts around a popover lie outside every landmark, on purpose.
      const isPopover = (await page.locator('[data-trigger]').count()) > 0
      const { violations } = await page.evaluate(
        ([tags, rules]) => globalThis.axe.run({ runOnly: tags, rules }),
        [RULES, isPopover ? { region: { enabled: false } } : {}],
      )
      const places = (v) => v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary?.split('\n')[1] ?? ''}`)
      const found = violations.map((v) => `${v.id}: ${v.help}\n     ${places(v).join('\n     ')}`)
      check(where, violations.length === 0, found.join('\n   '))
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wider > 0) check(`${where}: nothing lies outside the screen`, false, `${wider} px too wide`)
    } catch (error) {
      check(where, false, error.message)
    }
  }
  await context.close()
}
