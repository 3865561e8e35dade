// Which events a hold is for: the filter field of the bar, and how many days that keeps before it is placed.
import { useState } from 'react'
import { useHoldMatches } from '../api/retention'
import field from '../parts/field.module.css'
import { FilterField } from '../shell/filter-field'
import { bytesText, exactText } from '../state/numbers'
import { type Search, validSearch } from '../state/search'
import { useView, type View } from '../state/view'
import css from './retention.module.css'

type Props = { filter: string; from: string; to: string; onChange: (filter: string) => void }

export function HoldFilter({ filter, from, to, onChange }: Props) {
  const view = useView()
  const [search, setSearch] = useState<Search>({
    ...view.search,
    filter: undefined,
    off: undefined,
    pins: undefined,
  } as Search)
  const put = (patch: Partial<Search>) => {
    const next = validSearch({ ...search, ...patch })
    setSearch(next)
    onChange(next.filter ?? '')
  }
  const own: View = {
    ...view,
    search,
    filter,
    set: put,
    setFilter: (text) => put({ filter: text || undefined } as Partial<Search>),
  }
  const found = useHoldMatches(filter, from.trim(), to.trim())
  return (
    <div className={css.filter}>
      <span className={field.label}>Only days with calls that</span>
      <FilterField view={own} error={filter ? found.error : null} />
      <span className={field.hint} aria-live="polite">
        {found.data ? matchesText(found.data) : 'A day with one such call stays as a whole. Empty: all days.'}
      </span>
    </div>
  )
}

/** What a filter keeps. */
export function matchesText(found: { days: number; matching: number; events: number; bytes: number }): string {
  if (found.days === 0) return 'No sealed day has such a call yet; days that get one are kept.'
  const { days, matching, events, bytes } = found
  const calls = `${exactText(matching)} ${matching === 1 ? 'call' : 'calls'} of ${exactText(days)} ${days === 1 ? 'day' : 'days'}`
  return `${calls} ${matching === 1 ? 'matches' : 'match'}. Kept with them: all ${exactText(events)} calls of these days (${bytesText(bytes)}).`
}
