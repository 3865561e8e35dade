// How complete the answers on screen are. Fed by every call.
import { useSyncExternalStore } from 'react'

export type Freshness = { watermark: string | null; partial: string | null }

let current: Freshness = { watermark: null, partial: null }
const listeners = new Set<() => void>()

function publish(next: Freshness) {
  current = next
  for (const listener of listeners) listener()
}

export function noteAnswer(body: unknown) {
  const answer = (body ?? {}) as { watermark?: string; partial?: boolean; partial_reason?: string }
  if (!answer.watermark) return
  const watermark = current.watermark && current.watermark > answer.watermark ? current.watermark : answer.watermark
  const partial = answer.partial ? (answer.partial_reason ?? 'a part of the range was not read') : null
  if (watermark !== current.watermark || partial !== current.partial) publish({ watermark, partial })
}

export function useFreshness(): Freshness {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
