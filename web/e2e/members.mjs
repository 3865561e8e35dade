// Who may what, on a real server: from the first link to an own account, someone with a role and a filter who sees just
// that, a token of theirs that is made and taken back, and the end of a session from elsewhere. GATELOG_BIN names the
// program.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, PATIENCE_MS, settled, watch } from './browser.mjs'
import { checks } from './checks.mjs'
import { BIN, firstServer } from './real.mjs'

if (!existsSync(BIN)) {
  console.log(`skipped: there is no program at ${BIN}; build it or set GATELOG_BIN`)
  process.exit(0)
}
mkdirSync(OUT, { recursive: true })
const server = await firstServer()
const browser = await launch()
const { check, equal, becomes, comes, close } = checks()
const troubles = []
const PASSWORD = 'a long sentence of hers'
const [EU, US] = [7, 5]

/** Someone at a browser of their own. */
async function someone() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  watch(page, troubles)
  const dialog = page.getByRole('dialog')
  const press = (name, place = page) => place.getByRole('button', { name, exact: true }).first().click()
  return {
    page,
    dialog,
    press,
    go: async (path) => {
      await page.goto(server.base + path)
      await settled(page)
    },
    signIn: async (name, password) => {
      await page.goto(`${server.base}/welcome`)
      await page.getByLabel('Name', { exact: true }).fill(name)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await press('Sign in')
    },
    isIn: () => page.waitForURL((url) => url.pathname !== '/welcome'),
    choose: async (label, value) => {
      await dialog.getByRole('button', { name: label }).first().click()
      await page
        .getByRole('menuitemradio', { name: value, exact: true })
        .or(page.getByRole('menuitem', { name: value, exact: true }))
        .click()
    },
    api: async (path) => (await page.request.get(`${server.base}/api/v1${path}`)).json(),
  }
}

/** Calls of two gateways. */
async function feed(page) {
  const source = await page.request.post(`${server.base}/api/v1/sources`, { data: { name: 'edge' } })
  const { token } = await source.json()
  const at = new Date().toISOString()
  const line = (gateway, n) =>
    JSON.stringify({
      timestamp: at,
      method: 'GET',
      path: `/${gateway}/${n}`,
      status: 200,
      gateway,
      client_ip: '203.0.113.7',
    })
  const lines = [...Array(EU).keys()].map((n) => line('edge-eu', n))
  lines.push(...[...Array(US).keys()].map((n) => line('edge-us', n)))
  const sent = await fetch(`${server.base}/i/${token}/json`, { method: 'POST', body: lines.join('\n') })
  equal('the calls of two gateways are taken', (await sent.json()).accepted, EU + US)
}

const own = await someone()
let step = 'begin'
try {
  step = 'the first account'
  await own.page.goto(server.link)
  await own.isIn()
  await feed(own.page)
  await own.go('/members?tz=UTC')
  await own.page.getByText('Nobody has an account yet').waitFor()
  await own.press('Add someone')
  await own.page.getByLabel('Name to sign in with').fill('ada')
  await own.page.getByLabel('Full name').fill('Ada Keeper')
  await own.press('Make one')
  const made = (await own.dialog.locator('pre').innerText()).trim()
  check('a password can be made', /^\w{6}(-\w{6}){3}$/.test(made), made)
  await own.press('Add', own.dialog)
  await own.page.getByText('Ada Keeper can sign in now').waitFor()

  step = 'signing in with it'
  const ada = await someone()
  await ada.signIn('ada', 'not her password')
  await ada.page.getByText('The name or the password is not right').waitFor()
  await ada.signIn('ada', made)
  await ada.isIn()
  equal('the first account is that of a super admin', (await ada.api('/session')).role, 'super_admin')

  step = 'someone with a role and a filter'
  await ada.go('/members?tz=UTC')
  await ada.press('Add someone')
  await ada.page.getByLabel('Name to sign in with').fill('bob')
  await ada.page.getByLabel('Full name').fill('Bob Ross')
  await ada.choose(/^Role/, 'analyst')
  await ada.page.getByLabel('Sees only').fill('gateway:edge-eu')
  await ada.dialog.getByText(`${EU} of the ${EU + US} calls`).waitFor()
  check('it is told what they will see', true)
  await ada.page.getByLabel('Password', { exact: true }).fill('short')
  await ada.press('Add', ada.dialog)
  await ada.dialog.getByText('A password needs at least 12 characters').waitFor()
  await ada.page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await ada.press('Add', ada.dialog)
  await ada.page.getByText('Bob Ross can sign in now').waitFor()
  await ada.page.locator('tbody tr', { hasText: 'gateway:edge-eu' }).waitFor()
  await ada.page.screenshot({ path: join(OUT, 'members-people.png') })

  step = 'what they see'
  const bob = await someone()
  await bob.signIn('bob', PASSWORD)
  await bob.isIn()
  await bob.go('/logs?tz=UTC')
  await becomes('only the calls of their filter are listed', () => bob.page.locator('[data-row]').count(), EU)
  const rows = await bob.page.locator('[data-row]').allInnerTexts()
  check('none of another gateway', !rows.join(' ').includes('edge-us'), rows.join('\n'))
  await bob.go('/members?tz=UTC')
  const tabs = bob.page.getByRole('tab')
  equal('of the members they see themselves', (await tabs.allInnerTexts()).join(), 'You')
  equal('and nobody else over the API', (await bob.page.request.get(`${server.base}/api/v1/users`)).status(), 403)
  equal(
    'nor sources to change',
    (await bob.page.request.post(`${server.base}/api/v1/sources`, { data: { name: 'x' } })).status(),
    403,
  )

  step = 'a token of their own'
  await bob.press('Make a token')
  await bob.page.getByLabel('What it is for').fill('my script')
  await bob.press('Make it', bob.dialog)
  await bob.dialog.getByText('shown only now').waitFor()
  const token = (await bob.dialog.locator('pre').innerText()).trim()
  const ask = (path) => fetch(`${server.base}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  equal('it sees what they see', (await (await ask('/summary?from=now-1h')).json()).total_calls, EU)
  equal('and no more', (await ask('/users')).status, 403)
  await bob.press('I have kept it', bob.dialog)
  await bob.page
    .locator('table[aria-label=Tokens]')
    .getByRole('button', { name: /my script/ })
    .click()
  await bob.press('Revoke', bob.dialog)
  await bob.page.locator('tbody tr', { hasText: 'revoked' }).waitFor()
  equal('taken back, it is refused at once', (await ask('/summary')).status, 401)
  await bob.page.screenshot({ path: join(OUT, 'members-you.png') })

  step = 'the end of their session'
  await ada.go('/members?tz=UTC&kind=sessions')
  await ada.press('End the session of bob')
  await ada.page.getByText('The session of bob is ended').waitFor()
  await bob.press('Refresh')
  await bob.page.getByText('Your session has ended').waitFor()
  await bob.dialog.getByLabel('Name', { exact: true }).fill('bob')
  await bob.dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await bob.press('Sign in', bob.dialog)
  await bob.page.getByText('Your session has ended').waitFor({ state: 'detached' })
  check('and they go on where they were', new URL(bob.page.url()).pathname === '/members')

  step = 'an auditor'
  await ada.go('/members?tz=UTC')
  await ada.page
    .locator('table')
    .getByRole('button', { name: /Bob Ross/ })
    .click()
  await ada.choose(/^Role/, 'auditor')
  await ada.press('Save', ada.dialog)
  await ada.page.getByText('Bob Ross is changed').waitFor()
  await bob.signIn('bob', PASSWORD)
  await bob.isIn()
  await settled(bob.page)
  const pages = bob.page.getByRole('navigation', { name: 'Pages' }).getByRole('link')
  await comes(
    'the rail has only pages that are theirs',
    () => pages.allInnerTexts(),
    (all) => all.length > 0 && !all.join().match(/Overview|Access logs|Sources/),
  )
  equal('and they do not begin where they see nothing', new URL(bob.page.url()).pathname === '/', false)

  step = 'signing out'
  await bob.press('Help')
  await bob.page.getByRole('menuitem', { name: 'Sign out' }).click()
  await bob.page.waitForURL((url) => url.pathname === '/welcome')
  equal('who signed out is out', (await bob.page.request.get(`${server.base}/api/v1/session`)).status(), 401)
  const { events } = await ada.api('/trail?from=now-1h&limit=1000')
  const codes = new Set(events.map(({ code }) => code))
  for (const code of [
    'GL-USER-CREATE',
    'GL-USER-UPDATE',
    'GL-ACCOUNT-TOKEN',
    'GL-ACCOUNT-REVOKE',
    'GL-SESSION-REVOKE',
    'GL-SESSION-END',
  ])
    check(`${code} is in the operator trail`, codes.has(code), [...codes].join(' '))
  equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
} catch (error) {
  const pages = browser.contexts().flatMap((context) => context.pages())
  for (const [n, page] of pages.entries())
    await page.screenshot({ path: join(OUT, `members-failed-${n}.png`) }).catch(() => {})
  check(step, false, `${error.message}\n   at ${pages.map((page) => page.url()).join(' ')}`)
}
await browser.close()
await server.stop()
close()
