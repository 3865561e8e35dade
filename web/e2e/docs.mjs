// The pictures of README and docs, from a real server with the sample logs: `make screenshots`. A new one is a line here.
// IMAGES_OUT says where to; BASE_URL with GATELOG_LINK or GATELOG_TOKEN names the server.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch, server, signIn } from './browser.mjs'

const out = process.env.IMAGES_OUT ?? join(dirname(fileURLToPath(import.meta.url)), '../../docs/images')
const DESK = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

/** File, page, size, theme, and what is done on the page before. */
const PICTURES = [
  ['overview', '/?tz=UTC&compare=none', DESK, 'light'],
  ['overview-dark', '/?tz=UTC&compare=none', DESK, 'dark'],
  ['overview-phone', '/?tz=UTC&compare=none', PHONE, 'dark'],
  ['access-logs', '/logs?tz=UTC', DESK, 'light'],
  ['usage', '/usage/consumers?tz=UTC&compare=none', DESK, 'light'],
  ['denials', '/denials?tz=UTC&compare=none', DESK, 'dark'],
  ['connect', '/connect?tz=UTC', DESK, 'light'],
  ['audit', '/audit?tz=UTC', DESK, 'light', someChanges],
  ['audit-event', '/audit?tz=UTC&event=GL-ROLE-SET', DESK, 'light', openEvent],
  ['audit-proof', '/audit?tz=UTC&event=GL-ROLE-SET', DESK, 'light', openProof],
  ['denied-call', '/logs?tz=UTC&filter=granted:false', DESK, 'light', openRow],
]

const target = await server()
const browser = await launch()
mkdirSync(out, { recursive: true })
for (const [name, path, viewport, theme, act] of PICTURES) {
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
  const page = await signIn(context, target)
  await page.goto(target.base + path)
  await settled(page)
  if (act) {
    await act(page)
    await settled(page)
  }
  // A pointer over a control would leave its mark.
  await page.mouse.move(0, 0)
  await page.screenshot({ path: join(out, `${name}.png`) })
  console.log(`docs/images/${name}.png`)
  await context.close()
}
await browser.close()
target.stop()

async function settled(page) {
  // A program built without the app has a heading too, but no page of the app.
  await page.locator('main h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('section[aria-busy=true]'))
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(1200)
}

async function openRow(page) {
  await page.locator('[data-row]').nth(3).click()
  await page.getByTestId('drawer').waitFor()
}

/** What somebody does to Gatelog, so that there is something to see. */
async function someChanges(page) {
  const role = (permissions) => ['PUT', '/roles/support', { about: 'The help desk', permissions }]
  const acts = [
    ['POST', '/sources', { name: 'edge-eu' }],
    ['PUT', '/sources/edge-eu', { format: 'kong' }],
    role(['panels:read', 'events:read', 'events:export']),
    ['POST', '/tokens', { name: 'grafana', role: 'viewer' }],
    role(['panels:read', 'events:read']),
  ]
  const headers = { 'content-type': 'application/json' }
  for (const [method, path, body] of acts) {
    await page.evaluate(
      ([url, init]) => fetch(url, init),
      [`/api/v1${path}`, { method, headers, body: JSON.stringify(body) }],
    )
  }
  await page.reload()
}

async function openEvent(page) {
  // What the traffic does after a change is told from a minute on.
  await page.waitForTimeout(65_000)
  await page.getByRole('grid', { name: 'Operator events' }).locator('tbody button').first().click()
  await page.getByTestId('drawer').getByRole('table').first().waitFor()
}

async function openProof(page) {
  await page.getByRole('grid', { name: 'Operator events' }).locator('tbody button').first().click()
  await page.getByTestId('proof').click()
  await page.getByRole('dialog', { name: 'Proof' }).waitFor()
}
