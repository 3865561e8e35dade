// Things that happened, over a chart: a change, an alert, a deployment. Each a line with a flag that can be reached.
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
  onOpen?: () => void
}

type Props = { markers: Marker[]; x: Scale; start: number; end: number; height: number }

export function Markers({ markers, x, start, end, height }: Props) {
  return markers
    .filter(({ at }) => at >= start && at < end)
    .map(({ at, label, tone = 'plain', onOpen }) => (
      <div key={`${at}${label}`} className={`${css.marker} ${css[tone]}`} style={{ left: x(at), height: height - 22 }}>
        <TooltipTrigger delay={0} closeDelay={0}>
          <Button className={css.flag as string} aria-label={label} onPress={() => onOpen?.()} />
          <Tooltip className={button.tip as string} offset={6}>
            {label}
          </Tooltip>
        </TooltipTrigger>
      </div>
    ))
}
