// Where events come from: each source with its counters and its health, and what is done with sources.
import { useQuery } from '@tanstack/react-query'
import { durationText } from '../state/numbers'
import { getJson } from './client'
import type { components } from './generated'
import type { AccessEvent } from './types'

type Shapes = components['schemas']

export type SourceHealth = 'new' | 'ok' | 'late' | 'silent' | 'rejecting' | 'paused'
export type Source = {
  name: string
  sample: boolean
  paused: boolean
  created: string
  last_event: string | null
  accepted: number
  rejected: number
  duplicates: number
  bytes: number
  /** Deliveries refused while it was paused. */
  refused: number
  /** Records known to have been sent that never came (UDP). */
  lost: number
  events_per_second: number
  bytes_per_second: number
  formats: Record<string, number>
  /** What the server makes of it, with one sentence why. */
  health: SourceHealth
  health_text: string
  /** Of the last day, without the fields. */
  quality: Quality
  gateway?: string | null
  format?: string | null
  field_map?: Record<string, string> | null
}

export type Quality = Shapes['Quality']
export type Qualities = Shapes['Qualities']

export type Reject = { time: string; format: string | null; line: number | null; reason: string; excerpt: string }
export type Gateway = Shapes['Gateway']
export type Gateways = Shapes['Gateways']
export type NewSource = { source: Source; token: string }
export type Rotated = { token: string; old_valid_until: string | null }
export type Tried = { event: AccessEvent | null; rejects: { line?: number; reason: string }[] }

const ASK_MS = 15_000

export function useSources(everyMs = ASK_MS) {
  return useQuery({
    queryKey: ['/sources'],
    queryFn: ({ signal }) => getJson<{ sources: Source[] }>('/sources', {}, signal),
    refetchInterval: everyMs,
    retry: false,
  })
}

export function useQuality(name: string) {
  return useQuery({
    queryKey: ['/sources', name, 'quality'],
    queryFn: ({ signal }) => getJson<Qualities>(`${sourcePath(name)}/quality`, {}, signal),
    refetchInterval: ASK_MS,
  })
}

export const sourcePath = (name: string) => `/sources/${encodeURIComponent(name)}`

const MINUTE = 60_000

export function agoText(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / 1000))} s`
  if (ms < 60 * MINUTE) return `${Math.round(ms / MINUTE)} min`
  if (ms < 48 * 60 * MINUTE) return `${Math.round(ms / (60 * MINUTE))} h`
  return `${Math.round(ms / (24 * 60 * MINUTE))} days`
}

/** How late events come: exact while it is short, in words of people when it is hours. */
export const delayText = (ms: number | null) => (ms !== null && ms >= 2 * MINUTE ? agoText(ms) : durationText(ms))

/** What keeps answers from being complete: `silent for 14 min`. */
export function troubles(sources: Source[], now: number): { name: string; text: string }[] {
  return sources.flatMap((source) => {
    const { health } = source
    const ago = source.last_event ? agoText(now - Date.parse(source.last_event)) : ''
    if (health === 'silent') return [{ name: source.name, text: `silent for ${ago}` }]
    if (health === 'late') return [{ name: source.name, text: 'late' }]
    if (health === 'paused') return [{ name: source.name, text: 'paused' }]
    if (health === 'rejecting') return [{ name: source.name, text: 'not understood' }]
    return []
  })
}
