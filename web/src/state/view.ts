// What every data page looks at: range, zone, filter, compare. Read from the URL and written back to it.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import type { Params } from '../api/client'
import { isLive, type Range } from './range'
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
  range: Range
  filter: string
  tz: string
  compares: boolean
  live: boolean
  /** The parameters that all data calls share. */
  asked: Params
  set: (patch: Partial<Search>, options?: { replace?: boolean }) => void
  setFilter: (filter: string) => void
}

export function useView(): View {
  const raw = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const set = useCallback<View['set']>(
    (patch, options) => {
      const search = (before: Record<string, unknown>) => validSearch({ ...before, ...patch })
      navigate({ to: '.', search: search as never, replace: options?.replace ?? false })
    },
    [navigate],
  )
  return useMemo(() => {
    const range = rangeOf(raw)
    const filter = raw.filter ?? ''
    const tz = raw.tz ?? preferredZone()
    return {
      search: raw,
      range,
      filter,
      tz,
      compares: raw.compare !== 'none',
      live: isLive(range),
      asked: { from: range.from, to: range.to, filter },
      set,
      setFilter: (next: string) => set({ filter: next || undefined, row: undefined }),
    }
  }, [raw, set])
}

/** The search of a link to Access logs: the same range and zone, with this filter. */
export function logsSearch(search: Search, filter: string, range?: Range): Search {
  const { from, to, tz, compare, off, pins } = search
  return validSearch({ from, to, tz, compare, off, pins, ...(range ?? {}), filter: filter || undefined })
}
