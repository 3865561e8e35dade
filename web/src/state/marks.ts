// Whether charts mark when something was changed: a choice of this browser, alike on all pages.
import { useSyncExternalStore } from 'react'

const KEY = 'gatelog.marks'
const listeners = new Set<() => void>()
let isOn = stored()

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true
  }
}

export const marksAreOn = () => isOn

export function switchMarks(next: boolean) {
  isOn = next
  try {
    localStorage.setItem(KEY, next ? 'on' : 'off')
  } catch {
    // The choice lasts for this page.
  }
  for (const listener of listeners) listener()
}

export function useMarks(): boolean {
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return useSyncExternalStore(subscribe, marksAreOn)
}
