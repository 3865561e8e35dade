// A chosen part of the range, and what can be done with it. The way to zoom without dragging.
import { Button, IconButton } from '../parts/button'
import type { IconName } from '../parts/icon'
import css from './chosen.module.css'

export type ChartAction = { id: string; label: string; icon?: IconName; run: (from: number, to: number) => void }

type Props = {
  /** The part in words. */
  text: string
  from: number
  to: number
  actions: ChartAction[]
  onZoom: ((from: number, to: number) => void) | undefined
  onDone: () => void
  /** Opened by keyboard: the focus goes with it. */
  takesFocus: boolean
}

export function Chosen({ text, from, to, actions, onZoom, onDone, takesFocus }: Props) {
  const all: ChartAction[] = [
    ...(onZoom ? [{ id: 'zoom', label: 'Zoom', icon: 'search' as const, run: onZoom }] : []),
    ...actions,
  ]
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would want a form around it.
    <div
      className={css.chosen}
      role="group"
      aria-label={`Chosen: ${text}`}
      onKeyDown={(event) => event.key === 'Escape' && onDone()}
    >
      <span className={css.text}>{text}</span>
      {all.map(({ id, label, icon, run }, i) => (
        <Button
          key={id}
          kind="quiet"
          {...(icon ? { icon } : {})}
          autoFocus={takesFocus && i === 0}
          onPress={() => {
            onDone()
            run(from, to)
          }}
        >
          {label}
        </Button>
      ))}
      <IconButton icon="close" label="Choose nothing" onPress={onDone} />
    </div>
  )
}
