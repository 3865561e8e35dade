// The questions pages ask, each cached by its path and parameters.
import { keepPreviousData, QueryCache, QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getJson, type Params, Problem } from './client'
import type { EventsPage, Field, Panel, Reason, Session } from './types'

const REFRESH_MS = 15_000
export const PAGE_ROWS = 200

export function newQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Problem && error.status === 401) onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: false,
        // A refusal stays a refusal; a lost connection is asked again until it is back.
        retry: (count, error) => error instanceof Problem && (error.status === 0 || error.status >= 500) && count < 2,
        refetchInterval: (query) =>
          query.state.error instanceof Problem && query.state.error.status === 0 ? 5_000 : false,
      },
    },
  })
}

/** An answer that keeps its last value on screen while the next one loads, and renews itself while the range ends now. */
export function useAnswer<T>(path: string, params: Params, options: { live?: boolean; enabled?: boolean } = {}) {
  return useQuery({
    queryKey: [path, params],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    ...(options.live ? { refetchInterval: REFRESH_MS } : {}),
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

export function useSession() {
  return useQuery({
    queryKey: ['/session'],
    queryFn: ({ signal }) => getJson<Session>('/session', {}, signal),
    ...forever,
    retry: false,
  })
}
