// Pictures of both pages in their states, for review: node e2e/shots.mjs [part of a name]. FULL=1 adds the rest of Overview.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, server, signIn, watch } from './browser.mjs'

const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
const PAGES = {
  overview: '/?tz=UTC',
  logs: '/logs?tz=UTC',
  'overview-empty': '/?tz=UTC&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z',
  'logs-empty': '/logs?tz=UTC&filter=consumer:nobody+status:200',
  'logs-error': '/logs?tz=UTC&filter=statu:500',
  'overview-error': '/?tz=UTC&filter=statu:500',
  'logs-filtered': '/logs?tz=UTC&filter=granted:false+CONSUMER',
  'logs-drawer': '/logs?tz=UTC&filter=granted:false+CONSUMER',
  'logs-export': '/logs?tz=UTC&filter=granted:false',
  'logs-tail': '/logs?tz=UTC&tail=1',
  welcome: '/welcome',
}
const only = process.argv[2] ?? ''
const target = await server()
const browser = await launch()
const troubles = []
let consumer
mkdirSync(OUT, { recursive: true })

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' })
    const page = await signIn(context, target)
    watch(page, troubles)
    consumer ??= await deniedConsumer(page)
    for (const [name, path] of Object.entries(PAGES)) {
      const file = `${name}-${size}-${theme}`
      if (!file.includes(only)) continue
      await page.goto(target.base + path.replace('CONSUMER', consumer))
      await page.waitForTimeout(name.includes('tail') ? 4000 : 1100)
      if (name === 'logs-drawer') {
        await page.locator('[data-row]').nth(2).click()
        await page.mouse.move(400, 4)
      }
      if (name === 'logs-export') await page.locator('[data-shortcut=export]:visible').first().click()
      if (name === 'logs-drawer' || name === 'logs-export') await page.waitForTimeout(600)
      await page.screenshot({ path: join(OUT, `${file}.png`) })
      if (process.env.FULL && name === 'overview') {
        for (const part of [2, 3, 4]) {
          await page
            .locator('[class*=scroll]')
            .first()
            .evaluate((e) => {
              e.scrollTop += e.clientHeight - 120
            })
          await page.waitForTimeout(300)
          await page.screenshot({ path: join(OUT, `${file}-${part}.png`) })
        }
      }
    }
    await context.close()
  }
}
await browser.close()
target.stop()
for (const trouble of new Set(troubles)) console.log('trouble:', trouble)
console.log(`pictures in ${OUT}`)

/** The consumer with the most denied calls, as a term. */
async function deniedConsumer(page) {
  const query = 'fields=consumer&filter=granted:false&top=5'
  const answer = await (await page.request.get(`${target.base}/api/v1/facets?${query}`)).json()
  const name = answer.facets[0].values.find((v) => v.value && v.value !== 'unknown')?.value ?? 'nobody'
  return encodeURIComponent(`consumer:${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`)
}
