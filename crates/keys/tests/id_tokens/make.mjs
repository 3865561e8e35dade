// Makes tokens.json: ID tokens as a provider would sign them, and as someone would who wants in. Signed by Node's own
// crypto, so that what is checked here was not made by what checks it. The keys are thrown away.
// node crates/keys/tests/id_tokens/make.mjs > crates/keys/tests/id_tokens/tokens.json
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'

const NOW = 1_795_298_319
const rsa = (bits) => generateKeyPairSync('rsa', { modulusLength: bits })
const ec = (namedCurve) => generateKeyPairSync('ec', { namedCurve })
const [own, other, weak, point, curve] = [rsa(2048), rsa(2048), rsa(1024), ec('P-256'), ec('P-384')]
const jwk = (pair, more) => ({ ...pair.publicKey.export({ format: 'jwk' }), ...more })
const keys = [
  jwk(own, { kid: 'rsa', use: 'sig', alg: 'RS256' }),
  jwk(point, { kid: 'ec', use: 'sig', alg: 'ES256' }),
  jwk(weak, { kid: 'weak', alg: 'RS256' }),
  jwk(curve, { kid: 'curve', alg: 'ES384' }),
  jwk(other, { kid: 'enc', use: 'enc' }),
  jwk(other, { kid: 'rsa512', alg: 'RS512' }),
  { kty: 'oct', kid: 'shared', k: 'c2VjcmV0', alg: 'HS256' },
  { kty: 'RSA', kid: 'broken', n: '!', e: 'AQAB' },
  'not a key',
]

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const claims = {
  iss: 'https://login.example.com',
  aud: 'gatelog',
  sub: 'f1c3',
  nonce: 'n-0S6_WzA2Mj',
  iat: NOW - 5,
  exp: NOW + 300,
  preferred_username: 'Ada',
  groups: ['api-team', 'all'],
}
const signer = (pair) => (text) =>
  sign('sha256', Buffer.from(text), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
function token(header, changed, by) {
  const text = `${base64(header)}.${base64({ ...claims, ...changed })}`
  return `${text}.${by(text)}`
}
const rs256 = (changed) => token({ alg: 'RS256', kid: 'rsa' }, changed, signer(own))
const good = rs256({})
const part = (n) => good.split('.')[n]
const hmac = (secret) => (text) => createHmac('sha256', secret).update(text).digest('base64url')
const pem = own.publicKey.export({ type: 'spki', format: 'pem' })

const cases = [
  ['RS256', good, ''],
  ['ES256', token({ alg: 'ES256', kid: 'ec', typ: 'JWT' }, {}, signer(point)), ''],
  ['ES256, the only key of its kind, not named', token({ alg: 'ES256' }, {}, signer(point)), ''],
  ['one audience in a list', rs256({ aud: ['gatelog'], azp: 'gatelog' }), ''],
  ['two audiences, made for us', rs256({ aud: ['api', 'gatelog'], azp: 'gatelog' }), ''],
  ['a minute late, as clocks differ', rs256({ exp: NOW - 59 }), ''],
  ['signed by nobody', token({ alg: 'none' }, {}, () => ''), 'Algorithm'],
  ['signed by nobody, written otherwise', token({ alg: 'NonE', kid: 'rsa' }, {}, () => part(2)), 'Algorithm'],
  ['the public key as a shared secret', token({ alg: 'HS256', kid: 'rsa' }, {}, hmac(pem)), 'Algorithm'],
  ['a shared secret that was published', token({ alg: 'HS256', kid: 'shared' }, {}, hmac('secret')), 'Algorithm'],
  ['RS512', token({ alg: 'RS512', kid: 'rsa512' }, {}, signer(other)), 'Algorithm'],
  ['RS256 with the key of ES256', token({ alg: 'RS256', kid: 'ec' }, {}, signer(own)), 'UnknownKey'],
  ['ES256 with the key of RS256', token({ alg: 'ES256', kid: 'rsa' }, {}, signer(point)), 'UnknownKey'],
  ['a key that is not published', token({ alg: 'RS256', kid: 'new' }, {}, signer(other)), 'UnknownKey'],
  ['a key for another algorithm', token({ alg: 'RS256', kid: 'rsa512' }, {}, signer(other)), 'UnknownKey'],
  ['a key for encryption', token({ alg: 'RS256', kid: 'enc' }, {}, signer(other)), 'UnknownKey'],
  ['another curve', token({ alg: 'ES256', kid: 'curve' }, {}, signer(point)), 'UnknownKey'],
  ['one of several keys, not named', token({ alg: 'RS256' }, {}, signer(own)), 'UnknownKey'],
  ['the key of someone else under our name', token({ alg: 'RS256', kid: 'rsa' }, {}, signer(other)), 'Signature'],
  ['a key of 1,024 bits', token({ alg: 'RS256', kid: 'weak' }, {}, signer(weak)), 'Signature'],
  ['other claims under a good signature', `${part(0)}.${base64({ ...claims, sub: 'root' })}.${part(2)}`, 'Signature'],
  ['no signature', `${part(0)}.${part(1)}.`, 'Signature'],
  ['two parts', `${part(0)}.${part(1)}`, 'Malformed'],
  ['encrypted', `${part(0)}.a.b.c.${part(2)}`, 'Malformed'],
  ['not base64url', `${part(0)}.${part(1)}.${part(2)}=`, 'Malformed'],
  ['nothing', '', 'Malformed'],
  ['an extension that must be understood', token({ alg: 'RS256', kid: 'rsa', crit: ['b64'], b64: false }, {}, signer(own)), 'crit'],
  ['another provider', rs256({ iss: 'https://login.example.com/' }), 'iss'],
  ['no provider', rs256({ iss: undefined }), 'iss'],
  ['another audience', rs256({ aud: 'gatelog-dev' }), 'aud'],
  ['no audience', rs256({ aud: undefined }), 'aud'],
  ['two audiences, nobody says for whom', rs256({ aud: ['gatelog', 'api'] }), 'azp'],
  ['made for someone else', rs256({ azp: 'api' }), 'azp'],
  ['past its time', rs256({ exp: NOW - 60 }), 'Expired'],
  ['no end', rs256({ exp: undefined }), 'exp'],
  ['an end that is a text', rs256({ exp: String(NOW + 300) }), 'exp'],
  ['issued in the future', rs256({ iat: NOW + 61 }), 'iat'],
  ['issued long ago', rs256({ iat: NOW - 661 }), 'iat'],
  ['not issued', rs256({ iat: undefined }), 'iat'],
  ['not yet good', rs256({ nbf: NOW + 61 }), 'nbf'],
  ['the nonce of another sign-in', rs256({ nonce: 'n-other' }), 'nonce'],
  ['no nonce', rs256({ nonce: undefined }), 'nonce'],
  ['nobody', rs256({ sub: '' }), 'sub'],
  ['somebody without end', rs256({ sub: 'a'.repeat(256) }), 'sub'],
]
const named = cases.map(([name, token, refused]) => ({ name, token, refused }))
console.log(JSON.stringify({ now: NOW, keys: { keys }, cases: named }, null, 1))
