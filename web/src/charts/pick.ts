// What a click on a value does to the filter: put its terms in, take them out, or leave the value out.
import { inverted, joined, termsOf, withTerm } from '../state/filter'

/** Whether a term is in the filter; a row of a list may stand for several: `route:/a status:5xx`. */
export function pickedIn(filter: string): (term: string) => boolean {
  const have = new Set(termsOf(filter).map((t) => t.raw))
  if (have.size === 0) return () => false
  return (term) => {
    const wanted = termsOf(term)
    return wanted.length > 0 && wanted.every((t) => have.has(t.raw))
  }
}

/** Click includes, a second click takes it out again; excluding turns the first term, which names the value. */
export function picked(filter: string, term: string, excludes: boolean): string {
  const wanted = termsOf(term)
  const first = wanted[0]
  if (!first) return filter
  const raws = excludes ? [inverted(first)] : wanted.map((t) => t.raw)
  const opposite = excludes ? first.raw : inverted(first)
  const rest = termsOf(filter).filter((t) => t.raw !== opposite)
  if (raws.every((raw) => rest.some((t) => t.raw === raw))) return joined(rest.filter((t) => !raws.includes(t.raw)))
  const missing = raws.filter((raw) => !rest.some((t) => t.raw === raw))
  return missing.reduce(withTerm, joined(rest))
}
