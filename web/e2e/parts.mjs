// The living page of parts: pictures of every part in every state and theme into the test output, and axe over them.
// The page is not part of the app, so it is built beside it. A chart of 300 buckets × 10 series is timed, not judged.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'
import { freePort, launch, OUT, PATIENCE_MS, watch } from './browser.mjs'
import { checks } from './checks.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const outDir = join(OUT, 'parts-dist')
const port = await freePort()
// Both themes side by side need light-dark() as it is; the app's own build also writes it for older browsers.
const quiet = { root, mode: 'parts', logLevel: 'error', build: { outDir, emptyOutDir: true, cssTarget: 'chrome130' } }
await build(quiet)
const vite = await preview({ ...quiet, preview: { host: '127.0.0.1', port, strictPort: true } })
const url = `http://127.0.0.1:${port}/_parts`
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
  context.setDefaultTimeout(PATIENCE_MS)
  context.setDefaultNavigationTimeout(PATIENCE_MS)
  const page = await context.newPage()
  watch(page, troubles)
  await page.goto(url)
  await page.locator('[data-parts=dark]').waitFor()
  await page.evaluate(() => document.fonts.ready)
  for (const theme of ['light', 'dark']) {
    const half = page.locator(`[data-parts=${theme}]`)
    for (const group of ['Controls', 'Places', 'Charts'])
      await half
        .locator(`[data-group=${group}]`)
        .screenshot({ path: join(OUT, `parts-${look}-${theme}-${group.toLowerCase()}.png`) })
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
const drawn = await bench()
writeFileSync(join(OUT, 'bench.json'), `${JSON.stringify(drawn)}\n`)
for (const [kind, ms] of Object.entries(drawn))
  console.log(`     300 buckets × 10 series as ${kind}: ${ms.toFixed(1)} ms`)
equal('nothing failed in the browser', [...new Set(troubles)].join('\n'), '')
await browser.close()
await vite.close()
close()
console.log(`pictures in ${OUT}`)

/** Median of 30, from the state to the finished layout. */
async function bench() {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(`${url}#bench`)
  await page.getByRole('button').click()
  await page.locator('[data-bench]:not([data-bench=""])').waitFor()
  return JSON.parse(await page.locator('output').innerText())
}

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
