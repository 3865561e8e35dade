// How far something is: a bar, what it says, and a way to stop it.
import type { ReactNode } from 'react'
import { ProgressBar } from 'react-aria-components'
import { Button } from './button'
import css from './progress.module.css'

type Props = {
  label: string
  /** 0..1, or null when nobody knows. */
  share: number | null
  state?: 'running' | 'done' | 'failed'
  /** The line under the bar. */
  children?: ReactNode
  onStop?: () => void
}

export function Progress({ label, share, state = 'running', children, onStop }: Props) {
  const isUnknown = share === null && state === 'running'
  const percent = Math.round((state === 'done' ? 1 : (share ?? 0)) * 1000) / 10
  return (
    <div className={css.progress}>
      <ProgressBar aria-label={label} value={percent} isIndeterminate={isUnknown}>
        <div className={css.track}>
          <div
            className={`${css.fill} ${state === 'running' ? '' : css[state]} ${isUnknown ? css.unknown : ''}`}
            style={isUnknown ? {} : { width: `${percent}%` }}
          />
        </div>
      </ProgressBar>
      {(children || onStop) && (
        <div className={css.line}>
          <span>{children}</span>
          {onStop && state === 'running' && (
            <Button kind="quiet" onPress={onStop}>
              Stop
            </Button>
          )}
        </div>
      )}
    </div>
  )
}
