// Where events come from: each source with its counters and its health, and what is done with sources.
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { AccessEvent } from './types'

export type SourceHealth = 'new' | 'ok' | 'late' | 'silent' | 'rejecting'
export type Source = {
  name: string
  sample: boolean
  created: string
  last_event: string | null
  accepted: number
  rejected: number
  duplicates: number
  bytes: number
  events_per_second: number
  formats: Record<string, number>
  /** What the server makes of it, with one sentence why. */
  health?: SourceHealth
  health_text?: string
  gateway?: string | null
  format?: string | null
  field_map?: Record<string, string> | null
}

export type Reject = { time: string; format: string | null; line: number | null; reason: string; excerpt: string }
export type GatewayStep = { text: string; language: string; code: string }
export type Gateway = {
  id: string
  label: string
  format: string | null
  about: string
  notes: { title: string; text: string }[]
  steps: GatewayStep[]
}
export type Gateways = { url?: string; gateways: Gateway[] }
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

const MINUTE = 60_000
const SILENT_MS = 15 * MINUTE
/** A source that was silent for longer was an import, or has been switched off. */
const GONE_MS = 24 * 60 * MINUTE

/** The server's judgement, or one by the last event where it gives none. */
export function healthOf(source: Source, now: number): SourceHealth {
  if (source.health) return source.health
  if (source.last_event === null) return source.rejected > 0 ? 'rejecting' : 'new'
  const age = now - Date.parse(source.last_event)
  return !source.sample && age > SILENT_MS && age < GONE_MS ? 'silent' : 'ok'
}

export function agoText(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / 1000))} s`
  if (ms < 60 * MINUTE) return `${Math.round(ms / MINUTE)} min`
  if (ms < 48 * 60 * MINUTE) return `${Math.round(ms / (60 * MINUTE))} h`
  return `${Math.round(ms / (24 * 60 * MINUTE))} days`
}

/** What keeps answers from being complete: `silent for 14 min`. */
export function troubles(sources: Source[], now: number): { name: string; text: string }[] {
  return sources.flatMap((source) => {
    const health = healthOf(source, now)
    const ago = source.last_event ? agoText(now - Date.parse(source.last_event)) : ''
    if (health === 'silent') return [{ name: source.name, text: `silent for ${ago}` }]
    if (health === 'late') return [{ name: source.name, text: 'late' }]
    if (health === 'rejecting') return [{ name: source.name, text: 'not understood' }]
    return []
  })
}
