// The server's words about a filter it cannot read: under the character that stopped it, and, where the page would be,
// with the buttons that mend it.
import { Problem } from '../api/client'
import { Button } from '../parts/button'
import { ErrorState, sentence } from '../parts/state'
import { faultAt, stoppedAt } from '../state/mend'
import type { View } from '../state/view'
import css from './filter-field.module.css'

const OFFERED_MAX = 3

export function FilterProblem({ view, problem }: { view: View; problem: Problem }) {
  const stop = stoppedAt(view.filter, problem.position ?? 0)
  return (
    <div className={css.problem} role="alert">
      <code className={css.code}>
        {stop.before}
        <mark className={css.mark}>{stop.word || ' '}</mark>
        {stop.after}
      </code>
      <span>{sentence(problem.detail || problem.title)}</span>
      {problem.suggestions.slice(0, OFFERED_MAX).map((suggestion) => (
        <button
          key={suggestion}
          type="button"
          className={css.suggestion}
          onClick={() => view.setFilter(stop.mended(suggestion))}
        >
          {suggestion}
        </button>
      ))}
    </div>
  )
}

/** In the place of the answer: why there is none, and a button for each way out. */
export function FilterRefused({ view, problem }: { view: View; problem: Problem }) {
  const at = problem.position ?? 0
  const [nearest] = problem.suggestions
  const { term, rest } = faultAt(view.filter, at)
  return (
    <ErrorState error={problem}>
      {nearest && (
        <Button kind="primary" onPress={() => view.setFilter(stoppedAt(view.filter, at).mended(nearest))}>
          Use {nearest}
        </Button>
      )}
      <Button onPress={() => view.setFilter(rest)}>Remove {term}</Button>
    </ErrorState>
  )
}

/** The error of a filter, when it is one: it has a place in the filter. */
export function isFilterProblem(error: unknown): error is Problem {
  return error instanceof Problem && error.status === 400 && error.position !== undefined
}

/** Why there is no answer: a filter that cannot be read, with the way out, or anything else. */
export function Refused({ view, error, onRetry }: { view: View; error: unknown; onRetry?: () => void }) {
  if (isFilterProblem(error)) return <FilterRefused view={view} problem={error} />
  return <ErrorState error={error} {...(onRetry ? { onRetry } : {})} />
}
