// The time range behind one button; arrows beside it move by one window.
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { type Range, rangeText, shifted, spanOf, spanText, zoomedOut } from '../state/range'
import type { View } from '../state/view'
import { offsetText, zoneText } from '../state/zone'
import { RangeForm } from './range-form'
import css from './range-picker.module.css'

export function useRangeMoves(view: View) {
  const { typed, tz } = view
  const go = (range: Range) => view.set({ ...range, row: undefined })
  /** Nothing comes after a range that ends now or later. */
  const isLast = () => spanOf(typed, Date.now(), tz).to >= Date.now()
  return {
    back: () => go(shifted(typed, -1, Date.now(), tz)),
    forth: () => isLast() || go(shifted(typed, 1, Date.now(), tz)),
    out: () => go(zoomedOut(typed, Date.now(), tz)),
    isLast,
  }
}

export function RangePicker({ view }: { view: View }) {
  const { typed, tz } = view
  const [isOpen, setOpen] = useState(false)
  const moves = useRangeMoves(view)
  const now = Date.now()
  const span = spanOf(typed, now, tz)
  const pick = (range: Range) => {
    setOpen(false)
    view.set({ from: range.from, to: range.to === 'now' ? undefined : range.to, row: undefined })
  }
  const words = rangeText(typed, now, tz)
  return (
    <div className={css.picker}>
      <IconButton icon="left" label="Earlier" hint="←" onPress={moves.back} />
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button className={css.trigger} data-shortcut="range">
          <Icon name="clock" />
          <span className="hidden-but-read">Time range: </span>
          <b>{words}</b>
          <span className={css.zone}>{offsetText(tz, span.to)}</span>
          <span className="hidden-but-read">
            {' '}
            {spanText(span, now, tz)}, {zoneText(tz, span.to)}
          </span>
        </Button>
        <Popover className={pop.popover} placement="bottom start">
          <Dialog className={css.panel} aria-label="Time range">
            <RangeForm range={typed} tz={tz} onPick={pick} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <IconButton icon="right" label="Later" hint="→" onPress={moves.forth} isDisabled={moves.isLast()} />
    </div>
  )
}
