// Debian's Chromium for the walks and the pictures, and the fixture server when no real one is named.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
export const OUT = process.env.E2E_OUT ?? join(here, 'out')
/** A busy machine may be slow; nothing in these runs measures time. */
export const PATIENCE_MS = 60_000

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS.split(' ') })
}

/** Below those the system gives to connections that go out: none of them can take it before it is used. */
export function freePort() {
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  return new Promise((done) => {
    const probe = createServer().once('error', () => done(freePort()))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(port)))
  })
}

/** Waits until something answers at the address, or the program that should has ended. */
export async function answers(url, child) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`the server at ${url} ended with ${child.exitCode}`)
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    )
    if (isThere) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`nothing answers at ${url}`)
}

/** A fixture server of its own, on a port of its own unless one is given. */
export async function fixtures(env = {}, port = 0) {
  const own = port || (await freePort())
  const child = spawn(process.execPath, [join(here, '../dev/fixtures.mjs'), String(own)], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  const base = `http://127.0.0.1:${own}`
  await answers(`${base}/api/v1/session`, child)
  return { base, port: own, link: `${base}/welcome#welcome-1`, token: 'gl_ap_fixture', stop: () => child.kill() }
}

/** BASE_URL with GATELOG_LINK or GATELOG_TOKEN name a real server; without them there are the fixtures. */
export async function server(port = 0, env = {}) {
  const base = process.env.BASE_URL?.replace(/\/$/, '')
  if (!base) return fixtures(env, port)
  return { base, link: process.env.GATELOG_LINK ?? '', token: process.env.GATELOG_TOKEN ?? '', stop() {} }
}

let cookies

/** Signs a context in, by the one-time link or by an API token; the link opens once, so later contexts get its cookie. */
export async function signIn(context, { base, link, token }) {
  context.setDefaultTimeout(PATIENCE_MS)
  context.setDefaultNavigationTimeout(PATIENCE_MS)
  if (cookies) await context.addCookies(cookies)
  const page = await context.newPage()
  if (token) {
    const answer = await context.request.post(`${base}/api/v1/session`, { data: { token } })
    if (!answer.ok()) throw new Error(`sign-in by token failed with ${answer.status()}`)
  } else if (!cookies) {
    await page.goto(link.startsWith('http') ? link : base + link)
    await page.waitForURL((url) => url.pathname === '/')
    cookies = await context.cookies()
  }
  return page
}

/** Until the page has what it asked for and has drawn it. */
export async function settled(page) {
  await page.waitForFunction(
    () => document.querySelector('main h1') && !document.querySelector('[class*=skeleton], [aria-busy=true]'),
  )
  await drawn(page)
}

/** Two frames, and all that fades in has done so. */
export async function drawn(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    await frame()
    await frame()
    const finite = (a) => a.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY
    await Promise.all(
      document
        .getAnimations()
        .filter(finite)
        .map((a) => a.finished.catch(() => {})),
    )
    await frame()
  })
}

/** Until the place has the focus, so that what is typed goes there. */
export async function focusedOn(place) {
  await place.waitFor()
  const element = await place.elementHandle()
  await place.page().waitForFunction((e) => e === document.activeElement, element)
}

/** Collects what must not happen: errors in the console, failed scripts, refusals of the CSP. */
export function watch(page, troubles) {
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
}

/** Opens the n-th event of the list: one press. */
export async function openEvent(page, n) {
  await page.locator('[data-row]').nth(n).click()
  const drawer = page.getByTestId('drawer')
  await drawer.waitFor()
  return drawer
}
