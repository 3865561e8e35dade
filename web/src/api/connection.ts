// Whether the server answers and whether it still knows us. While it does not, questions wait here and go on by
// themselves afterwards: what stands on the page stays, and nothing that was typed is lost.
import { useSyncExternalStore } from 'react'

export type Connection = {
  isLost: boolean
  /** When the server is asked next, in epoch milliseconds; null while it is being asked. */
  nextTry: number | null
  isSignedOut: boolean
}

const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000]
const PING = '/api/v1/session'

let current: Connection = { isLost: false, nextTry: null, isSignedOut: false }
const listeners = new Set<() => void>()
let waiting: (() => void)[] = []
let timer: ReturnType<typeof setTimeout> | undefined
let tries = 0

function publish(patch: Partial<Connection>) {
  current = { ...current, ...patch }
  for (const listener of listeners) listener()
  if (current.isLost || current.isSignedOut) return
  const released = waiting
  waiting = []
  for (const go of released) go()
}

/** A proxy in front of a stopped server answers for it. */
export const isGatewayFailure = (status: number) => status === 502 || status === 504

/** Asks whether the server is back and whether it knows us. */
export async function tryNow(): Promise<void> {
  clearTimeout(timer)
  publish({ nextTry: null })
  const answer = await fetch(PING, { credentials: 'same-origin', cache: 'no-store' }).catch(() => null)
  if (answer && !isGatewayFailure(answer.status)) {
    tries = 0
    return publish({ isLost: false, nextTry: null, isSignedOut: answer.status === 401 })
  }
  const wait = WAITS_MS[Math.min(tries++, WAITS_MS.length - 1)] as number
  publish({ isLost: true, nextTry: Date.now() + wait })
  timer = setTimeout(tryNow, wait)
}

export function noteLost() {
  if (current.isLost) return
  publish({ isLost: true })
  tryNow()
}

export function noteSignedOut() {
  if (!current.isSignedOut) publish({ isSignedOut: true })
}

export function noteSignedIn() {
  publish({ isSignedOut: false })
}

/** Comes true when questions can be asked again; never after the question was given up. */
export function reconnected(signal: AbortSignal | null | undefined): Promise<void> {
  if (!current.isLost && !current.isSignedOut) return Promise.resolve()
  return new Promise((done, fail) => {
    waiting.push(done)
    signal?.addEventListener('abort', () => fail(new DOMException('given up', 'AbortError')), { once: true })
  })
}

export function onConnection(listener: (now: Connection) => void): () => void {
  const told = () => listener(current)
  listeners.add(told)
  return () => listeners.delete(told)
}

export function useConnection(): Connection {
  return useSyncExternalStore(onConnection, () => current)
}

// The network is back, or someone looks again: no need to sit out the wait.
if (typeof window !== 'undefined') {
  const again = () => (current.isLost || current.isSignedOut) && document.visibilityState === 'visible' && tryNow()
  window.addEventListener('online', again)
  window.addEventListener('focus', again)
}
