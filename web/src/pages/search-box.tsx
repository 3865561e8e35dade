// A text that is searched for, in the address a moment after it was typed.
import { useEffect, useState } from 'react'
import { TextField } from '../parts/field'
import type { View } from '../state/view'
import css from './search-box.module.css'

const TYPED_MS = 250

export function SearchBox({ view, label, placeholder = label }: { view: View; label: string; placeholder?: string }) {
  const [typed, setTyped] = useState(view.search.q ?? '')
  const { set } = view
  const now = view.search.q ?? ''
  useEffect(() => {
    if (typed === now) return
    const timer = setTimeout(() => set({ q: typed || undefined, at: undefined }, { replace: true }), TYPED_MS)
    return () => clearTimeout(timer)
  }, [typed, now, set])
  return (
    <div className={css.search}>
      <TextField label={label} hidesLabel type="search" value={typed} onChange={setTyped} placeholder={placeholder} />
    </div>
  )
}
