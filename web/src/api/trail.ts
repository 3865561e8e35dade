// The operator trail: who did what, what changed, and the proof that nothing was altered since.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { apiUrl, getJson, type Params } from './client'
import type { components } from './generated'

type Shapes = components['schemas']
export type TrailRow = Shapes['TrailRow']
export type TrailEvent = Shapes['TrailEvent']
export type TrailChange = Shapes['TrailChange']
export type TrailFacets = Shapes['TrailFacets']
export type AuditProxy = Shapes['AuditProxies']['proxies'][number]
export type TrailLevel = Shapes['TrailLevels']['levels'][number]
export type TrailMark = Shapes['TrailMark']
type TrailPage = Shapes['TrailPage']

/** Rows that are fetched at once. */
export const TRAIL_ROWS = 100
/** From before the first event there can be. */
export const EVER = '2000-01-01'
/** What changes something, as the filter of events names it. */
export const ANY_CHANGE = 'create,update,delete'

export function useTrail(params: Params, isOn = true) {
  return useInfiniteQuery({
    queryKey: ['/trail', params],
    queryFn: ({ signal, pageParam }) =>
      getJson<TrailPage>('/trail', { limit: TRAIL_ROWS, ...params, cursor: pageParam || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: isOn,
  })
}

export const useTrailFacets = (params: Params) =>
  useQuery({
    queryKey: ['/trail/facets', params],
    queryFn: ({ signal }) => getJson<TrailFacets>('/trail/facets', params, signal),
    placeholderData: keepPreviousData,
  })

export const useTrailEvent = (id: string) =>
  useQuery({
    queryKey: ['/trail', id],
    queryFn: ({ signal }) => getJson<TrailEvent>(`/trail/${encodeURIComponent(id)}`, {}, signal),
    staleTime: 60_000,
    retry: false,
  })

/** How the audit proxies stand, asked again every half minute. */
export const useProxies = () =>
  useQuery({
    queryKey: ['/proxies'],
    queryFn: ({ signal }) => getJson<Shapes['AuditProxies']>('/proxies', {}, signal),
    refetchInterval: 30_000,
  })

/** How much is kept of what is done to this program; it changes with the settings file. */
export const useTrailLevels = () =>
  useQuery({
    queryKey: ['/trail/levels'],
    queryFn: ({ signal }) => getJson<Shapes['TrailLevels']>('/trail/levels', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** The newest signed checkpoint; asking makes one when there is something new. */
export const useProof = (of: string, isOn: boolean) =>
  useQuery({
    queryKey: ['/proof', of],
    queryFn: ({ signal }) => getJson<Shapes['Proof']>('/proof', {}, signal),
    enabled: isOn,
    staleTime: 60_000,
    retry: false,
  })

export const useTrailMarks = (params: Params, isOn: boolean, live: boolean) =>
  useQuery({
    queryKey: ['/trail/changes', params],
    queryFn: ({ signal }) => getJson<Shapes['TrailMarks']>('/trail/changes', params, signal),
    placeholderData: keepPreviousData,
    enabled: isOn,
    retry: false,
    meta: { live },
  })

export const allOf = (params: Params) => getJson<TrailRow[]>('/trail/export', { ...params, format: 'json' })
export const trailFile = (params: Params, format: string) => apiUrl('/trail/export', { ...params, format })
export const proofFile = (id: string) => apiUrl(`/trail/${encodeURIComponent(id)}/proof`)
