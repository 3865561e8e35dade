// Checks that go on after a failure and end in one line that counts them.
export function checks() {
  let passed = 0
  let failed = 0
  const check = (what, isTrue, detail = '') => {
    if (isTrue) passed++
    else failed++
    console.log(isTrue ? `ok   ${what}` : `FAIL ${what}${detail ? `\n   ${detail}` : ''}`)
  }
  return {
    check,
    equal: (what, got, want) =>
      check(what, got === want, `got  ${JSON.stringify(got)}\n   want ${JSON.stringify(want)}`),
    close: () => {
      console.log(`${passed} passed, ${failed} failed`)
      process.exitCode = failed ? 1 : 0
    },
  }
}
