// Masking rules on a real server: one that is written, tried before it holds, set, and seen in an event that comes after; one
// that is wrong; the history and an earlier version that holds again. GATELOG_BIN names the program.
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
const { check, equal, becomes, close } = checks()
const troubles = []
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
page.setDefaultTimeout(PATIENCE_MS)
watch(page, troubles)
const press = (name, place = page) => place.getByRole('button', { name, exact: true }).first().click()
const choose = (name, place = page) => place.locator('label', { hasText: name }).first().click()
const api = async (path) => (await page.request.get(`${server.base}/api/v1${path}`)).json()
const RECORD =
  '{"timestamp":"2026-11-21T10:00:00Z","method":"GET","path":"/staff/EMP-000001","status":200,"ip":"203.0.113.9"}'

let step = 'the page'
try {
  await page.goto(server.link)
  await page.waitForURL((url) => url.pathname !== '/welcome')
  await page.goto(`${server.base}/masking?tz=UTC`)
  await settled(page)
  await page.getByText('No rule but the defaults').waitFor()

  step = 'writing a rule'
  const dialog = page.getByRole('dialog')
  await press('Add a rule')
  await dialog.getByLabel('What it is called').fill('Staff numbers')
  await choose('Pattern', dialog)
  await dialog.getByLabel('Regular expression').fill('EMP-(')
  await choose('Replace', dialog)
  await press('Add it', dialog)
  await press('Set them')
  await page.getByText(/unclosed group/).waitFor()
  equal('what is wrong is not set', (await api('/masks')).version, 0)
  await page.getByRole('button', { name: 'Staff numbers', exact: true }).click()
  await dialog.getByLabel('Regular expression').fill('EMP-\\d{6}')
  await press('Change it', dialog)
  await press('Add a rule')
  await dialog.getByLabel('What it is called').fill('Addresses')
  await choose('Field', dialog)
  await dialog.getByRole('combobox', { name: 'Field' }).fill('ip')
  await page.getByRole('option', { name: /^ip/ }).first().click()
  await choose('Truncate IP', dialog)
  await page.screenshot({ path: join(OUT, 'masking-rule.png') })
  await press('Add it', dialog)

  step = 'trying'
  await page.getByLabel('A record, as a gateway writes it').fill(RECORD)
  await press('Try these rules')
  await page.getByText('Changed by: Staff numbers, Addresses').waitFor()
  const row = page.locator('tbody tr', { hasText: 'request.ip' })
  equal('before and after stand beside each other', await row.locator('mark').innerText(), '203.0.113.0')
  check('as it came too', (await row.innerText()).includes('203.0.113.9'))
  equal('nothing holds yet', (await api('/masks')).version, 0)
  await page.screenshot({ path: join(OUT, 'masking-tried.png'), fullPage: true })

  step = 'setting'
  await page.getByLabel('Why').fill('They are personal data')
  await press('Set them')
  await becomes('the rules hold', async () => (await api('/masks')).rules.length, 2)
  await page.getByText(/^Version 1, since/).waitFor()

  step = 'changing and restoring'
  await press('Remove: Staff numbers')
  await press('Set them')
  await becomes('one is left', async () => (await api('/masks')).rules.length, 1)
  await page.getByRole('tab', { name: 'History' }).click()
  await page.locator('tbody del', { hasText: 'Staff numbers' }).waitFor()
  check('who and why', (await page.locator('tbody').innerText()).includes('They are personal data'))
  await page.screenshot({ path: join(OUT, 'masking-history.png') })
  await press('Restore version 1')
  await press('Restore it', page.getByRole('dialog'))
  await becomes('it holds again', async () => (await api('/masks')).version, 3)
  equal('with both rules', (await api('/masks')).rules.length, 2)

  step = 'the operator trail'
  const { events: acts } = await api('/trail?from=now-1h')
  const codes = new Set(acts.map(({ code }) => code))
  for (const code of ['GL-MASKS-SET', 'GL-MASKS-RESTORE', 'GL-MASKS-TRY'])
    check(`${code} is in the operator trail`, codes.has(code), [...codes].join(' '))
  const refusals = troubles.filter((trouble) => !/ 400 |status of 400/.test(trouble))
  equal('nothing else failed in the browser, the CSP refused nothing', [...new Set(refusals)].join('\n'), '')
} catch (error) {
  await page.screenshot({ path: join(OUT, 'masking-failed.png') }).catch(() => {})
  check(step, false, `${error.message}\n   at ${page.url()}`)
}
await browser.close()
await server.stop()
close()
