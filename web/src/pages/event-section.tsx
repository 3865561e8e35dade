// Name and value lines; a value that the filter knows is a button: press for only this, alt or `-` for not this.
import { IconButton } from '../parts/button'
import { Pill } from '../parts/pill'
import { excludes, includes, termClicked } from '../state/filter'
import type { View } from '../state/view'
import type { EventField, Section } from './event-fields'
import css from './event-section.module.css'
import type { ValueMoves } from './log-menu'

type Props = {
  section: Section
  view: View
  moves: ValueMoves
  onMenu: (field: EventField, at: Element) => void
}

export function EventSection({ section, view, moves, onMenu }: Props) {
  const filter = ({ field, value, term }: EventField, isNot: boolean) => {
    if (term) view.set({ filter: termClicked(view.filter, term, isNot) || undefined })
    else if (field && value !== undefined) moves.filter(field, value, isNot)
  }
  return (
    <section className={css.section}>
      <h3 className={css.title}>{section.title}</h3>
      <dl>
        {section.fields.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header may be there twice; lines never move.
          <div key={`${i} ${line.label}`} className={css.row}>
            <dt>{line.label}</dt>
            <dd>
              <Value line={line} filter={view.filter} onFilter={(isNot) => filter(line, isNot)} />
              {line.isMasked && (
                <span title="The secret itself was never written. The same secret has the same tag here.">
                  <Pill>masked</Pill>
                </span>
              )}
              <span className={css.acts}>
                <IconButton
                  icon="more"
                  label={`More about ${line.label}`}
                  onPress={(event) => onMenu(line, event.target)}
                />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Value({ line, filter, onFilter }: { line: EventField; filter: string; onFilter: (isNot: boolean) => void }) {
  const { text, field, value, term } = line
  if (!term && (!field || value === undefined))
    return (
      <span className={css.text} title={line.tip}>
        {text}
      </span>
    )
  const isIn = field && value !== undefined && includes(filter, field, value)
  const isOut = field && value !== undefined && excludes(filter, field, value)
  return (
    <button
      type="button"
      className={`${css.text} ${css.value} ${isIn ? css.in : ''} ${isOut ? css.out : ''}`}
      aria-pressed={isIn || false}
      title={isIn ? 'Press to take this filter back' : 'Press: only this. Alt or -: not this'}
      onClick={(event) => onFilter(event.altKey)}
      onKeyDown={(event) => {
        if (event.key !== '-') return
        event.preventDefault()
        onFilter(true)
      }}
    >
      {text}
    </button>
  )
}
