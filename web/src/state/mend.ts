// A filter the server could not read: where it stopped, and the filter with what it proposes in that place.
import { joined, termsOf } from './filter'

export type Stop = { before: string; word: string; after: string; mended: (suggestion: string) => string }

/** `at` counts characters, as the server does; JavaScript counts halves of some of them. */
export function stoppedAt(filter: string, at: number): Stop {
  const position = [...filter].slice(0, at).join('').length
  const rest = filter.slice(position)
  const lead = /^[-(]*/.exec(rest)?.[0] ?? ''
  // A name ends at its sign; anything else is a value, which ends where the term does.
  const name = /^[-(]*[\w.]+(?=[:~])/.exec(rest)?.[0]
  const word = name ?? /^[-(]*(?:"[^"]*"?|[^\s(),]*)/.exec(rest)?.[0] ?? ''
  const end = position + Math.max(1, word.length)
  return {
    before: filter.slice(0, position),
    word: filter.slice(position, end),
    after: filter.slice(end),
    mended: (suggestion) => {
      const whole = suggestion.startsWith('"') && name ? (/^\S*/.exec(rest)?.[0] ?? word) : word
      return filter.slice(0, position) + lead + suggestion + filter.slice(position + whole.length)
    },
  }
}

/** The term that holds the place, and the filter without it. */
export function faultAt(filter: string, at: number): { term: string; rest: string } {
  const terms = termsOf(filter)
  const position = stoppedAt(filter, at).before.length
  const fault = terms.find((term) => position < term.end) ?? terms.at(-1)
  return { term: fault?.raw ?? filter, rest: joined(terms.filter((term) => term !== fault)) }
}
