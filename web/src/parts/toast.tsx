// Short notices at the bottom, said aloud by a live region and gone after four seconds.
import { useSyncExternalStore } from 'react'
import css from './toast.module.css'

let notices: { id: number; text: string }[] = []
let next = 1
const listeners = new Set<() => void>()

function publish(list: typeof notices) {
  notices = list
  for (const listener of listeners) listener()
}

export function toast(text: string) {
  const id = next++
  publish([...notices.slice(-2), { id, text }])
  setTimeout(() => publish(notices.filter((notice) => notice.id !== id)), 4000)
}

export async function copyText(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text)
    toast(`${what} copied`)
  } catch {
    toast('The browser refused the clipboard')
  }
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => notices,
  )
  return (
    <div className={css.region} role="status" aria-live="polite">
      {shown.map((notice) => (
        <div key={notice.id} className={css.toast}>
          {notice.text}
        </div>
      ))}
    </div>
  )
}
