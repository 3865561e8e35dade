// What a person waits for on a large server: BASE_URL=… GATELOG_TOKEN=… node e2e/interactions.mjs 'from=…&to=…'.
// It reports and asserts nothing; docs/performance.md has the numbers. Fill the server with `gatelog generate --events 10000000`.
import { launch, server, signIn } from './browser.mjs'

const target = await server()
const range = process.argv[2] ?? 'from=now-30d'
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
const page = await signIn(context, target)
await page.addInitScript(() => {
  globalThis.shifted = 0
  globalThis.paints = []
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.interactionId) globalThis.paints.push(entry.duration)
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })
})
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

/** Opens a page five times: until nothing is awaited any more, and what moved meanwhile. */
async function load(name, path, ready) {
  const [times, shifts] = [[], []]
  for (let i = 0; i < 5; i++) {
    const begun = performance.now()
    await page.goto(`${target.base}${path}?${range}`)
    await page.locator(ready).first().waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
    times.push(Math.round(performance.now() - begun))
    await page.waitForLoadState('networkidle')
    shifts.push(await page.evaluate(() => globalThis.shifted))
  }
  console.log(
    `${name}: first ${times[0]} ms, median ${median(times)} ms; layout shift at most ${Math.max(...shifts).toFixed(4)}`,
  )
}

/** Turns to another page of the rail three times, from Overview: until its name stands there, and until nothing is awaited. */
async function turn(name, letter) {
  const [named, whole] = [[], []]
  for (let i = 0; i < 3; i++) {
    await page.goto(`${target.base}/?${range}`)
    await page.waitForLoadState('networkidle')
    const begun = performance.now()
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    named.push(Math.round(performance.now() - begun))
    await page.waitForFunction(
      () => !document.querySelector('[aria-busy=true], main [class*=skeleton], main [class*=levels]'),
    )
    whole.push(Math.round(performance.now() - begun))
  }
  console.log(`to ${name}: its name after ${median(named)} ms, all of it after ${median(whole)} ms (first ${whole[0]})`)
}

const all = []
async function act(name, run, times = 1) {
  const paints = []
  for (let i = 0; i < times; i++) {
    await page.evaluate(() => {
      globalThis.paints = []
    })
    await run()
    await page.waitForTimeout(600)
    await page.waitForLoadState('networkidle')
    paints.push(Math.max(0, ...(await page.evaluate(() => globalThis.paints))))
  }
  all.push(...paints)
  console.log(`  ${name}: ${paints.join(', ')} ms to the next paint`)
}
const key = (name) => () => page.keyboard.press(name)

await load('Overview', '/', '[role=slider]')
await act('earlier window', key('ArrowLeft'))
await act('later window', key('ArrowRight'))
await act('zoom out', key('z'))
await page.goBack()
await act('compare on and off', key('x'), 2)
await act('keep a row', () => page.locator('section[aria-label="Top consumers"] button').nth(2).click())

await load('Access logs', '/logs', '[data-row]')
await act('next row', key('j'), 5)
await act('open an event', key('Enter'))
await act('next event', key(']'), 3)
await act('close it', key('Escape'))
await act('keep a facet value', () =>
  page
    .getByRole('button', { name: /^Denied/ })
    .first()
    .click(),
)
await act('take it out again', () =>
  page
    .getByRole('button', { name: /^Denied/ })
    .first()
    .click(),
)
await act('hide the histogram', key('h'), 2)
console.log(`interactions: median ${median(all)} ms, slowest ${Math.max(...all)} ms of ${all.length}`)
for (const [name, letter] of [
  ['Denials', 'n'],
  ['Usage', 'u'],
  ['Errors & latency', 'e'],
  ['Access control', 'a'],
  ['Dashboards', 'b'],
])
  await turn(name, letter)
await load('AWS API Gateway', '/boards/aws', '[data-testid^=control-]')
await load('The page of a consumer', '/usage/consumers/mobile-app-0000', '[role=slider]')
await browser.close()
target.stop()
