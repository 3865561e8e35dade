// Checks that go on after a failure and end in one line that counts them.
import { PATIENCE_MS } from './browser.mjs'

const LOOK_MS = 50

/** Asks again until it is so, or until the patience is at its end; what was said last. */
export async function sooner(get, isSo) {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const got = await get()
    if (isSo(got) || Date.now() > end) return got
    await new Promise((done) => setTimeout(done, LOOK_MS))
  }
}

export function checks() {
  let passed = 0
  let failed = 0
  const check = (what, isTrue, detail = '') => {
    if (isTrue) passed++
    else failed++
    console.log(isTrue ? `ok   ${what}` : `FAIL ${what}${detail ? `\n   ${detail}` : ''}`)
  }
  const equal = (what, got, want) =>
    check(what, got === want, `got  ${JSON.stringify(got)}\n   want ${JSON.stringify(want)}`)
  return {
    check,
    equal,
    /** What a page shows after something was done comes sooner or later, and not at once. */
    becomes: async (what, get, want) => equal(what, await sooner(get, (got) => got === want), want),
    comes: async (what, get, isSo = Boolean) => {
      const got = await sooner(get, isSo)
      check(what, Boolean(isSo(got)), JSON.stringify(got))
    },
    close: () => {
      console.log(`${passed} passed, ${failed} failed`)
      process.exitCode = failed ? 1 : 0
    },
  }
}
