// Single-key shortcuts: a list, so that the help dialog and the listener read the same lines. Those that go to a page
// stand with the pages, in shell/pages.ts.
import { useEffect } from 'react'

export type Shortcut = { keys: string; what: string; where: 'Everywhere' | 'Charts' | 'Tables' | 'Access logs' }

export const SHORTCUTS: Shortcut[] = [
  { keys: '?', what: 'Show this list', where: 'Everywhere' },
  { keys: 'Ctrl K', what: 'Command palette', where: 'Everywhere' },
  { keys: '/', what: 'Type a filter', where: 'Everywhere' },
  { keys: 'd', what: 'Choose the time range', where: 'Everywhere' },
  { keys: 'x', what: 'Compare with the previous period', where: 'Everywhere' },
  { keys: 'r', what: 'Refresh', where: 'Everywhere' },
  { keys: '← →', what: 'Move by one window', where: 'Everywhere' },
  { keys: 'z', what: 'Zoom out', where: 'Everywhere' },
  { keys: '← →', what: 'Move the time cursor', where: 'Charts' },
  { keys: 'Shift ← →', what: 'Select a part', where: 'Charts' },
  { keys: 'Enter', what: 'Zoom to the selected part', where: 'Charts' },
  { keys: '← → ↑ ↓', what: 'From one link or button to the next', where: 'Tables' },
  { keys: 'Home End', what: 'First or last of the row', where: 'Tables' },
  { keys: 'j k', what: 'Next or previous row', where: 'Access logs' },
  { keys: '← →', what: 'Next or previous cell', where: 'Access logs' },
  { keys: 'Enter', what: 'Open the row', where: 'Access logs' },
  { keys: '[ ]', what: 'Previous or next event in the drawer', where: 'Access logs' },
  { keys: 'f', what: 'Only the value of this cell', where: 'Access logs' },
  { keys: '-', what: 'Not the value of this cell', where: 'Access logs' },
  { keys: 't', what: 'Live tail', where: 'Access logs' },
  { keys: 'Space', what: 'Pause or go on in live tail', where: 'Access logs' },
  { keys: 'm', what: 'Menu of this cell', where: 'Access logs' },
  { keys: 'h', what: 'Hide or show the histogram', where: 'Access logs' },
  { keys: 'e', what: 'Export', where: 'Access logs' },
  { keys: 'Esc', what: 'Close', where: 'Access logs' },
]

const OFF_KEY = 'gatelog.keys'

export function keysAreOff(): boolean {
  try {
    return localStorage.getItem(OFF_KEY) === 'off'
  } catch {
    return false
  }
}

export function switchKeys(isOff: boolean) {
  try {
    localStorage.setItem(OFF_KEY, isOff ? 'off' : 'on')
  } catch {
    // Nothing to remember it in; the switch lasts for this page.
  }
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=menu]') !== null
  )
}

type Handlers = Record<string, (event: KeyboardEvent) => void>

/** Of all that is on screen; one listener for all, so that the second key of a pair is nobody else's. */
const listening = new Set<Handlers>()
let before = ''

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
  if (keysAreOff() && event.key.length === 1) return
  const found = (keys: string) => [...listening].find((handlers) => handlers[keys])?.[keys]
  const handler = found(`${before} ${event.key}`) ?? found(event.key)
  before = handler ? '' : event.key
  if (!handler) return
  event.preventDefault()
  handler(event)
}

/** Calls the handler of a pressed key, or of two, unless someone types or a part has handled it. */
export function useKeys(handlers: Handlers) {
  useEffect(() => {
    listening.add(handlers)
    // The same listener is added once.
    document.addEventListener('keydown', onKey)
    return () => {
      listening.delete(handlers)
    }
  }, [handlers])
}
