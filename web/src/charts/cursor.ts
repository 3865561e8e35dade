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

/** The bucket that holds the instant, the nearest one outside of the range. */
export function bucketAt(edges: number[], ms: number): number {
  let low = 0
  let high = edges.length - 1
  while (low < high - 1) {
    const middle = (low + high) >> 1
    if ((edges[middle] as number) <= ms) low = middle
    else high = middle
  }
  return low
}

/** The bucket of these edges under the shared cursor, or -1. */
export function useCursorBucket(edges: number[]): number {
  const at = useCursorTime()
  if (at === null || edges.length < 2 || at < (edges[0] as number) || at >= (edges.at(-1) as number)) return -1
  return bucketAt(edges, at)
}
