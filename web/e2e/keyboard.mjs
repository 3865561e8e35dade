// The main job without a mouse: a consumer's denied calls of yesterday, why, and their export; then one gateway's errors.
// Once on a usual screen, once at 200 % zoom (WCAG 1.4.4, 1.4.10), once with forced colours. Every press is a key.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { drawn, focusedOn, launch, OUT, server, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const LOOKS = {
  keyboard: { viewport: { width: 1440, height: 900 } },
  'zoom 200 %': { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
  'forced colours': { viewport: { width: 1440, height: 900 }, forcedColors: 'active', colorScheme: 'dark' },
}
const TABS_MAX = 60

mkdirSync(OUT, { recursive: true })
const target = await server()
const browser = await launch()
const { check, equal, close } = checks()
const troubles = []
await Promise.all(Object.keys(LOOKS).map(run))
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
target.stop()
close()

async function run(look) {
  const context = await browser.newContext({ ...LOOKS[look], acceptDownloads: true, reducedMotion: 'reduce' })
  const page = await signIn(context, target)
  watch(page, troubles)
  // A mouse would be a mistake in this run.
  for (const name of ['click', 'hover', 'tap']) page[name] = () => Promise.reject(new Error(`${name} is no key`))
  const said = (what, isTrue, detail) => check(`${look}: ${what}`, isTrue, detail)
  try {
    await job(page, said, look.startsWith('zoom'))
  } catch (error) {
    await page.screenshot({ path: join(OUT, `keyboard-${look.replace(/\W+/g, '-')}.png`) }).catch(() => {})
    said('the run goes through', false, `${error.message}\n   at ${page.url()}`)
  }
  await context.close()
}

async function job(page, said, isNarrow) {
  const { keyboard } = page
  const param = (name) => new URL(page.url()).searchParams.get(name)
  await page.goto(`${target.base}/?tz=UTC`)
  await settled(page)

  // The first stop leads past the rail; it is only seen when it has the focus.
  await keyboard.press('Tab')
  said('the first stop is the skip link', (await focused(page)).text === 'To the page')
  await seesFocus(page, said, 'skip link')
  await keyboard.press('Enter')
  await keyboard.press('Tab')
  said(
    'it leads past the rail',
    await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement)),
  )

  // The palette by the words of other products.
  await keyboard.press('Control+k')
  await focusedOn(page.getByRole('searchbox', { name: 'Search commands' }))
  await keyboard.type('acl management › audit analytics')
  await chosen(page, /Access logs/).waitFor()
  await keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/logs')
  said('"ACL Management › Audit Analytics" finds Access logs', true)
  await settled(page)

  // Denied calls, all of them, then the range by words.
  await keyboard.press('Control+k')
  await focusedOn(page.getByRole('searchbox', { name: 'Search commands' }))
  await keyboard.type('granted:false')
  await chosen(page, /^Filter by granted:false/).waitFor()
  await keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('filter') === 'granted:false')
  await settled(page)
  await keyboard.press('d')
  await focusedOn(page.getByLabel('Range', { exact: true }))
  await keyboard.type('this year')
  await page.getByText(/→/).first().waitFor()
  await keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('from') === 'now/y')
  said('a typed range stays relative in the address', param('to') === null)
  await settled(page)

  // A row, why it was denied, and back.
  await page.locator('[data-row]').first().waitFor()
  await page.locator('body').press('j')
  await page.locator('body').press('Enter')
  const drawer = page.getByTestId('drawer')
  await drawer.waitFor()
  said('the drawer says why', (await drawer.getByTestId('explanation').innerText()).length > 10)
  await drawn(page)
  await keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })

  // Everything in the bar can be reached, seen and left again.
  const reached = await walkBar(page, said)
  const wanted = isNarrow
    ? [/Refresh/, /Filters/, /Time range/]
    : [/Environment/, /Gateway/, /Time range/, /Time zone/, /Compare/]
  for (const name of wanted)
    said(
      `Tab reaches ${name.source}`,
      reached.some((text) => name.test(text)),
      reached.join(' | '),
    )

  // The export, to the file.
  await page.locator('body').press('e')
  const dialog = page.getByRole('dialog', { name: 'Export' })
  await dialog.waitFor()
  await drawn(page)
  said('the focus is in the dialog', await dialog.evaluate((e) => e.contains(document.activeElement)))
  await dialog.getByTestId('start-export').waitFor()
  await tabTo(page, (stop) => stop.testid === 'start-export')
  await seesFocus(page, said, 'Export')
  const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')])
  said('the export is downloaded', /\.(csv|json|ndjson|parquet)/.test(download.suggestedFilename()))
  await keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  said('nothing lies outside the screen', wider <= 0, `${wider} px too wide`)

  // Single keys can be switched off, with keys.
  await page.locator('body').press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await tabTo(page, (stop) => stop.role === 'checkbox')
  await keyboard.press('Space')
  await keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.locator('body').press('?')
  await drawn(page)
  said('single keys can be switched off', (await page.getByRole('dialog').count()) === 0)
  await page.evaluate(() => localStorage.removeItem('gatelog.keys'))
}

/** The entry of the palette that Enter takes. */
function chosen(page, text) {
  return page.locator('[role=menuitem][data-focused]').filter({ hasText: text }).first()
}

/** What has the focus, and whether it can be seen that it has. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const ring = (e) => e && (getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none')
    const isOn = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    return {
      text: (element.getAttribute('aria-label') ?? element.textContent ?? '').trim(),
      testid: element.dataset.testid,
      role:
        element.getAttribute('type') === 'checkbox' ? 'checkbox' : (element.getAttribute('role') ?? element.tagName),
      hasRing:
        style.outlineStyle !== 'none' ||
        ring(element.parentElement) ||
        ring(element.nextElementSibling) ||
        ring(element.closest('label')) ||
        ring(element.closest('search')?.firstElementChild),
      // WCAG 2.4.11: not hidden behind a bar that stays.
      isSeen:
        isOn &&
        (!over || element.contains(over) || over.contains(element) || !!over.closest('label')?.contains(element)),
    }
  })
}

async function seesFocus(page, said, what) {
  await drawn(page)
  const stop = await focused(page)
  said(`the focus on ${what} is seen`, stop.hasRing && stop.isSeen, JSON.stringify(stop))
}

async function tabTo(page, isThere) {
  for (let i = 0; i < TABS_MAX; i++) {
    if (isThere(await focused(page))) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab does not get there')
}

/** Tabs from the start of the page through its bar; each stop must be seen. */
async function walkBar(page, said) {
  await page.evaluate(() => document.querySelector('#page').focus())
  const found = []
  const hidden = []
  for (let i = 0; i < 16; i++) {
    await page.keyboard.press('Tab')
    const stop = await focused(page)
    found.push(stop.text)
    if (!stop.isSeen || !stop.hasRing) hidden.push(JSON.stringify(stop))
  }
  said('each stop in the bar is seen', hidden.length === 0, hidden.join('\n   '))
  return found
}
