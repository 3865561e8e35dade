// The server's words, under the character that stopped its parser, with the nearest name one click away.
import type { Problem } from '../api/client'
import { sentence } from '../parts/state'
import type { View } from '../state/view'
import css from './filter-field.module.css'

export function FilterProblem({ view, problem }: { view: View; problem: Problem }) {
  // The server counts characters, JavaScript halves of some of them.
  const position = [...view.filter].slice(0, problem.position ?? 0).join('').length
  const after = view.filter.slice(position)
  const lead = /^[-(]*/.exec(after)?.[0] ?? ''
  // A name ends at its sign; anything else is a value, which ends where the term does.
  const name = /^[-(]*[\w.]+(?=[:~])/.exec(after)?.[0]
  const word = name ?? /^[-(]*(?:"[^"]*"?|[^\s(),]*)/.exec(after)?.[0] ?? ''
  const mended = (suggestion: string) => {
    const whole = suggestion.startsWith('"') && name ? (/^\S*/.exec(after)?.[0] ?? word) : word
    return view.filter.slice(0, position) + lead + suggestion + view.filter.slice(position + whole.length)
  }
  const end = position + Math.max(1, word.length)
  return (
    <div className={css.problem} role="alert">
      <code className={css.code}>
        {view.filter.slice(0, position)}
        <mark className={css.mark}>{view.filter.slice(position, end) || ' '}</mark>
        {view.filter.slice(end)}
      </code>
      <span>{sentence(problem.detail || problem.title)}</span>
      {problem.suggestions.slice(0, 3).map((suggestion) => (
        <button
          key={suggestion}
          type="button"
          className={css.suggestion}
          onClick={() => view.setFilter(mended(suggestion))}
        >
          {suggestion}
        </button>
      ))}
    </div>
  )
}
