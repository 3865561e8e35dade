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

/** Goes through the provider's own pages: says who one is, and that it may be told. */
export async function passProvider(page, issuer, name) {
  await page.waitForURL((url) => url.origin === issuer)
  for (;;) {
    const login = page.locator('input[name=login]')
    if (await login.count()) {
      await login.fill(name)
      await page.locator('input[name=password]').fill('any')
    }
    await Promise.all([page.waitForEvent('framenavigated'), page.locator('button[type=submit]').click()])
    await page.waitForLoadState()
    if (new URL(page.url()).origin !== issuer) return
  }
}
