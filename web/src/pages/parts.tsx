// Development only: every part in every state, in both themes, for the eye and for the pictures of e2e/parts.mjs.
import { Toasts } from '../parts/toast'
import css from './parts.module.css'
import { Bench, charts } from './parts-charts'
import { controls } from './parts-controls'
import { places } from './parts-places'

/** One part: its states by name. `size` says how much room a state takes. */
export type Shown = { part: string; size?: 'wide' | 'half' | 'tile'; states: Record<string, React.ReactNode> }

const GROUPS = { Controls: controls, Places: places, Charts: charts }

export function Parts() {
  if (location.hash === '#bench') return <Bench />
  return (
    <main className={css.page}>
      <div className={css.themes}>
        {(['light', 'dark'] as const).map((theme) => (
          <div key={theme} className={`${css.theme} ${css[theme]}`} data-parts={theme}>
            {Object.entries(GROUPS).map(([group, shown]) => (
              <div key={group} data-group={group}>
                <h1>
                  {group}, {theme}
                </h1>
                {shown.map((part) => (
                  <Part key={part.part} theme={theme} {...part} />
                ))}
              </div>
            ))}
          </div>
        ))}
      </div>
      <Toasts />
    </main>
  )
}

function Part({ part, size, states, theme }: Shown & { theme: string }) {
  return (
    <section className={css.part} aria-label={`${part}, ${theme}`} data-part={part}>
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
  )
}
