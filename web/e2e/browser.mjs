// Debian's Chromium for the walks and the pictures, and the fixture server when no real one is named.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
export const OUT = process.env.E2E_OUT ?? join(here, 'out')

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS.split(' ') })
}

/** BASE_URL and GATELOG_LINK name a real server; without them the fixture server is started on a port of its own. */
export async function server(port = 7191, env = {}) {
  const base = process.env.BASE_URL
  if (base) return { base, link: process.env.GATELOG_LINK ?? '', token: process.env.GATELOG_TOKEN ?? '', stop() {} }
  const child = spawn(process.execPath, [join(here, '../dev/fixtures.mjs'), String(port)], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; i < 100; i++) {
    if (
      await fetch(`${url}/api/v1/session`).then(
        () => true,
        () => false,
      )
    )
      break
    await new Promise((done) => setTimeout(done, 50))
  }
  return { base: url, link: `${url}/welcome#welcome-1`, token: 'gl_ap_fixture', stop: () => child.kill() }
}

let cookies

/** Signs a context in, by the one-time link or by an API token; the link opens once, so later contexts get its cookie. */
export async function signIn(context, { base, link, token }) {
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

/** Collects what must not happen: errors in the console, failed scripts, refusals of the CSP. */
export function watch(page, troubles) {
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
}
