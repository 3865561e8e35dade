// The rows of the page as React sees them: one moment of looking for table, histogram and facets alike, so that their
// numbers agree; a refresh is a new moment, and the rows before stay on screen until the new ones are there.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { getJson, type Params } from '../api/client'
import { iso, type Span, spanOf } from '../state/range'
import type { View } from '../state/view'
import { type Asked, LogRows } from './log-rows'

/** The range as two fixed instants. The moment is an answer like others: refreshing answers moves it on. */
export function useMoment(view: View): Span & { asked: Params; refresh: () => void } {
  const { from, to } = view.range
  const moment = useQuery({
    queryKey: ['moment', from, to],
    queryFn: () => Date.now(),
    initialData: Date.now,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { data: now, refetch } = moment
  return useMemo(() => {
    const span = spanOf({ from, to }, now)
    const asked = { from: iso(span.from), to: iso(span.to), filter: view.filter }
    return { ...span, asked, refresh: () => refetch() }
  }, [from, to, now, refetch, view.filter])
}

/** Lists seen lately, so that Back shows the same rows at once. */
const LISTS_KEPT = 4
const lists = new Map<string, LogRows>()

function listOf(asked: Asked): LogRows {
  const key = JSON.stringify(asked)
  const list = lists.get(key) ?? new LogRows(asked, (path, params, signal) => getJson(path, params, signal))
  lists.delete(key)
  lists.set(key, list)
  for (const old of [...lists.keys()].slice(0, -LISTS_KEPT)) lists.delete(old)
  return list
}

/** `isStale`: the rows on screen answer the question before this one. */
export function useLogRows(asked: Asked, total: number | undefined, isOn: boolean) {
  const { from, to, filter, order } = asked
  const rows = useMemo(() => listOf({ from, to, filter, order }), [from, to, filter, order])
  useSyncExternalStore(
    (listener) => (isOn ? rows.subscribe(listener) : () => {}),
    () => rows.version,
  )
  useEffect(() => {
    if (total !== undefined) rows.setTotal(total)
  }, [rows, total])
  const before = useRef(rows)
  const isReady = rows.first !== null || rows.error !== null
  useEffect(() => {
    if (isReady) before.current = rows
  }, [rows, isReady])
  return { rows, shown: isReady ? rows : before.current, isStale: !isReady && before.current !== rows }
}
