// What every data page looks at: range, zone, filter, compare. Read from the URL and written back to it.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import type { Params } from '../api/client'
import { type Comparison, comparisonOf } from './compare'
import { isLive, type Range, resolved } from './range'
import { refreshMs } from './refresh'
import { rangeOf, type Search, validSearch } from './search'
import { browserZone } from './zone'

const ZONE_KEY = 'gatelog.zone'

function preferredZone(): string {
  try {
    return localStorage.getItem(ZONE_KEY) ?? browserZone()
  } catch {
    return browserZone()
  }
}

export function rememberZone(tz: string) {
  try {
    localStorage.setItem(ZONE_KEY, tz)
  } catch {
    // The URL still holds the zone.
  }
}

export type View = {
  search: Search
  /** The range as the address has it; `yesterday` stays `now-1d/d` there. */
  typed: Range
  /** The range as the API takes it. */
  range: Range
  filter: string
  tz: string
  compares: boolean
  comparison: Comparison
  /** The parameters of calls that compare; those without a comparison do not take them. */
  compared: Params
  live: boolean
  /** How often live answers renew themselves; false when they do not. */
  refreshMs: number | false
  /** The parameters that all data calls share. */
  asked: Params
  set: (patch: Partial<Search>, options?: { replace?: boolean }) => void
  setFilter: (filter: string) => void
}

export function useView(): View {
  // The router keeps what it does not know beside what is valid, so here it is dropped.
  const found = useSearch({ strict: false }) as Record<string, unknown>
  const raw = useMemo(() => validSearch(found), [found])
  const navigate = useNavigate()
  const set = useCallback<View['set']>(
    (patch, options) => {
      const search = (before: Record<string, unknown>) => validSearch({ ...before, ...patch })
      navigate({ to: '.', search: search as never, replace: options?.replace ?? false })
    },
    [navigate],
  )
  const tz = raw.tz ?? preferredZone()
  const now = Date.now()
  const { from, to } = resolved(rangeOf(raw), now, tz)
  const compared = comparisonOf(raw.compare, rangeOf(raw), now, tz)
  // The same texts make the same questions, so a view only changes when one of them does.
  const compareKey = JSON.stringify(compared.asked)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the comparison changes with its key.
  return useMemo(() => {
    const range = { from, to }
    const filter = raw.filter ?? ''
    return {
      search: raw,
      typed: rangeOf(raw),
      range,
      filter,
      tz,
      compares: compared.mode !== 'none',
      comparison: compared,
      compared: compared.asked,
      live: isLive(range),
      refreshMs: isLive(range) && refreshMs(raw.refresh),
      asked: { from: range.from, to: range.to, filter },
      set,
      setFilter: (next: string) => set({ filter: next || undefined, row: undefined }),
    }
  }, [raw, set, from, to, tz, compareKey])
}

/** The search of a link to Access logs: the same range and zone, with this filter. */
export function logsSearch(search: Search, filter: string, range?: Range): Search {
  const { from, to, tz, compare, refresh, step, off, pins } = search
  return validSearch({ from, to, tz, compare, refresh, step, off, pins, ...(range ?? {}), filter: filter || undefined })
}
