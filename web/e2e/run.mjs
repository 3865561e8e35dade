// Every browser test, two at a time: npm run e2e [names]. BASE_URL with GATELOG_LINK and GATELOG_TOKEN name a real server
// for those that want one, GATELOG_BIN a program for those that start their own; the others have the fixtures.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const FIXTURES = { BASE_URL: '', GATELOG_LINK: '', GATELOG_TOKEN: '' }

/** The longest first. A new one is a line here. */
const RUNS = [
  ['contract', {}],
  ['a11y', FIXTURES],
  ['walk', { GATELOG_TOKEN: '' }],
  ['shell', FIXTURES],
  ['rules', FIXTURES],
  ['logs', FIXTURES],
  ['overview', FIXTURES],
  ['usage', FIXTURES],
  ['boards', FIXTURES],
  ['reports', FIXTURES],
  ['explain', FIXTURES],
  ['audit', {}],
  ['proxies', {}],
  ['xss', {}],
  ['keyboard', { GATELOG_LINK: '' }],
  ['first', {}],
  ['members', {}],
  ['oidc', {}],
  ['retention', {}],
  ['masking', {}],
  ['erase', {}],
  ['parts', {}],
]
const AT_ONCE = 2
/** Of what is told again at the end: lines below a check that failed, lines of a test that broke off, characters a line. */
const [DETAILS, LAST_WORDS, LINE_CHARS] = [4, 12, 300]

const named = process.argv.slice(2)
const waiting = RUNS.filter(([name]) => named.length === 0 || named.includes(name))
const failed = []
await Promise.all(Array.from({ length: AT_ONCE }, work))
// Once more at the end, where a long log is read first.
for (const { name, said } of failed) console.log(`\n== ${name} failed\n${whatFailed(said)}`)
console.log(failed.length ? `\nfailed: ${failed.map(({ name }) => name).join(', ')}` : '\nall browser tests passed')
process.exitCode = failed.length ? 1 : 0

async function work() {
  for (let run = waiting.shift(); run; run = waiting.shift()) {
    const [name, env] = run
    const { code, said } = await ended(name, env)
    if (code !== 0) failed.push({ name, said })
  }
}

/** The checks that failed, each with what it says; of a test that broke off, its last words. */
function whatFailed(said) {
  const lines = said.trim().split('\n')
  const told = []
  let left = 0
  for (const line of lines) {
    if (/^(FAIL|ok) /.test(line)) left = line.startsWith('FAIL') ? 1 + DETAILS : 0
    if (left-- > 0) told.push(line)
  }
  return (told.length ? told : lines.slice(-LAST_WORDS)).map((line) => line.slice(0, LINE_CHARS)).join('\n')
}

/** What a test says is printed when it has ended, in one piece. */
function ended(name, env) {
  const started = Date.now()
  const child = spawn(process.execPath, [join(here, `${name}.mjs`)], { env: { ...process.env, ...env } })
  const said = []
  child.stdout.on('data', (part) => said.push(part))
  child.stderr.on('data', (part) => said.push(part))
  return new Promise((done) => {
    child.on('close', (code) => {
      const text = String(Buffer.concat(said))
      console.log(`\n== ${name} (${Math.round((Date.now() - started) / 1000)} s)\n${text}`)
      done({ code: code ?? 1, said: text })
    })
  })
}
