// Signing in at an identity provider, a real one, with a real server and its real page: the role comes from the groups, each
// time anew; an answer opens the door once, in the browser that asked; and who is in no group stays outside. GATELOG_BIN
// names the program.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers, freePort, launch, OUT, PATIENCE_MS, watch } from './browser.mjs'
import { checks } from './checks.mjs'
import { identityProvider, passProvider, SECRET } from './identity.mjs'
import { BIN } from './real.mjs'

if (!existsSync(BIN)) {
  console.log(`skipped: there is no program at ${BIN}; build it or set GATELOG_BIN`)
  process.exit(0)
}
mkdirSync(OUT, { recursive: true })
const { check, equal, becomes, comes, close } = checks()
const data = mkdtempSync(join(tmpdir(), 'gatelog-oidc-'))
const ADMIN = 'admin-token-of-this-test'
const people = {
  'f1c3-ann': { preferred_username: 'Ann', name: 'Ann Smith', email: 'ann@example.com', groups: ['all', 'api-team'] },
  '77-bob': { preferred_username: 'bob', groups: ['all'] },
  '9-eve': { preferred_username: 'local', groups: ['api-team'] },
}

/** A server whose settings name a provider. */
async function gatelog(name, port, oidc) {
  const config = join(data, `${name}.toml`)
  const map = { 'gatelog-admins': 'admin', 'api-team': 'analyst', lost: 'no-such-role' }
  const mapped = Object.entries(map).map(([group, role]) => `[[oidc.map]]\ngroup = "${group}"\nrole = "${role}"\n`)
  const base = `http://127.0.0.1:${port}`
  const lines = Object.entries(oidc).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
  writeFileSync(
    config,
    `public_url = "${base}"\n[oidc]\nlabel = "Sign in with Example"\n${lines.join('')}${mapped.join('')}`,
  )
  const args = ['serve', '--config', config, '--data', join(data, name), '--listen', `127.0.0.1:${port}`]
  const child = spawn(BIN, args, { stdio: 'ignore', env: { ...process.env, GATELOG_BOOTSTRAP_ADMIN_TOKEN: ADMIN } })
  await answers(`${base}/api/v1/session/ways`, child)
  const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' }
  const api = async (path, body) => {
    const answer = await fetch(
      `${base}/api/v1${path}`,
      (body && { method: 'POST', headers, body: JSON.stringify(body) }) || { headers },
    )
    return answer.json()
  }
  const stop = () =>
    new Promise((done) => {
      child.once('exit', done)
      child.kill()
    })
  return { base, api, stop }
}

const ports = [await freePort(), await freePort(), await freePort()]
const provider = await identityProvider(
  people,
  ports.map((port) => `http://127.0.0.1:${port}`),
)
const secret = join(data, 'secret')
writeFileSync(secret, `${SECRET}\n`)
const { issuer } = provider
const scopes = ['openid', 'profile', 'email', 'groups']
const own = await gatelog('own', ports[0], { issuer, scopes, client_id: 'gatelog', client_secret_file: secret })
const open = await gatelog('open', ports[1], { issuer, scopes, client_id: 'gatelog-public' })
const alone = await gatelog('alone', ports[2], { issuer: `http://localhost:${await freePort()}`, client_id: 'x' })
const browser = await launch()
const troubles = []

/** Someone at a browser of their own. */
async function someone() {
  const page = await (await browser.newContext({ viewport: { width: 1200, height: 800 } })).newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  watch(page, troubles)
  const press = () => page.getByRole('link', { name: 'Sign in with Example' }).click()
  const begin = async (server = own) => {
    await page.goto(`${server.base}/welcome`)
    await press()
  }
  return {
    page,
    begin,
    /** The address one is sent back to. */
    enter: async (name, server = own) => {
      await page.goto(`${server.base}/welcome`)
      return passProvider(page, server.base, press, name)
    },
    isIn: () => page.waitForURL((url) => url.origin !== issuer && url.pathname !== '/welcome'),
    session: async (server = own) => (await page.request.get(`${server.base}/api/v1/session`)).json(),
    told: () => page.getByRole('alert').innerText(),
  }
}

/** What a browser is sent back with, kept from the server: what the page hands in does not arrive. */
async function heldBack(who, name) {
  const call = '**/api/v1/session/provider'
  await who.page.route(call, (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 400, json: {} }) : route.continue(),
  )
  const held = await who.enter(name)
  await who.page.getByRole('alert').waitFor()
  await who.page.unroute(call)
  return held
}
const answerOf = (href) => {
  const params = new URL(href).searchParams
  return Object.fromEntries(['state', 'code', 'iss'].map((name) => [name, params.get(name)]))
}
const hand = (who, answer) => who.page.request.post(`${own.base}/api/v1/session/provider`, { data: answer })

let step = 'begin'
try {
  step = 'the first sign-in'
  const ann = await someone()
  const used = answerOf(await ann.enter('f1c3-ann'))
  await ann.isIn()
  const me = await ann.session()
  equal('the role comes from the groups', `${me.user} ${me.role}`, 'ann analyst')
  check('nothing of the answer stays in the address', !/code|state/.test(ann.page.url()), ann.page.url())
  const cookies = (await ann.page.context().cookies(own.base)).filter(({ name }) => name.startsWith('gl'))
  equal('only the cookie of the session is left', cookies.map(({ name }) => name).join(), 'gl')
  const { users } = await own.api('/users')
  equal(
    'the account is that of the provider',
    JSON.stringify(users[0].provider),
    JSON.stringify({ issuer, subject: 'f1c3-ann' }),
  )
  equal('under the name the provider gives', users[0].full_name, 'Ann Smith')
  const password = await ann.page.request.put(`${own.base}/api/v1/account/password`, {
    data: { old: 'a', new: 'four words of mine' },
  })
  equal('it has no password', password.status(), 409)
  const ways = await (await fetch(`${own.base}/api/v1/session/ways`)).json()
  equal(
    'so nobody signs in with one',
    JSON.stringify(ways),
    '{"password":false,"provider":{"label":"Sign in with Example"}}',
  )

  step = 'an answer counts once'
  equal('the same answer again is refused', (await hand(ann, used)).status(), 401)
  const thief = await someone()
  const held = await heldBack(ann, 'f1c3-ann')
  await thief.page.goto(held)
  await comes('in another browser it is refused', thief.told, (text) => text.includes('not begun in this browser'))
  await thief.page.goto(`${own.base}/`)
  await thief.page.waitForURL((url) => url.pathname === '/welcome')
  check('and nobody is in', true)
  equal(
    'not even after the sign-in of one’s own was begun',
    (
      await (async () => {
        await thief.page.request.get(`${own.base}/api/v1/session/provider`, { maxRedirects: 0 })
        return hand(thief, answerOf(held))
      })()
    ).status(),
    401,
  )
  await ann.page.goto(held)
  await ann.isIn()
  check('in its own it counts all the same', (await ann.session()).user === 'ann')
  const mixed = answerOf(await heldBack(ann, 'f1c3-ann'))
  equal(
    'an answer of another provider is refused',
    (await hand(ann, { ...mixed, iss: 'https://evil.example' })).status(),
    401,
  )
  const unnamed = answerOf(await heldBack(ann, 'f1c3-ann'))
  equal(
    'one that does not say whose it is, too',
    (await hand(ann, { state: unnamed.state, code: unnamed.code })).status(),
    401,
  )
  const forged = answerOf(await heldBack(ann, 'f1c3-ann'))
  equal('a code nobody gave out opens nothing', (await hand(ann, { ...forged, code: 'forged' })).status(), 502)

  step = 'groups that change'
  people['f1c3-ann'].groups = ['gatelog-admins']
  await ann.enter('f1c3-ann')
  await ann.isIn()
  await becomes('the role is looked up each time', async () => (await ann.session()).role, 'admin')
  people['f1c3-ann'].groups = ['all']
  const elsewhere = await someone()
  await elsewhere.enter('f1c3-ann')
  await comes('who lost the group is not let in', elsewhere.told, (text) => text.includes('None of the groups'))
  await elsewhere.page.screenshot({ path: join(OUT, 'oidc-refused.png') })
  await becomes(
    'and is out everywhere',
    async () => (await ann.page.request.get(`${own.base}/api/v1/session`)).status(),
    401,
  )
  people['f1c3-ann'].groups = ['lost']
  await elsewhere.enter('f1c3-ann')
  await comes('a role that does not exist lets nobody in', elsewhere.told, (text) => text.includes('no-such-role'))

  step = 'who stays outside'
  const bob = await someone()
  await bob.enter('77-bob')
  await comes('who is in no group is told why', bob.told, (text) => text.includes('[[oidc.map]]'))
  const made = await own.api('/users', { name: 'local', role: 'viewer', password: 'four words of mine' })
  equal('someone has a password', made.name, 'local')
  const eve = await someone()
  await eve.enter('9-eve')
  await comes('an account of that name is not taken over', eve.told, (text) => text.includes('of this name already'))
  equal('so there are two accounts', (await own.api('/users')).users.map(({ name }) => name).join(), 'ann,local')
  const state = new URL(
    (await eve.page.request.get(`${own.base}/api/v1/session/provider`, { maxRedirects: 0 })).headers().location,
  ).searchParams.get('state')
  await eve.page.goto(`${own.base}/welcome?${new URLSearchParams({ state, iss: issuer, error: 'access_denied' })}`)
  await comes('what the provider says against it is told', eve.told, (text) => text.includes('access_denied'))
  const lost = await someone()
  await lost.begin(alone)
  await comes('a provider that does not answer is told', lost.told, (text) => text.includes('cannot be reached'))

  step = 'a public client with ES256'
  people['f1c3-ann'].groups = ['api-team']
  const public_ = await someone()
  await public_.enter('f1c3-ann', open)
  await public_.isIn()
  equal('it signs in without a secret', (await public_.session(open)).role, 'analyst')

  step = 'the operator trail'
  const { events } = await own.api('/trail?from=1h&limit=1000')
  const of = (code) => events.filter((event) => event.code === code)
  const made1 = of('GL-USER-CREATE').find((event) => event.operator === issuer)
  check(
    'the account that was made is in the trail',
    made1?.resource_id === 'ann' && made1.outcome === 'success',
    JSON.stringify(made1),
  )
  const renewed = of('GL-USER-UPDATE').filter((event) => event.operator === issuer)
  equal('the role that changed, too', renewed.length, 1)
  const signIns = of('GL-SESSION-PROVIDER')
  check(
    'and each sign-in, with who it was',
    signIns.some(({ operator, outcome }) => operator === 'ann' && outcome === 'success'),
  )
  check(
    'refused ones with why',
    signIns.some(({ outcome }) => outcome === 'denied'),
  )
  const whole = JSON.stringify(events)
  check('no code and no state is kept', ![used.code, used.state, forged.state].some((text) => whole.includes(text)))
  equal(
    'nothing failed in the browser, the CSP refused nothing',
    troubles.filter((text) => !/502|net::ERR_/.test(text)).join('\n'),
    '',
  )
} catch (error) {
  const pages = browser.contexts().flatMap((context) => context.pages())
  const shown = await Promise.all(pages.map(async (page) => `${page.url()}: ${await page.locator('body').innerText()}`))
  check(`${step} goes through`, false, `${error.stack}\n${shown.join('\n')}`)
}
await browser.close()
await Promise.all([own.stop(), open.stop(), alone.stop()])
await provider.stop()
rmSync(data, { recursive: true, force: true })
close()
