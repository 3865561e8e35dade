import { changeText, exactText } from '../state/numbers'
import css from './change.module.css'

export type Wish = 'up' | 'down' | 'none'

/** An arrow with the change against the previous period; coloured only where one direction is the better one. */
export function ChangeMark(props: {
  change: number | null | undefined
  state?: string | null
  previous?: number | null
  wish?: Wish
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
  const arrow = { up: '▲', down: '▼', same: '' }[shown.direction]
  return (
    <span className={`${css.change} ${judged}`} title={before}>
      {arrow && (
        <span className={css.arrow} aria-hidden="true">
          {arrow}
        </span>
      )}
      {shown.text}
    </span>
  )
}
