// The questions pages ask, each cached by its path and parameters.
import { keepPreviousData, type Query, QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getJson, type Params, Problem } from './client'
import type { EventsPage, Field, Panel, Reason, Session } from './types'

export const PAGE_ROWS = 200

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: false,
        // The door waits out a lost connection by itself; a refusal stays a refusal.
        networkMode: 'always',
        // A question that did not get its turn is asked again: what others have counted meanwhile is kept.
        retry: (count, error) =>
          error instanceof Problem && error.status >= 500 && count < (error.status === 503 ? 8 : 2),
      },
    },
  })
}

/** Answers that renew themselves while the range ends now; the bar's clock asks them again, all at once. */
export const isLiveQuery = (query: Query) => query.meta?.live === true

/** An answer that keeps its last value on screen while the next one loads, and renews itself while the range ends now. */
export function useAnswer<T>(path: string, params: Params, options: { live?: boolean; enabled?: boolean } = {}) {
  return useQuery({
    queryKey: [path, params],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    meta: { live: options.live ?? false },
  })
}

export function useEvents(params: Params, options: { live?: boolean; enabled?: boolean } = {}) {
  return useInfiniteQuery({
    queryKey: ['/events', params],
    queryFn: ({ signal, pageParam }) =>
      getJson<EventsPage>('/events', { ...params, limit: PAGE_ROWS, cursor: pageParam || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: options.enabled ?? true,
  })
}

const forever = { staleTime: Number.POSITIVE_INFINITY }

export function useFields(): Field[] {
  const answer = useQuery({
    queryKey: ['/fields'],
    queryFn: ({ signal }) => getJson<{ fields: Field[] }>('/fields', {}, signal),
    ...forever,
  })
  return answer.data?.fields ?? []
}

export function useReasons(): Reason[] {
  const answer = useQuery({
    queryKey: ['/reasons'],
    queryFn: ({ signal }) => getJson<{ reasons: Reason[] }>('/reasons', {}, signal),
    ...forever,
  })
  return answer.data?.reasons ?? []
}

export function usePanels() {
  return useQuery({
    queryKey: ['/panels'],
    queryFn: ({ signal }) => getJson<{ panels: Panel[] }>('/panels', {}, signal),
    ...forever,
  })
}

/** Whether nothing is hidden from them. What is about all events is only for who sees all of them, as the server has it. */
export const seesAll = (session: Session) => session.rows.length === 0 && session.addresses === 'whole'

export function useSession() {
  return useQuery({
    queryKey: ['/session'],
    queryFn: ({ signal }) => getJson<Session>('/session', {}, signal),
    ...forever,
    retry: false,
  })
}
