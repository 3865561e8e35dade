// Live tail: new events as they are received, newest first, with a pause that loses nothing it can hold.
import { useCallback, useEffect, useRef, useState } from 'react'
import { apiUrl } from './client'
import type { AccessEvent } from './types'

export const HELD_MAX = 500
const FLUSH_MS = 200

export type Tail = {
  events: AccessEvent[]
  /** Received while paused and not shown yet. */
  held: number
  /** Sent by the server since the tail was opened, and left out by it because they came too fast. */
  received: number
  dropped: number
  isOpen: boolean
  isPaused: boolean
  setPaused: (isPaused: boolean) => void
}

export function useTail(filter: string, isOn: boolean): Tail {
  const [events, setEvents] = useState<AccessEvent[]>([])
  const [held, setHeld] = useState(0)
  const [received, setReceived] = useState(0)
  const [dropped, setDropped] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const [isPaused, setPausedState] = useState(false)
  const waiting = useRef<AccessEvent[]>([])
  const counted = useRef(0)
  const paused = useRef(false)

  const flush = useCallback(() => {
    setReceived(counted.current)
    if (waiting.current.length === 0) return
    if (paused.current) return setHeld(waiting.current.length)
    const fresh = waiting.current.reverse()
    waiting.current = []
    setHeld(0)
    setEvents((shown) => [...fresh, ...shown].slice(0, HELD_MAX))
  }, [])

  const setPaused = useCallback(
    (next: boolean) => {
      paused.current = next
      setPausedState(next)
      if (!next) flush()
    },
    [flush],
  )

  useEffect(() => {
    if (!isOn) return
    setEvents([])
    setDropped(0)
    setHeld(0)
    waiting.current = []
    counted.current = 0
    const stream = new EventSource(apiUrl('/tail', { filter }))
    stream.addEventListener('open', () => setOpen(true))
    stream.addEventListener('error', () => setOpen(false))
    stream.addEventListener('access', (message) => {
      waiting.current.push(JSON.parse(message.data) as AccessEvent)
      counted.current++
      if (waiting.current.length > HELD_MAX) waiting.current.shift()
    })
    stream.addEventListener('dropped', (message) => {
      const { count } = JSON.parse(message.data) as { count: number }
      setDropped((before) => before + count)
    })
    const timer = setInterval(flush, FLUSH_MS)
    return () => {
      clearInterval(timer)
      stream.close()
      setOpen(false)
    }
  }, [filter, isOn, flush])

  return { events, held, received, dropped, isOpen, isPaused, setPaused }
}
