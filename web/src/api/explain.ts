// Why a call was refused, what would be otherwise with another rule, grants nobody uses, and endpoints nobody wrote down.
import { useQuery } from '@tanstack/react-query'
import { getJson, type Params, sendForFile, sendJson } from './client'

export type Explanation = {
  verdict: 'denied' | 'granted' | 'backend'
  reason: string | null
  summary: string
  resolution: string | null
  rule: {
    kind: string
    object: { type: string; name: string; id: string | null; origin: string | null }
    text: string
  } | null
  evidence: { field: string; value: string; means: string }[]
  identity: {
    consumer: string | null
    claimed: string | null
    groups: string[] | null
    plan: string | null
    key: string | null
    customer: string | null
  }
  fixes: { title: string; language: string; code: string; tool: string }[]
  changed: { when: string; version: number; by: string | null } | null
  confidence: 'exact' | 'likely' | 'unknown'
}

export function useExplanation(id: string) {
  return useQuery({
    queryKey: ['/events', id, 'explain'],
    queryFn: ({ signal }) => getJson<Explanation>(`/events/${encodeURIComponent(id)}/explain`, {}, signal),
    staleTime: 60_000,
  })
}

export type Flips = { key: string; calls: number; would_allow: number; would_deny: number }
export type Outcome = {
  scanned: number
  would_allow: number
  would_deny: number
  unchanged: number
  unknown?: number
  by_consumer: Flips[]
  by_route: Flips[]
  /** Ids of events. */
  examples: string[]
  /** What finds exactly these calls. */
  filter?: string | null
  note?: string | null
  seconds: number
  partial?: boolean
}
export type Replay = { from?: string; to?: string; tz: string; filter?: string; change: unknown }

/** The replay of a change; asked once, because it looks at every call. */
export function useReplay(replay: Replay | null) {
  return useQuery({
    queryKey: ['/what-if', replay],
    queryFn: ({ signal }) => sendJson<Outcome>('POST', '/what-if', replay, signal) as Promise<Outcome>,
    enabled: replay !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}

export const replayFile = (replay: Replay, format: 'csv' | 'ndjson') => sendForFile(`/what-if?format=${format}`, replay)

export type Grant = {
  origin: string
  consumer: string
  group: string
  route: string
  calls: number
  last_seen: string | null
  used: boolean
}
type Less = { origin: string; keep: string[]; drop: string[] }
export type Grants = {
  grants: Grant[]
  total: number
  used: number
  smallest: {
    method: string
    /** How many there are, and how many would do. */
    memberships: [number, number]
    entries: [number, number]
    consumers: (Less & { consumer: string })[]
    routes: (Less & { route: string })[]
  }
  export: { deck: string; adc: string }
  note: string | null
  look_back_from: string
  partial?: boolean
}

export type Endpoints = {
  undocumented: {
    method: string
    path: string
    domain: string | null
    calls: number
    statuses: Record<string, number>
    first_seen: string
    last_seen: string
  }[]
  unused: { origin: string; api: string | null; operation: string; method: string; path: string }[]
  drift: {
    origin: string
    api: string | null
    path: string
    what: string
    method: string
    documented: string[]
    seen: string[]
    calls: number
  }[]
  documented: number
  described_calls: number
  not_found_calls: number
  note: string | null
}

/** An answer about rules; the one before stays while the next one comes. */
export function useRules<T>(path: '/grants' | '/endpoints', params: Params) {
  return useQuery({
    queryKey: [path, params],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: (before) => before,
    staleTime: 30_000,
  })
}
