// Things that happened, over a chart: a change, an alert, a deployment. Each a line with a flag; all of them are one stop
// of Tab, and the arrows go on from there.
import { type KeyboardEvent, useState } from 'react'
import { Button, Tooltip, TooltipTrigger } from 'react-aria-components'
import button from '../parts/button.module.css'
import css from './markers.module.css'
import type { Scale } from './paths'

export type Marker = {
  /** Epoch milliseconds. */
  at: number
  /** What happened and who did it. */
  label: string
  tone?: 'plain' | 'good' | 'warn' | 'bad'
  /** How many it stands for, and when the first of them was. */
  count?: number
  first?: number
  /** Called with the time of all of them when it stands for its neighbours too. */
  onOpen?: (span?: { from: number; to: number }) => void
}

/** Marks that a finger could not tell apart are one. */
const APART_PX = 24

/** Those that lie together as one, which is the last of them and leads to all. */
export function clustered(markers: Marker[], x: Scale): Marker[] {
  const groups: Marker[][] = []
  for (const marker of markers.toSorted((a, b) => a.at - b.at)) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    if (group && last && x(marker.at) - x(last.at) < APART_PX) group.push(marker)
    else groups.push([marker])
  }
  return groups.map((group) => {
    const last = group.at(-1) as Marker
    if (group.length === 1) return last
    const count = group.reduce((sum, marker) => sum + (marker.count ?? 1), 0)
    const from = Math.min(...group.map((marker) => marker.first ?? marker.at))
    const label = `${count} changes, the last: ${last.label.replace(/^\d+ changes, the last: /, '')}`
    return { ...last, label, count, first: from, onOpen: () => last.onOpen?.({ from, to: last.at }) }
  })
}

type Props = { markers: Marker[]; x: Scale; start: number; end: number; height: number }

export function Markers({ markers, x, start, end, height }: Props) {
  const shown = clustered(
    markers.filter(({ at }) => at >= start && at < end),
    x,
  )
  const [stop, setStop] = useState(0)
  if (shown.length === 0) return null
  const here = Math.min(stop, shown.length - 1)
  return (
    <fieldset className={css.all} aria-label="What was changed" onKeyDown={moved}>
      {shown.map(({ at, label, tone = 'plain', onOpen }, i) => (
        <div
          key={`${at}${label}`}
          className={`${css.marker} ${css[tone]}`}
          style={{ left: x(at), height: height - 22 }}
        >
          <TooltipTrigger delay={0} closeDelay={0}>
            <Button
              className={css.flag as string}
              aria-label={label}
              excludeFromTabOrder={i !== here}
              onFocus={() => setStop(i)}
              onPress={() => onOpen?.()}
            />
            <Tooltip className={button.tip as string} offset={6}>
              {label}
            </Tooltip>
          </TooltipTrigger>
        </div>
      ))}
    </fieldset>
  )
}

function moved(event: KeyboardEvent) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!by) return
  const flags = [...event.currentTarget.querySelectorAll('button')]
  const at = flags.indexOf(document.activeElement as HTMLButtonElement)
  event.preventDefault()
  event.stopPropagation()
  flags[at + by]?.focus()
}
