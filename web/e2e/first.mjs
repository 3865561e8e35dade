// The first run on a real, empty server: from the printed link to the first event, sent by curl as the page says.
// GATELOG_BIN names the program.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, PATIENCE_MS, watch } from './browser.mjs'
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
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
page.setDefaultTimeout(PATIENCE_MS)
const troubles = []
watch(page, troubles)
try {
  await page.goto(server.link)
  await page.waitForURL((url) => url.pathname === '/connect')
  check('a server without any event leads to connecting a gateway', true)
  await page.getByRole('radio').first().waitFor()
  await comes(
    'there are gateways to choose from',
    () => page.getByRole('radio').count(),
    (count) => count >= 3,
  )

  // Kong's configuration, to read; then the way any shell has.
  await page.getByText('Kong Gateway', { exact: true }).click()
  await becomes('the name is that of the gateway', () => page.getByLabel('Name of the source').inputValue(), 'kong')
  await page.getByText('Anything else, over HTTP').click()
  await page.getByLabel('Name of the source').fill('first try')
  await page.getByText('Letters, digits, dots and dashes').waitFor()
  await comes('a name that cannot be is told', () => page.getByRole('button', { name: 'Make its token' }).isDisabled())
  await page.getByLabel('Name of the source').fill('first-try')
  await page.getByRole('button', { name: 'Make its token' }).click()
  await page.getByText('Waiting for the first event').waitFor()
  const command = await page.locator('pre').first().innerText()
  check(
    'the command has this address and a token',
    command.includes(server.base) && /gl_in_\w{20}/.test(command),
    command,
  )
  await page.screenshot({ path: join(OUT, 'first-waiting.png'), fullPage: true })

  // What cannot be read is told while one still looks.
  const token = /gl_in_\w+/.exec(command)[0]
  await fetch(`${server.base}/i/${token}/kong`, { method: 'POST', body: '{"authorization":"Bearer secret-1","x":' })
  await page.getByText('1 record could not be read').waitFor()
  const excerpt = await page.locator('pre').last().innerText()
  check('the excerpt is masked', !excerpt.includes('secret-1'), excerpt)

  execFileSync('sh', ['-c', command], { stdio: 'pipe' })
  const first = page.getByTestId('first-event')
  await first.waitFor()
  check('the first event appears by itself', /first-try is connected/.test(await first.innerText()))
  await page.screenshot({ path: join(OUT, 'first-event.png'), fullPage: true })
  await first.getByRole('button', { name: 'Its events' }).click()
  await page.waitForURL((url) => url.searchParams.get('filter') === 'source:first-try')
  await page.locator('[data-row]').first().waitFor()
  equal('it is the one row of Access logs', await page.locator('[data-row]').count(), 1)

  // The page of the source says the same, and makes a new token.
  await page.goto(`${server.base}/sources?source=first-try`)
  const drawer = page.getByTestId('drawer')
  await drawer.getByRole('tab', { name: /Not understood/ }).waitFor()
  await comes('the source counts one reject', async () =>
    /1/.test(await drawer.getByRole('tab', { name: /Not understood/ }).innerText()),
  )
  await drawer.getByRole('tab', { name: 'Token' }).click()
  await drawer.getByRole('button', { name: 'Make a new token' }).click()
  await drawer.getByText(/shown only now/).waitFor()
  const next = /gl_in_\w+/.exec(await drawer.locator('pre').first().innerText())[0]
  check('the new token is another one', next !== token)
  const sent = async (t) =>
    (
      await fetch(`${server.base}/i/${t}/json`, {
        method: 'POST',
        body: '{"method":"GET","path":"/again","status":200}',
      })
    ).status
  equal('the new and the old token both work', `${await sent(next)} ${await sent(token)}`, '200 200')
  await drawer.getByRole('tab', { name: 'Quality' }).click()
  await drawer.getByText('Denials with a reason').waitFor()
  await comes(
    'what it sent is looked through',
    () => drawer.innerText(),
    (text) => /Method\s+100/.test(text),
  )
  const choose = async (what) => {
    await drawer.getByRole('button', { name: 'More about the source' }).click()
    await page.getByRole('menuitem', { name: what }).click()
  }
  await choose('Pause it')
  await drawer.getByText('Paused', { exact: true }).waitFor()
  equal('a paused source is refused', await sent(next), 503)
  await choose('Let it go on')
  await drawer.getByText('Paused', { exact: true }).waitFor({ state: 'detached' })
  equal('and goes on', await sent(next), 200)
  await drawer.getByRole('tab', { name: 'Try a line' }).click()
  await drawer.getByLabel('A line of its log').fill('{"verb":"PUT","path":"/x","res":{"code":418}}')
  await drawer.getByRole('button', { name: 'Name a member' }).click()
  await drawer.getByLabel('In the record').fill('res.code')
  await drawer.getByRole('combobox', { name: 'means' }).fill('status')
  await page
    .getByRole('option', { name: /^status/ })
    .first()
    .click()
  await drawer.getByRole('button', { name: 'Read it' }).click()
  await drawer.getByText('418', { exact: true }).waitFor()
  check('a line is read with the names one gives', true)
  await drawer.getByRole('button', { name: 'Use this for first-try' }).click()
  await page.getByText('reads its records like this from now on').waitFor()
  const { sources } = await (await page.request.get(`${server.base}/api/v1/sources`)).json()
  equal('the server keeps them', JSON.stringify(sources[0].field_map), '{"status":"res.code"}')
  equal('nothing failed in the browser, the CSP refused nothing', troubles.join('\n'), '')
} catch (error) {
  await page.screenshot({ path: join(OUT, 'first-failed.png'), fullPage: true }).catch(() => {})
  check('the first run goes through', false, `${error.message}\n   at ${page.url()}`)
}
await browser.close()
await server.stop()
close()
