// Who and what calls, and how much: one list per dimension, what is not used, and how far quotas are used up.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { View } from '../state/view'
import { getJson, type Params } from './client'
import { useAnswer } from './queries'

export type Dimension = {
  id: string
  title: string
  /** One of them, as a heading: `Consumer`. */
  one: string
  field: string
  about: string
  has_latency: boolean
  /** The kind of the directory that lists all of them, used or not. */
  directory: string | null
}

export type UsageRow = {
  key: string
  label: string
  filter: string
  detail: string | null
  calls: number
  share: number
  previous: number | null
  change: number | null
  state: 'new' | 'gone' | 'same' | null
  client_errors: number
  errors: number
  denied: number
  bytes: number | null
  p50: number | null
  p95: number | null
  first_seen: string | null
  last_seen: string | null
  spark: number[]
  known: boolean | null
}

export type Usage = {
  dimension: Dimension
  rows: UsageRow[]
  spark_buckets: string[]
  rows_total: number
  total: number
  missing: number
  missing_filter: string
  note: string | null
}

export type Unused = {
  rows: {
    name: string
    id: string
    origin: string
    since: string | null
    last_seen: string | null
    tags: string[]
  }[]
  note: string | null
}

export type QuotaUse = {
  plan: string | null
  consumer?: string | null
  key?: string | null
  label: string
  filter: string
  limit: number | null
  period: string
  period_start: string
  period_end: string
  calls: number
  share: number | null
  rejected: number
  first_rejected: string | null
  last_rejected: string | null
  forecast: { exhausted_at: string | null; expected_calls: number } | null
}
export type Quotas = { rows: QuotaUse[]; note: string | null }

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
  return useAnswer<Quotas>('/quotas', { ...view.asked, tz: view.tz }, { live: view.live, enabled: isOn })
}
