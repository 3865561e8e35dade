// What values and dimensions are called in a sentence.
import type { Dimension } from '../api/usage'
import { countryName } from '../state/countries'

/** What a value is called where its key alone says little. */
export const labelOf = (dimension: string, key: string) => (dimension === 'countries' ? countryName(key) : key)

/** `consumer`, `API key`. */
export function nounOf({ one }: Pick<Dimension, 'one'>): string {
  return /^[A-Z]{2}/.test(one) ? one : one.charAt(0).toLowerCase() + one.slice(1)
}

/** `consumers`, `APIs`, `countries`. */
export function pluralOf(dimension: Pick<Dimension, 'one'>): string {
  const noun = nounOf(dimension)
  return noun.endsWith('y') && !/[aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`
}
