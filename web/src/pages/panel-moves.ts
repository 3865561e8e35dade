// What can be done with a value on a page of panels: filter by it, see its calls, open its own page.
import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useReasons } from '../api/queries'
import { useDimensions } from '../api/usage'
import type { PanelMoves } from '../charts/panel'
import { picked, pickedIn } from '../charts/pick'
import { countryName } from '../state/countries'
import { only, without, withTerm } from '../state/filter'
import { iso } from '../state/range'
import { writeSearch } from '../state/search'
import { logsSearch, type View } from '../state/view'
import { entityHref } from './entity'

/** The page as if it were filtered by one more term, which is no part of its own filter. */
export function scopedTo(view: View, term: string): View {
  if (!term) return view
  const filter = withTerm(term, view.filter)
  return { ...view, filter, asked: { ...view.asked, filter } }
}

/** `scope` is the term that the page as a whole is about; clicks change the page's own filter beside it. */
export function usePanelMoves(view: View, scope = ''): PanelMoves {
  const router = useRouter()
  const dimensions = useDimensions()
  const reasons = useReasons()
  return useMemo(() => {
    const labels = new Map(reasons.map(({ code, label }) => [code, label]))
    const isPicked = pickedIn(withTerm(scope, view.filter))
    const href: PanelMoves['href'] = (term, span) => {
      const all = withTerm(scope, view.filter)
      const filter = term && !isPicked(term) ? withTerm(all, term) : all
      const range = span ? { from: iso(span.from), to: iso(span.to) } : undefined
      return `/logs${writeSearch(logsSearch(view.search, filter, range))}`
    }
    return {
      href,
      open: (term, span) => router.history.push(href(term, span)),
      zoom: (from, to) => view.set({ from: iso(from), to: iso(to) }),
      pick: (term, excludes) => view.setFilter(picked(view.filter, term, excludes)),
      isPicked,
      filter: (field, value, excludes) =>
        view.setFilter(excludes ? without(view.filter, field, value) : only(view.filter, field, value)),
      pageOf: (field, value) => entityHref(dimensions, field, value, view.search),
      word: (field, value) =>
        field === 'reason' ? (labels.get(value) ?? value) : field === 'country' ? countryName(value) : value,
    }
  }, [view, scope, router, dimensions, reasons])
}
