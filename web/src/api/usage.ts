// Who and what calls, and how much: one list per dimension, what is not used, and how far quotas are used up.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { View } from '../state/view'
import { getJson, type Params } from './client'
import type { components } from './generated'
import { useAnswer } from './queries'

type Shapes = components['schemas']

export type Dimension = Shapes['UsageDimension']
export type UsageRow = Shapes['UsageRow']
export type Usage = Shapes['Usage']
export type Unused = Shapes['Unused']
export type QuotaUse = Shapes['QuotaUse']

const NONE: Dimension[] = []

export function useDimensions(): Dimension[] {
  const answer = useDimensionList()
  return answer.data?.dimensions ?? NONE
}

export function useDimensionList() {
  return useQuery({
    queryKey: ['/usage'],
    queryFn: ({ signal }) => getJson<{ dimensions: Dimension[] }>('/usage', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}

/** Sorted, searched and cut into pages by the server. */
export type UsageAsk = { sort: string; order: 'asc' | 'desc'; search?: string; limit: number; offset: number }

export const usageParams = (view: View, ask: Partial<UsageAsk>): Params => ({
  ...view.asked,
  tz: view.tz,
  ...view.compared,
  ...ask,
})

export function useUsage(dimension: string, view: View, ask: Partial<UsageAsk>, isOn = true) {
  return useAnswer<Usage>(`/usage/${encodeURIComponent(dimension)}`, usageParams(view, ask), {
    live: view.live,
    enabled: isOn,
  })
}

export function useUnused(dimension: string, lookBack: string) {
  return useQuery({
    queryKey: ['/usage', dimension, 'unused', lookBack],
    queryFn: ({ signal }) =>
      getJson<Unused>(`/usage/${encodeURIComponent(dimension)}/unused`, { look_back: lookBack }, signal),
    placeholderData: keepPreviousData,
  })
}

export function useQuotas(view: View, isOn = true) {
  return useAnswer<Shapes['Quotas']>('/quotas', { ...view.asked, tz: view.tz }, { live: view.live, enabled: isOn })
}
