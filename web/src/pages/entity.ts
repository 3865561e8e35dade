// Where a consumer, a group, a route has its own page.
import type { Dimension } from '../api/usage'
import { SHORT_FIELDS } from '../state/fields'
import { termText } from '../state/filter'
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

export function entityPath(dimension: string, key: string, search: Search): string {
  return `${usagePath(dimension, search, '').split('?')[0]}/${encodeURIComponent(key)}${kept(search)}`
}

export function usagePath(dimension: string, search: Search, filter = search.filter ?? ''): string {
  return `/usage/${encodeURIComponent(dimension)}${kept(search, filter)}`
}

/** Range, zone and comparison go along; a filter only where it is given. */
const kept = (search: Search, filter = '') => writeSearch(logsSearch(search, filter))

export const dimensionField = (dimension: Dimension) => shortOf(dimension.field)

export const entityTerm = (dimension: Dimension, key: string) => termText(shortOf(dimension.field), key)
