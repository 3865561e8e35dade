// The living page of parts: pictures of every part in every state and theme into the test output, and axe over them.
// The page is not built into the app, so Vite serves it from the sources.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { launch, OUT, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const vite = await createServer({ root, logLevel: 'error', server: { port: Number(process.env.PARTS_PORT ?? 7195) } })
await vite.listen()
const address = `http://127.0.0.1:${vite.config.server.port}/_parts`
const url = address.replace('127.0.0.1', 'localhost')
const browser = await launch()
const { check, equal, close } = checks()
const troubles = []
mkdirSync(OUT, { recursive: true })

const LOOKS = [
  ['wide', { viewport: { width: 1600, height: 900 } }],
  ['phone', { viewport: { width: 390, height: 844 } }],
  ['forced', { viewport: { width: 1600, height: 900 }, forcedColors: 'active' }],
]
for (const [look, options] of LOOKS) {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
  const page = await context.newPage()
  watch(page, troubles)
  await page.goto(url)
  await page.locator('[data-parts=dark]').waitFor()
  await page.evaluate(() => document.fonts.ready)
  for (const theme of ['light', 'dark']) {
    const half = page.locator(`[data-parts=${theme}]`)
    await half.screenshot({ path: join(OUT, `parts-${look}-${theme}.png`) })
    if (look === 'phone') {
      const wider = await half.evaluate((e) => e.scrollWidth - e.clientWidth)
      check(`parts, ${theme}: nothing lies outside a phone`, wider <= 0, `${wider} px too wide`)
    }
  }
  if (look === 'forced') continue
  await page.evaluate(axe)
  const found = await page.evaluate(() =>
    globalThis.axe.run('[data-parts]', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }),
  )
  const text = found.violations.map(
    (v) => `${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.target} ${n.failureSummary}`)}`,
  )
  check(`axe finds nothing on the parts, ${look}`, text.length === 0, text.join('\n   '))
  await opened(page, look)
  await context.close()
}
equal('nothing failed in the browser', [...new Set(troubles)].join('\n'), '')
await browser.close()
await vite.close()
close()
console.log(`pictures in ${OUT}`)

/** What only shows when it is opened, in both themes. */
async function opened(page, look) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme })
    const half = page.locator(`[data-parts=${theme}]`)
    const shot = async (name, open) => {
      await open()
      await page.waitForTimeout(120)
      await page.screenshot({ path: join(OUT, `parts-${look}-${theme}-${name}.png`) })
      await page.keyboard.press('Escape')
      await page.waitForTimeout(60)
    }
    for (const name of ['menu', 'dialogm', 'dialogl', 'sheetm', 'toast'])
      await shot(name, () => half.locator(`[data-open=${name}]`).first().click())
    await shot('combobox', async () => {
      const input = half.getByRole('combobox', { name: 'Route' }).first()
      await input.click()
      await input.pressSequentially('/api/u')
      await page.getByRole('option', { name: '/api/users/{id}' }).waitFor()
      await page.keyboard.press('ArrowDown')
    })
  }
}
