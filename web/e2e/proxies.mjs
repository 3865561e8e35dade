// The audit proxies in a real browser: a program that stands before an Admin API, a declarative sync and a change by hand
// through it; how the proxy stands, the whole change set of one of its events, and what is said once the Admin API is gone.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, launch, settled, signIn, watch } from './browser.mjs'
import { checks } from './checks.mjs'
import { BIN, realServer } from './real.mjs'

const { check, equal, becomes, comes, close } = checks()
const dir = mkdtempSync(join(tmpdir(), 'gatelog-proxies-'))
const things = new Map()

/** An Admin API that knows things by their path, as Kong's does. */
const admin = createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const { pathname } = new URL(request.url, 'http://kong')
    const body = JSON.parse(String(Buffer.concat(parts)) || '{}')
    const was = things.get(pathname)
    if (request.method !== 'GET') things.set(pathname, { id: pathname.slice(1), ...was, ...body })
    const is = things.get(pathname)
    response.writeHead(is ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(is ?? { message: 'Not found' }))
  })
})
const [kong, front] = [await freePort(), await freePort()]
await new Promise((done) => admin.listen(kong, '127.0.0.1', done))
const config = join(dir, 'gatelog.toml')
writeFileSync(
  config,
  `[[proxy]]\nname = "kong-e2e"\nkind = "kong"\naddress = "127.0.0.1:${front}"\nupstream = "http://127.0.0.1:${kong}"\n`,
)
const target = await realServer(await freePort(), 'edge', { more: ['--config', config] })
if (!target) {
  console.log('skipped: there is no program; build it or set GATELOG_BIN')
  process.exit(0)
}
const browser = await launch()
const troubles = []
const at = (path) => `${target.base}${path}`

/** A call through the proxy; its status. */
async function through(agent, method, path, body) {
  const headers = { 'x-gatelog-token': target.token, 'content-type': 'application/json', 'user-agent': agent }
  const answer = await fetch(`http://127.0.0.1:${front}${path}`, { method, headers, body: JSON.stringify(body) })
  await answer.text()
  return answer.status
}

const list = (page) => page.getByRole('grid', { name: 'Operator events' }).locator('tbody tr')
const names = (page) => async () =>
  (await list(page).locator(':is(th, td):nth-child(5)').allInnerTexts()).map((text) => text.trim()).join(' ')
const said = () =>
  execFileSync(BIN, ['proxies'], {
    encoding: 'utf8',
    env: { ...process.env, GATELOG_URL: target.base, GATELOG_TOKEN: target.token },
  })

try {
  for (const name of ['orders', 'billing', 'carts'])
    equal(`${name} goes on`, await through('decK/1.43', 'PUT', `/services/${name}`, { name, host: 'a.internal' }), 200)
  equal('so does a change by hand', await through('curl/8', 'PATCH', '/services/orders', { retries: 2 }), 200)

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  const page = await signIn(context, target)
  watch(page, troubles)
  await page.goto(at('/audit?tz=UTC'))
  await settled(page)
  const card = page.locator('details', { hasText: 'Audit proxies' })
  const head = async () => (await card.locator('summary').innerText()).replace(/\s+/g, ' ')
  await becomes('the card says that all is well', head, 'Audit proxies all well')
  check('and is folded together', !(await card.evaluate((element) => element.open)))
  await card.locator('summary').click()
  const row = card.getByRole('row', { name: /kong-e2e/ })
  await comes(
    'it says before what it stands, and how',
    async () => (await row.innerText()).replace(/\s+/g, ' '),
    (text) => text.includes(`http://127.0.0.1:${kong}`) && text.includes('fail closed') && / ago 4 0 0$/.test(text),
  )
  check('the command line says so too', /kong-e2e +kong +127\S+ +http:\S+ +closed .* 4 +0 +0 +-/.test(said()), said())
  await row.getByRole('button').click()
  await page.waitForURL((url) => url.searchParams.get('origin') === 'kong-e2e')
  await becomes('a press shows what went through it', names(page), 'orders carts billing orders')

  await list(page).first().getByRole('button').click()
  const drawer = page.getByTestId('drawer')
  await drawer.getByText('curl/8').waitFor()
  const whole = drawer.getByRole('button', { name: 'Show the whole change set' })
  equal('what was done by hand is in no set', await whole.count(), 0)
  await list(page).nth(1).getByRole('button').click()
  await whole.click()
  await page.waitForURL((url) => /^[0-9a-f]{16}$/.test(url.searchParams.get('change_set') ?? ''))
  check('nothing else narrows the list then', !new URL(page.url()).searchParams.has('origin'))
  await becomes('the set is all that the sync changed', names(page), 'carts billing orders')
  await becomes('so many are told', () => page.getByTestId('trail-total').innerText(), '3')
  equal('the event stays open', await whole.count(), 0)
  check('and open it is', await drawer.getByText('decK/1.43').first().isVisible())
  await page.reload()
  await becomes('the address alone shows the set', names(page), 'carts billing orders')
  await page.getByRole('button', { name: 'Remove the change set' }).click()
  await page.waitForURL((url) => !url.searchParams.has('change_set'))
  await comes('without it there is more', names(page), (text) => text.split(' ').length > 3)

  admin.closeAllConnections()
  await new Promise((done) => admin.close(done))
  equal('nothing answers any more', await through('curl/8', 'PATCH', '/services/orders', { retries: 3 }), 502)
  await page.goto(at('/audit?tz=UTC'))
  await settled(page)
  await becomes('the card says so', head, 'Audit proxies 1 of 1 in trouble')
  check('and is open', await card.evaluate((element) => element.open))
  await card.getByText('The Admin API did not answer the last call.').waitFor()
  check('as does the command line', said().includes('the Admin API did not answer the last call'), said())
} catch (error) {
  check('the run goes through', false, error.stack)
}
equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
await browser.close()
await target.stop()
rmSync(dir, { recursive: true, force: true })
close()
