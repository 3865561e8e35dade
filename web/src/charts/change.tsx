import { changeText, exactText } from '../state/numbers'
import css from './change.module.css'

export type Wish = 'up' | 'down' | 'none'

const SHAPES = { up: 'M5 1.500 9 8.500H1Z', down: 'M5 8.500 1 1.500h8Z', same: '' }

/** An arrow with the change against the previous period; coloured only where one direction is the better one. */
export function ChangeMark(props: {
  change: number | null | undefined
  state?: string | null
  previous?: number | null
  wish?: Wish
  /** Instead of a relative change: for rates, which change by points. */
  text?: string | undefined
}) {
  const { change, state, previous, wish = 'none' } = props
  const before = previous === null || previous === undefined ? '' : `Previous period: ${exactText(previous)}`
  if (state === 'new' || state === 'gone')
    return (
      <span className={css.flag} title={before}>
        {state}
      </span>
    )
  const shown = changeText(change)
  if (!shown) return <span className={css.none}>–</span>
  const judged = wish === 'none' || shown.direction === 'same' ? '' : shown.direction === wish ? css.good : css.bad
  return (
    <span className={`${css.change} ${judged}`} title={props.text ? undefined : before}>
      {shown.direction !== 'same' && (
        <svg width="8" height="8" viewBox="0 0 10 10" aria-hidden="true">
          <path d={SHAPES[shown.direction]} fill="currentColor" />
        </svg>
      )}
      {props.text ?? shown.text}
    </span>
  )
}
