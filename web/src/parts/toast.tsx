// Short notices at the bottom, said aloud by a live region; gone after four seconds, or ten when they offer something to do.
import { useSyncExternalStore } from 'react'
import { Button } from 'react-aria-components'
import { Icon } from './icon'
import css from './toast.module.css'

export type ToastOptions = { tone?: 'good' | 'bad'; action?: { label: string; run: () => void } }
type Notice = ToastOptions & { id: number; text: string }

const SHORT_MS = 4_000
const LONG_MS = 10_000
const SHOWN_MAX = 3

let notices: Notice[] = []
let next = 1
const listeners = new Set<() => void>()

function publish(list: Notice[]) {
  notices = list
  for (const listener of listeners) listener()
}

const drop = (id: number) => publish(notices.filter((notice) => notice.id !== id))

export function toast(text: string, options: ToastOptions = {}) {
  const id = next++
  const others = notices.filter((notice) => notice.text !== text)
  publish([...others.slice(1 - SHOWN_MAX), { ...options, id, text }])
  setTimeout(() => drop(id), options.action ? LONG_MS : SHORT_MS)
}

export async function copyText(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text)
    toast(`${what} copied`)
  } catch {
    toast('The browser refused the clipboard', { tone: 'bad' })
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
        <ToastBody key={notice.id} {...notice} onDone={() => drop(notice.id)} />
      ))}
    </div>
  )
}

/** One notice, as the region shows it. */
export function ToastBody({ text, tone, action, onDone }: ToastOptions & { text: string; onDone?: () => void }) {
  return (
    <div className={css.toast}>
      {tone && (
        <span className={css[tone]}>
          <Icon name={tone === 'good' ? 'check' : 'warn'} />
        </span>
      )}
      {text}
      {action && (
        <Button
          className={css.act as string}
          onPress={() => {
            action.run()
            onDone?.()
          }}
        >
          {action.label}
        </Button>
      )}
    </div>
  )
}
