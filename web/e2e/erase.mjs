// Erasing a person, on a real server: what there is of them is said before it can be done, it is asked once more, and who it was is
// nowhere afterwards. GATELOG_BIN names the program.
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
const page = await (await browser.newContext({ viewport: { width: 1440, height: 1200 } })).newPage()
page.setDefaultTimeout(PATIENCE_MS)
watch(page, troubles)
const press = (name, place = page) => place.getByRole('button', { name, exact: true }).first().click()
const api = async (path) => (await page.request.get(`${server.base}/api/v1${path}`)).json()
/** Whether a name stands in an event of the operator trail; the list has not all of an event. */
async function isInTrail(name) {
  const { events } = await api('/trail?from=1h')
  const each = await Promise.all(events.map(({ id }) => api(`/trail/${id}`)))
  return JSON.stringify(each).includes(name)
}

let step = 'the page'
try {
  await page.goto(server.link)
  await page.waitForURL((url) => url.pathname !== '/welcome')
  await page.goto(`${server.base}/retention?tz=UTC`)
  await settled(page)
  const erase = page.getByRole('button', { name: 'Erase…', exact: true })
  check('nothing is erased before it was looked at', await erase.isDisabled())

  step = 'looking'
  // Makes an operator event that names them.
  await api('/trail?from=1h&search=mallory')
  await page.getByText('Operator', { exact: true }).click()
  await page.getByLabel('Value', { exact: true }).fill('mallory')
  await press('Look what there is')
  await page.getByText(/0 events on 0 days; 1 operator records/).waitFor()
  check('looking changes nothing', await isInTrail('mallory'))

  step = 'erasing'
  await erase.click()
  await page.screenshot({ path: join(OUT, 'erase.png') })
  await press('Erase', page.getByRole('dialog'))
  await page.locator('tbody tr', { hasText: 'Done' }).waitFor()
  const [one] = (await api('/erasures')).erasures
  equal('so many records', one.operator_records, 1)
  await becomes('who it was is nowhere', () => isInTrail('mallory'), false)
  const codes = new Set((await api('/trail?from=1h')).events.map(({ code }) => code))
  for (const code of ['GL-ERASURE-TRY', 'GL-ERASURE-RUN', 'GL-ERASURE-DONE'])
    check(`${code} is in the operator trail`, codes.has(code), [...codes].join(' '))
  equal('nothing failed in the browser', [...new Set(troubles)].join('\n'), '')
} catch (error) {
  await page.screenshot({ path: join(OUT, 'erase-failed.png') }).catch(() => {})
  check(step, false, `${error.message}\n   at ${page.url()}`)
}
await browser.close()
await server.stop()
close()
