// Development only: every part in every state, in both themes, for the eye and for the pictures of e2e/parts.mjs.
import { useMemo } from 'react'
import { Toasts } from '../parts/toast'
import css from './parts.module.css'
import { controls } from './parts-controls'
import { places } from './parts-places'

/** One part: its states by name. `size` says how much room a state takes. */
export type Shown = { part: string; size?: 'wide' | 'half'; states: Record<string, React.ReactNode> }

export function Parts() {
  const shown = useMemo(() => [...controls, ...places], [])
  return (
    <main className={css.page}>
      <div className={css.themes}>
        {(['light', 'dark'] as const).map((theme) => (
          <div key={theme} className={`${css.theme} ${css[theme]}`} data-parts={theme}>
            <h1>Parts, {theme}</h1>
            {shown.map(({ part, size, states }) => (
              <section key={part} className={css.part} aria-label={`${part}, ${theme}`} data-part={part}>
                <h2>{part}</h2>
                <div className={css.states}>
                  {Object.entries(states).map(([state, node]) => (
                    <div key={state} className={`${css.state} ${size ? css[size] : ''}`}>
                      <span>{state}</span>
                      {node}
                    </div>
                  ))}
                </div>
              </section>
            ))}
          </div>
        ))}
      </div>
      <Toasts />
    </main>
  )
}
