// How long a list of any length takes to appear and to jump in: BASE_URL=… GATELOG_TOKEN=… node e2e/million.mjs [path].
// It reports and asserts nothing; docs/performance.md has the numbers. Fill the server with `gatelog generate --events 1000000`.
import { launch, server, signIn } from './browser.mjs'

const target = await server(7196)
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
const page = await signIn(context, target)
const path = process.argv[2] ?? '/logs?tz=UTC'

await page.goto(target.base + path)
await page.getByTestId('total').waitFor()
await page.waitForTimeout(1500)
console.log(`${await page.getByTestId('total').innerText()} events`)

const mounts = []
for (let i = 0; i < 5; i++) {
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.waitForTimeout(1500)
  const ms = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    const link = [...document.querySelectorAll('nav a')].find((a) => a.textContent.includes('Access'))
    const began = performance.now()
    link.click()
    while (!document.querySelector('[data-row]')) await frame()
    return Math.round(performance.now() - began)
  })
  mounts.push(ms)
  await page.waitForTimeout(700)
}
console.log(`from the press of the link to rows on screen: ${mounts.join(' ')} ms`)

const jumps = await page.evaluate(async () => {
  const grid = document.querySelector('[data-testid=events]')
  const scroll = grid.parentElement
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const isFilled = () => {
    const box = scroll.getBoundingClientRect()
    const isSeen = (e) => e.getBoundingClientRect().top < box.bottom && e.getBoundingClientRect().bottom > box.top + 30
    const rows = [...grid.querySelectorAll('[role=row]')].filter(isSeen).length - 1
    return [...grid.querySelectorAll('[data-row]')].filter(isSeen).length >= rows - 1
  }
  const found = []
  for (const share of [0.5, 0.1, 0.9, 0.33, 0.77, 0.02, 0.999, 0.61, 0.25]) {
    const began = performance.now()
    scroll.scrollTop = share * (scroll.scrollHeight - scroll.clientHeight)
    await painted()
    const frame = Math.round(performance.now() - began)
    while (!isFilled() && performance.now() - began < 30_000) await new Promise((done) => setTimeout(done, 5))
    found.push({
      row: grid.querySelector('[data-row]')?.ariaRowIndex,
      frame,
      rows: Math.round(performance.now() - began),
    })
  }
  return found
})
for (const { row, frame, rows } of jumps)
  console.log(`jump to row ${row}: drawn after ${frame} ms, its events after ${rows} ms`)
await browser.close()
target.stop()
