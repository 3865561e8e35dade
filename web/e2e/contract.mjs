// The use cases of the contract, walked through the pages on a real server: once by mouse, once by keys alone. Each is one
// line of contract-cases.mjs. The server is one of its own, with the sample logs and what feed.mjs adds to them.
// node e2e/contract.mjs [mouse|keys|controls] [part of a line].
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, launch, OUT, PATIENCE_MS, signIn, watch } from './browser.mjs'
import { checks, sooner } from './checks.mjs'
import { CASES, PLACES } from './contract-cases.mjs'
import { feed } from './feed.mjs'
import { at, keys, mouse } from './hands.mjs'
import { controls } from './page-controls.mjs'
import { BIN, realServer } from './real.mjs'

const DAY_MS = 864e5
const VIEWPORT = { width: 1440, height: 900 }
const RAIL = {
  Overview: '/',
  'Access logs': '/logs',
  Denials: '/denials',
  Usage: '/usage',
  'Errors & latency': '/errors',
  'Access control': '/access',
  Dashboards: '/boards',
  Reports: '/reports',
  Directory: '/directory',
  Sources: '/sources',
  Members: '/members',
  Audit: '/audit',
}

if (!existsSync(BIN)) {
  console.log(`skipped: there is no program at ${BIN}; build it or set GATELOG_BIN`)
  process.exit(0)
}
mkdirSync(OUT, { recursive: true })
const [only, part = ''] = process.argv.slice(2)
const samples = join(dirname(fileURLToPath(import.meta.url)), '../../samples')
const target = await realServer(await freePort(), 'edge', {
  more: ['--samples', samples],
  sources: ['aws-pets', 'portal'],
})
const browser = await launch()
const { check, equal, close } = checks()
const troubles = []
const api = async (path, query) => {
  const url = `${target.base}/api/v1${path}?${new URLSearchParams(query)}`
  return (await fetch(url, { headers: { authorization: `Bearer ${target.token}` } })).json()
}

try {
  await replayed()
  const now = looked(Date.now())
  const { today, taken } = await feed(
    target.base,
    { api: target.token, aws: target.tokens['aws-pets'], portal: target.tokens.portal },
    now,
  )
  equal('all that was sent is taken', `${taken.rejected} ${taken.duplicates}`, '0 0')
  // A range that stands still, so that what is seen can be compared.
  const range = { from: new Date(now - DAY_MS).toISOString(), to: new Date(now).toISOString(), tz: 'UTC' }
  const denied = await api('/panels/denied_top_consumers', range)
  const countries = await api('/usage/countries', range)
  const truth = {
    today,
    of: (keep) => today.filter(keep).length,
    now: await api('/summary', range),
    denied: denied.rows[0].key,
    hasCountries: countries.rows.some(({ key }) => /^[A-Z]{2}$/.test(key)),
  }
  equal(
    'what the API counts is what was sent',
    (await api('/summary', { ...range, filter: 'source:aws-pets' })).total_calls,
    today.length,
  )
  const hands = [mouse, keys].filter((hand) => !only || hand.name === only)
  await Promise.all([
    ...hands.map((hand) => walk(hand, range, truth)),
    ...(!only || only === 'controls' ? [controls(browser, target, range, check, troubles)] : []),
  ])
  equal('nothing failed in the browser, the CSP refused nothing', [...new Set(troubles)].join('\n'), '')
} catch (error) {
  check('the walk goes through', false, error.stack)
}
await browser.close()
await target.stop()
close()

/** Quotas are of a day: in its first hours the end of the day before is looked at, so that there is something to see. */
function looked(now) {
  const ofDay = now % DAY_MS
  return ofDay < DAY_MS / 8 ? now - ofDay - 1 : now
}

/** The samples come in by themselves after the start. */
async function replayed() {
  const whole = (sources = []) => sources.filter((one) => one.accepted >= 1200).length >= 2
  const { sources } = await sooner(
    () => api('/sources', {}),
    (answer) => whole(answer.sources),
  )
  if (!whole(sources)) throw new Error('the samples were not replayed')
}

async function walk(hand, range, truth) {
  const began = Date.now()
  const context = await browser.newContext({ viewport: VIEWPORT, reducedMotion: 'reduce', acceptDownloads: true })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const page = await signIn(context, target)
  watch(page, troubles)
  const w = { hand: hand(page), page, truth, patience: PATIENCE_MS }
  const query = (filter = '') => `?${new URLSearchParams({ ...range, ...(filter ? { filter } : {}) })}`

  // Every page of the rail, the range kept.
  await at(page, target.base, `/${query()}`)
  for (const [label, path] of Object.entries(RAIL)) {
    if (part) continue
    try {
      await w.hand.goTo(label)
      await page.waitForURL((url) => url.pathname === path)
      await page.getByRole('heading', { level: 1, name: label }).waitFor()
      await page.waitForURL((url) => url.searchParams.get('from') === range.from)
      check(`${w.hand.name}: the rail leads to ${label}`, true)
    } catch (error) {
      check(`${w.hand.name}: the rail leads to ${label}`, false, error.message)
    }
  }
  let here = ''
  for (const [items, place, use, steps, filter] of CASES) {
    const line = `${w.hand.name}: ${items} ${place}: ${use}`
    if (!line.match(part)) continue
    try {
      const address = PLACES[place] + query(filter)
      if (here !== address || page.url() !== target.base + address) await at(page, target.base, address)
      here = address
      for (const step of steps) await step(w)
      check(line, true)
    } catch (error) {
      here = ''
      check(line, false, `${error.message.split('\n').slice(0, 4).join('\n   ')}\n   at ${page.url()}`)
      await page.screenshot({ path: join(OUT, `contract-${w.hand.name}-${items.replace(/\W+/g, '-')}.png`) })
    }
  }
  console.log(`     ${w.hand.name}: ${Math.round((Date.now() - began) / 1000)} s`)
  await context.close()
}
