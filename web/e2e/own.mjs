// What the tests of a program of their own have in common: one on its first start, somebody its link has let in at a page of it,
// steps that are named when one breaks off, and an end at which nothing else may have failed. GATELOG_BIN names the program.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, OUT, PATIENCE_MS, settled, watch } from './browser.mjs'
import { checks } from './checks.mjs'
import { BIN, firstServer } from './real.mjs'

const WIDE = { width: 1440, height: 900 }

/**
 * Runs a test named so at a path. `env` are settings of the program, `expected` matches what may fail in the browser; `walk` gets the
 * page and what one does on it, and `step`, which says where it is.
 */
export async function onOwnServer(name, path, walk, { viewport = WIDE, env = {}, expected = null } = {}) {
  if (!existsSync(BIN)) {
    console.log(`skipped: there is no program at ${BIN}; build it or set GATELOG_BIN`)
    process.exit(0)
  }
  mkdirSync(OUT, { recursive: true })
  const server = await firstServer(env)
  const browser = await launch()
  const { close, ...told } = checks()
  const troubles = []
  let at = 'the page'
  const step = (next) => {
    at = next
  }
  /** Somebody at a browser of their own. */
  const someone = async () => {
    const page = await (await browser.newContext({ viewport })).newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    watch(page, troubles)
    const press = (name, place = page) => place.getByRole('button', { name, exact: true }).first().click()
    const go = async () => {
      await page.waitForURL((url) => url.pathname !== '/welcome')
      await page.goto(`${server.base}${path}`)
      await settled(page)
    }
    const api = async (asked, data) => {
      const url = `${server.base}/api/v1${asked}`
      return (await (data ? page.request.post(url, { data }) : page.request.get(url))).json()
    }
    const shot = (of, fullPage = false) => page.screenshot({ path: join(OUT, `${of}.png`), fullPage })
    return { page, press, go, api, shot }
  }
  const own = await someone()
  /** Somebody with a name and a password. */
  const person = async (user, password) => {
    const them = await someone()
    await them.page.goto(`${server.base}/welcome`)
    await them.page.getByLabel('Name', { exact: true }).fill(user)
    await them.page.getByLabel('Password', { exact: true }).fill(password)
    await them.press('Sign in')
    await them.go()
    return them
  }
  try {
    await own.page.goto(server.link)
    await own.go()
    await walk({ ...own, ...told, person, step })
    const others = troubles.filter((trouble) => !expected?.test(trouble))
    told.equal('nothing else failed in the browser, the CSP refused nothing', [...new Set(others)].join('\n'), '')
  } catch (error) {
    await own.shot(`${name}-failed`).catch(() => {})
    told.check(at, false, `${error.message}\n   at ${own.page.url()}`)
  }
  await browser.close()
  await server.stop()
  const before = process.exitCode
  close()
  // One that failed before this has failed all the same.
  process.exitCode ||= before
}

/** Which of these codes the operator trail of the last hour lacks. */
export async function lacking(api, codes) {
  const { events } = await api(`/trail?from=now-1h&event=${codes.join()}`)
  const there = new Set(events.map(({ code }) => code))
  return codes.filter((code) => !there.has(code)).join(' ')
}
