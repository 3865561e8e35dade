// A table of links and buttons as a grid: one stop of Tab for all of it, and the arrows go on from there. What can be
// pressed is found in the page itself, so a cell may hold whatever it likes.
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'

const STOPS = 'a[href], button:not(:disabled), input:not(:disabled)'
/** A grid in which nothing can be pressed scrolls by keyboard all the same. */
const SCROLLS = '[data-scrolls]'

const stopsOf = (place: Element | null | undefined) =>
  [...(place?.querySelectorAll<HTMLElement>(STOPS) ?? [])].filter((stop) => stop.checkVisibility())
const rowOf = (stop: Element) => stop.closest('tr')
const cellOf = (stop: Element) => stop.closest<HTMLTableCellElement>('td, th')?.cellIndex ?? 0

type GridProps<T> = { ref: RefObject<T | null>; onKeyDown: (event: KeyboardEvent) => void; onFocus: () => void }

/** For the element around a table, or for the table. */
export function useGridKeys<T extends HTMLElement>(): GridProps<T> {
  const ref = useRef<T>(null)
  const at = useRef<Element | null>(null)
  const renew = () => {
    const place = ref.current
    const table = place?.matches('table') ? place : place?.querySelector('table')
    if (!place || !table) return
    const stops = stopsOf(table)
    const active = stops.find((stop) => stop === document.activeElement)
    const kept = stops.find((stop) => stop === at.current)
    at.current = active ?? kept ?? stopsOf(table.querySelector('tbody'))[0] ?? stops[0] ?? null
    for (const stop of stops) stop.tabIndex = stop === at.current ? 0 : -1
    if (stops.length) table.setAttribute('role', 'grid')
    else table.removeAttribute('role')
    if (place.matches(SCROLLS)) place.tabIndex = stops.length ? -1 : 0
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it looks at the page each time, and keeps nothing of a render.
  useEffect(() => {
    renew()
    const watch = new MutationObserver(renew)
    if (ref.current) watch.observe(ref.current, { childList: true, subtree: true })
    return () => watch.disconnect()
  }, [])
  return {
    ref,
    onFocus: renew,
    onKeyDown: (event) => {
      if (event.defaultPrevented || event.altKey || event.metaKey || event.shiftKey) return
      const next = ref.current && nextOf(ref.current, event.target as Element, event.key, event.ctrlKey)
      if (next === undefined) return
      event.preventDefault()
      next?.focus()
    },
  }
}

/** Where a key leads to from a stop: null when there is nothing further, undefined when the key is not meant. */
function nextOf(place: Element, from: Element, key: string, isCtrl: boolean): HTMLElement | null | undefined {
  const stops = stopsOf(place)
  const stop = from.closest<HTMLElement>(STOPS)
  const row = stop && rowOf(stop)
  if (!stop || !row) return undefined
  const beside = stopsOf(row)
  const at = beside.indexOf(stop)
  if (key === 'Home') return (isCtrl ? stops : beside)[0] ?? null
  if (key === 'End') return (isCtrl ? stops : beside).at(-1) ?? null
  if (isCtrl) return undefined
  if (key === 'ArrowRight') return beside[at + 1] ?? null
  if (key === 'ArrowLeft') return beside[at - 1] ?? null
  const down = { ArrowDown: 1, ArrowUp: -1 }[key]
  if (!down) return undefined
  const rows = [...new Set(stops.map(rowOf))]
  const other = stopsOf(rows[rows.indexOf(row) + down])
  return nearest(other, stop, beside)
}

/** Of another row: in the same column and at the same place in its cell, or else in the nearest column. */
function nearest(stops: HTMLElement[], from: HTMLElement, beside: HTMLElement[]): HTMLElement | null {
  const cell = cellOf(from)
  const place = beside.filter((stop) => cellOf(stop) === cell).indexOf(from)
  const far = (stop: HTMLElement) => Math.abs(cellOf(stop) - cell)
  const least = Math.min(...stops.map(far))
  const same = stops.filter((stop) => far(stop) === least)
  return same[Math.min(place, same.length - 1)] ?? null
}
