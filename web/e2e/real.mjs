// A real server of its own for a test: the binary that GATELOG_BIN names, a data directory that is gone afterwards.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, freePort } from './browser.mjs'

const here = dirname(fileURLToPath(import.meta.url))
export const BIN = process.env.GATELOG_BIN ?? join(here, '../../target/release/gatelog')

/** Null when there is no binary to run. `more` are further arguments of `serve`, `sources` further sources with a token. */
export async function realServer(port, source, { more = [], sources = [] } = {}) {
  if (!existsSync(BIN)) return null
  const data = mkdtempSync(join(tmpdir(), 'gatelog-e2e-'))
  const token = (...args) => {
    const said = execFileSync(BIN, ['token', 'create', '--data', data, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return /gl_(?:ap|in)_[\w-]+/.exec(said)[0]
  }
  const api = token('--role', 'admin', '--name', 'e2e')
  const ingest = token('--ingest', source)
  const tokens = Object.fromEntries(sources.map((name) => [name, token('--ingest', name)]))
  const args = ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, ...more]
  const child = spawn(BIN, args, { stdio: 'ignore' })
  const base = `http://127.0.0.1:${port}`
  await answers(`${base}/api/v1/session`, child)
  const send = async (lines, format) => {
    const answer = await fetch(`${base}/ingest/${format}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingest}` },
      body: lines.join('\n'),
    })
    return answer.json()
  }
  const stop = async () => {
    child.kill()
    await new Promise((done) => child.once('exit', done))
    rmSync(data, { recursive: true, force: true })
  }
  return { base, token: api, tokens, link: '', send, stop }
}

/** A server on its first start, which nobody has a token of: only the link it prints leads in. `env` are settings of it. */
export async function firstServer(env = {}) {
  const data = mkdtempSync(join(tmpdir(), 'gatelog-first-'))
  const listen = `127.0.0.1:${await freePort()}`
  const args = ['serve', '--data', join(data, 'gatelog'), '--listen', listen]
  const child = spawn(BIN, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const link = await new Promise((done, fail) => {
    let said = ''
    const hear = (part) => {
      said += part
      const found = /http:\/\/\S+\/welcome#\w+/.exec(said)
      if (found) done(found[0])
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', (code) => fail(new Error(`the server ended with ${code}: ${said}`)))
  })
  const stop = () =>
    new Promise((done) => {
      child.removeAllListeners('exit')
      child.on('exit', () => {
        rmSync(data, { recursive: true, force: true })
        done()
      })
      child.kill('SIGTERM')
    })
  return { base: `http://${listen}`, link, stop }
}
