// Links to what is on screen: as it is, or pinned to exactly this time.
import { iso, spanOf } from './range'
import { writeSearch } from './search'
import type { View } from './view'

/** The address as it is: a relative range stays relative, so the reader sees their own now. */
export function sameLink(): string {
  return location.href
}

/** The same page with the instants and the zone it has now, so that every reader sees the same. */
export function pinnedLink(view: View, path = location.pathname): string {
  const { from, to } = spanOf(view.typed, Date.now(), view.tz)
  return `${location.origin}${path}${writeSearch({ ...view.search, from: iso(from), to: iso(to), tz: view.tz, refresh: undefined })}`
}
