// A real identity provider for a test: oidc-provider, with the people and groups one gives it. It is at localhost and the
// server at 127.0.0.1, so that a browser takes them for two sites.
import { generateKeyPairSync } from 'node:crypto'
import { Provider } from 'oidc-provider'
import { freePort } from './browser.mjs'

export const SECRET = 'a secret: with % and + in it'
const jwk = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg,
})

/** `people` has, by what they sign in with, their claims; they may change while it runs. */
export async function identityProvider(people, redirects) {
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const client = (client_id, alg, base, how) => ({
    client_id,
    redirect_uris: [`${base}/welcome`],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: alg,
    ...how,
  })
  const provider = new Provider(issuer, {
    clients: [
      client('gatelog', 'RS256', redirects[0], {
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_basic',
      }),
      client('gatelog-public', 'ES256', redirects[1], { token_endpoint_auth_method: 'none' }),
    ],
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    // The claims of a scope stand in the ID token, as most providers have it.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    jwks: { keys: [jwk('rsa', { modulusLength: 2048 }, 'RS256'), jwk('ec', { namedCurve: 'P-256' }, 'ES256')] },
    cookies: { keys: ['only for this test'] },
    // A machine that does much else takes its time over a code.
    ttl: { AuthorizationCode: 600, AccessToken: 600, IdToken: 600, Interaction: 600, Session: 3_600, Grant: 3_600 },
  })
  const server = await new Promise((done) => {
    const listening = provider.listen(port, () => done(listening))
  })
  const stop = () => {
    server.closeAllConnections()
    return new Promise((done) => server.close(done))
  }
  return { issuer, stop }
}

/** Presses what leads to the provider and goes through its pages, as far as it asks; the address it sends the browser back to. */
export async function passProvider(page, base, press, name) {
  const sentBack = page.waitForRequest((request) => request.url().startsWith(`${base}/welcome?`))
  const asked = (prompt) => {
    const form = page.locator(`form:has(input[name=prompt][value=${prompt}])`)
    const shown = form.locator('button[type=submit]').waitFor()
    // Whichever comes first: that the other never does is no failure.
    shown.catch(() => {})
    return Promise.race([sentBack.then(() => null), shown.then(() => form)])
  }
  await press()
  const login = await asked('login')
  if (login) {
    await login.locator('input[name=login]').fill(name)
    await login.locator('input[name=password]').fill('any')
    await login.locator('button[type=submit]').click()
  }
  const consent = await asked('consent')
  if (consent) await consent.locator('button[type=submit]').click()
  return (await sentBack).url()
}
