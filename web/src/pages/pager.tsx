// Which part of a long list is on screen, and the way to the others.
import { IconButton } from '../parts/button'
import { exactText } from '../state/numbers'
import css from './pager.module.css'

type Props = {
  /** The place of the first shown row, from 0. */
  first: number
  shown: number
  total: number
  size: number
  what: string
  onGo: (first: number) => void
}

export function Pager({ first, shown, total, size, what, onGo }: Props) {
  const last = Math.max(0, Math.ceil(total / size) - 1) * size
  const part = shown
    ? `${exactText(first + 1)} to ${exactText(first + shown)} of ${exactText(total)}`
    : exactText(total)
  return (
    <nav className={css.pager} aria-label="Pages of the list">
      <span role="status">
        {part} {what}
      </span>
      {total > size && (
        <span className={css.moves}>
          <IconButton icon="first" label="First page" isDisabled={first === 0} onPress={() => onGo(0)} />
          <IconButton
            icon="left"
            label="Previous page"
            isDisabled={first === 0}
            onPress={() => onGo(Math.max(0, first - size))}
          />
          <IconButton icon="right" label="Next page" isDisabled={first >= last} onPress={() => onGo(first + size)} />
          <IconButton icon="last" label="Last page" isDisabled={first >= last} onPress={() => onGo(last)} />
        </span>
      )}
    </nav>
  )
}
