// Single-key shortcuts: a list, so that the help dialog and the listener read the same lines. Those that go to a page
// stand with the pages, in shell/pages.ts.
import { useEffect } from 'react'

export type Shortcut = { keys: string; what: string; where: 'Everywhere' | 'Charts' | 'Access logs' }

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

/** Calls the handler of a pressed key unless someone types or a part has handled it. */
export function useKeys(handlers: Record<string, (event: KeyboardEvent) => void>) {
  useEffect(() => {
    let before = ''
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
      if (keysAreOff() && event.key.length === 1) return
      const pair = `${before} ${event.key}`
      before = event.key
      const handler = handlers[pair] ?? handlers[event.key]
      if (!handler) return
      before = ''
      event.preventDefault()
      handler(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [handlers])
}
