// Numbers as product.md rule 17 wants them: 1,234 → 12.3k → 1.23M, one unit per column, never `-0 %`.

const MISSING = '–'
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const three = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3, minimumSignificantDigits: 3 })
const every = new Intl.NumberFormat()
const upToThree = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 })
const one = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

export type Amount = number | null | undefined

function scaled(value: number, steps: [number, string][]): string {
  for (const [size, suffix] of steps) {
    // 999,500 rounds to 1.00M, not to 1,000k.
    if (Math.abs(value) >= size * 0.9995) return `${three.format(value / size)}${suffix}`
  }
  return whole.format(value)
}

export function countText(value: Amount): string {
  if (value === null || value === undefined) return MISSING
  if (Math.abs(value) < 10_000) {
    const isWhole = Number.isInteger(value) || Math.abs(value) >= 100
    return isWhole ? whole.format(Math.round(value)) : one.format(value)
  }
  return scaled(value, [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ])
}

export function exactText(value: Amount): string {
  return value === null || value === undefined ? MISSING : every.format(value)
}

/** More than anybody waits for an answer: the delay of a log that was sent later. */
const LONG_MS = 2 * 36e5

/** Milliseconds below one second, then seconds, far later hours; `column` is the largest value beside it, so that one column has one unit. */
export function durationText(ms: Amount, column?: number): string {
  if (ms === null || ms === undefined) return MISSING
  // Below one second a column of seconds shows milliseconds as decimals, not as ever more digits; a few of them are no more
  // than a rounding of seconds and stay what they are.
  if ((column ?? ms) >= LONG_MS) return `${one.format(ms / 36e5)} h`
  if ((column ?? ms) >= 1000 && (ms >= 10 || ms === 0))
    return `${ms < 1000 ? (ms / 1000).toFixed(3) : three.format(ms / 1000)} s`
  return `${ms >= 100 ? whole.format(ms) : upToThree.format(ms)} ms`
}

/** A share between 0 and 1. */
export function percentText(share: Amount): string {
  if (share === null || share === undefined) return MISSING
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  if (percent < 100 && percent > 99.95) return '>99.9 %'
  return `${one.format(Math.round(percent * 10) / 10 + 0)} %`
}

export function bytesText(bytes: Amount): string {
  if (bytes === null || bytes === undefined) return MISSING
  for (const [size, unit] of [
    [2 ** 40, 'TiB'],
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (bytes >= size) return `${three.format(bytes / size)} ${unit}`
  }
  return `${whole.format(bytes)} B`
}

export type Change = { text: string; direction: 'up' | 'down' | 'same' }

/** The change against the previous period: `+12.3 %`; far jumps become factors, as 1,900 % says little. */
export function changeText(change: Amount): Change | null {
  if (change === null || change === undefined || !Number.isFinite(change)) return null
  const percent = Math.round(change * 1000) / 10
  if (percent === 0) return { text: '0.0 %', direction: 'same' }
  const direction = percent > 0 ? 'up' : 'down'
  if (change >= 9) return { text: `×${upToThree.format(change + 1)}`, direction }
  return { text: `${percent > 0 ? '+' : '−'}${one.format(Math.abs(percent))} %`, direction }
}

/** A change of a rate, in points: from 98 % to 99 % is `+1.0 pt`. */
export function pointsText(change: number): string {
  const points = Math.round(change * 1000) / 10
  return `${points > 0 ? '+' : points < 0 ? '−' : ''}${one.format(Math.abs(points))} pt`
}

/** For the levels of an axis: round values without trailing zeros. */
export function levelText(value: number, unit: string, top: number): string {
  if (unit === 'ms') return top >= 1000 ? `${upToThree.format(value / 1000)} s` : `${upToThree.format(value)} ms`
  if (unit === 'percent') return `${upToThree.format(value * 100)} %`
  return unit === 'bytes' ? bytesText(value) : value < 10_000 ? upToThree.format(value) : countText(value)
}

export function unitText(value: Amount, unit: string | null | undefined, column?: number): string {
  if (unit === 'ms') return durationText(value, column)
  if (unit === 'percent') return percentText(value)
  if (unit === 'bytes') return bytesText(value)
  return countText(value)
}
