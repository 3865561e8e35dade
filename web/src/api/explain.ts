// Why a call was refused, what would be otherwise with another rule, grants nobody uses, and endpoints nobody wrote down.
import { useQuery } from '@tanstack/react-query'
import { getJson, type Params, sendForFile, sendJson } from './client'
import type { components } from './generated'

type Shapes = components['schemas']

export type Explanation = Shapes['Explanation']
export type Flips = Shapes['WhatIfLine']
export type Outcome = Shapes['WhatIf']
export type Grant = Shapes['Grant']
export type Grants = Shapes['Grants']
export type Endpoints = Shapes['Endpoints']

export function useExplanation(id: string) {
  return useQuery({
    queryKey: ['/events', id, 'explain'],
    queryFn: ({ signal }) => getJson<Explanation>(`/events/${encodeURIComponent(id)}/explain`, {}, signal),
    staleTime: 60_000,
  })
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

/** An answer about rules; the one before stays while the next one comes. */
export function useRules<T>(path: '/grants' | '/endpoints', params: Params) {
  return useQuery({
    queryKey: [path, params],
    queryFn: ({ signal }) => getJson<T>(path, params, signal),
    placeholderData: (before) => before,
    staleTime: 30_000,
  })
}
