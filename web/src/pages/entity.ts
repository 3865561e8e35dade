// Where a consumer, a group, a route has its own page.
import type { Dimension } from '../api/usage'
import { SHORT_FIELDS } from '../state/fields'
import { joined, termsOf, termText } from '../state/filter'
import { type Search, writeSearch } from '../state/search'
import { logsSearch } from '../state/view'

const shortOf = (field: string) => SHORT_FIELDS.find((f) => f.of === field)?.name ?? field

/** The dimension whose values this field has, by any of its names. */
export function dimensionOf(dimensions: Dimension[], field: string): Dimension | undefined {
  return dimensions.find((d) => d.field === field || shortOf(d.field) === shortOf(field))
}

/** The address of a value's page; null for fields that have none, and for nothing. */
export function entityHref(dimensions: Dimension[], field: string, value: string, search: Search): string | null {
  const dimension = value ? dimensionOf(dimensions, field) : undefined
  return dimension ? entityPath(dimension.id, value, search) : null
}

export function entityPath(dimension: string, key: string, search: Search, filter = ''): string {
  return `${usagePath(dimension, search, '').split('?')[0]}/${encodeURIComponent(key)}${kept(search, filter)}`
}

/** Where a filter leads from the page of a value: to the page of the value that it names, or else to the list of all. */
export function mendedPath(dimension: Dimension, filter: string, search: Search): string {
  const terms = termsOf(filter)
  const own = terms.find((term) => !term.negated && term.field && shortOf(term.field) === dimensionField(dimension))
  const key = own?.tests[0]?.value
  if (!key) return usagePath(dimension.id, search, filter)
  return entityPath(dimension.id, key, search, joined(terms.filter((term) => term !== own)))
}

export function usagePath(dimension: string, search: Search, filter = search.filter ?? ''): string {
  return `/usage/${encodeURIComponent(dimension)}${kept(search, filter)}`
}

/** Range, zone and comparison go along; a filter only where it is given. */
const kept = (search: Search, filter = '') => writeSearch(logsSearch(search, filter))

export const dimensionField = (dimension: Dimension) => shortOf(dimension.field)

export const entityTerm = (dimension: Dimension, key: string) => termText(shortOf(dimension.field), key)
