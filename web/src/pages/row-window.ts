// Which rows of a long list of equally high ones are on screen. Browsers stop at some millions of pixels of height: a longer
// list gets a scroll bar that stands for all of it, while the wheel still moves by its own pixels.
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

const HEIGHT_MAX = 8_000_000
const OVERSCAN = 8

/** A position on the scroll bar and the distance from it to the position in the list, both in px. */
type Place = { bar: number; shift: number }

/** Where a scroll leads: a jump of the bar to its share of the list, a small move by its own pixels. */
export function placed(before: Place, bar: number, full: number, shown: number, view: number): Place {
  if (full <= shown) return { bar, shift: 0 }
  const [most, mostBar] = [full - view, shown - view]
  const share = (bar / mostBar) * most
  if (bar <= 0 || bar >= mostBar || Math.abs(bar - before.bar) > 2 * view) return { bar, shift: share - bar }
  return { bar, shift: Math.min(most, Math.max(0, bar + before.shift)) - bar }
}

export function useRowWindow(scroll: RefObject<HTMLElement | null>, count: number, rowPx: number, headPx: number) {
  const [view, setView] = useState(0)
  const [place, setPlace] = useState<Place>({ bar: 0, shift: 0 })
  const now = useRef(place)
  const full = count * rowPx
  const height = Math.min(full, HEIGHT_MAX)

  const move = useCallback((next: Place) => {
    now.current = next
    setPlace(next)
  }, [])
  const onScroll = useCallback(() => {
    const bar = scroll.current?.scrollTop ?? 0
    if (bar !== now.current.bar) move(placed(now.current, bar, full, height, view))
  }, [scroll, full, height, view, move])

  useLayoutEffect(() => {
    const element = scroll.current
    if (!element) return
    const measure = () => setView(Math.max(0, element.clientHeight - headPx))
    measure()
    if (typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroll, headPx])

  const top = Math.min(Math.max(0, full - view), place.bar + place.shift)
  const first = Math.max(0, Math.floor(top / rowPx) - OVERSCAN)
  const last = Math.min(count - 1, Math.ceil((top + view) / rowPx) + OVERSCAN)

  /** Brings a row on screen with the least movement. */
  const reveal = useCallback(
    (index: number) => {
      const element = scroll.current
      if (!element) return
      const at = now.current.bar + now.current.shift
      const low = index * rowPx
      const wanted = low < at ? low : low + rowPx > at + view ? low + rowPx - view : null
      if (wanted === null) return
      const most = Math.max(1, full - view)
      const bar = full <= height ? wanted : Math.round((wanted / most) * (height - view))
      move({ bar, shift: wanted - bar })
      element.scrollTop = bar
    },
    [scroll, full, height, view, rowPx, move],
  )
  return {
    first,
    last,
    height,
    topOf: (index: number) => index * rowPx - place.shift,
    onScroll,
    reveal,
    isAtTop: top < rowPx,
  }
}
