// The time under the pointer, shared by all charts of a page.
import { useSyncExternalStore } from 'react'

let time: number | null = null
const listeners = new Set<() => void>()

export function pointAt(next: number | null) {
  if (next === time) return
  time = next
  for (const listener of listeners) listener()
}

export function useCursorTime(): number | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => time,
  )
}
