// The time range as a text box with presets; arrows beside it move by one window.
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, Input, Label, Popover, TextField } from 'react-aria-components'
import { IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { PRESETS, parseRange, type Range, rangeInput, rangeText, shifted, spanOf, zoomedOut } from '../state/range'
import type { View } from '../state/view'
import { clockText, dateText, offsetText, zoneText } from '../state/zone'
import css from './range-picker.module.css'

export function useRangeMoves(view: View) {
  const go = (range: Range) => view.set({ ...range, row: undefined })
  return {
    back: () => go(shifted(view.range, -1, Date.now())),
    /** A range that ends now has nothing after it. */
    forth: () => view.live || go(shifted(view.range, 1, Date.now())),
    out: () => go(zoomedOut(view.range, Date.now())),
  }
}

export function RangePicker({ view }: { view: View }) {
  const [isOpen, setOpen] = useState(false)
  const moves = useRangeMoves(view)
  const now = Date.now()
  const span = spanOf(view.range, now)
  const pick = (range: Range) => {
    setOpen(false)
    view.set({ from: range.from, to: range.to === 'now' ? undefined : range.to, row: undefined })
  }
  return (
    <div className={css.picker}>
      <IconButton icon="left" label="Earlier" hint="←" onPress={moves.back} />
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button className={css.trigger} data-shortcut="range">
          <Icon name="clock" />
          <b>{rangeText(view.range, now, view.tz)}</b>
          <span className={css.zone}>{offsetText(view.tz, span.to)}</span>
        </Button>
        <Popover className={pop.popover} placement="bottom start">
          <Dialog className={css.panel} aria-label="Time range">
            <RangeForm view={view} onPick={pick} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <IconButton icon="right" label="Later" hint="→" onPress={moves.forth} isDisabled={view.live} />
    </div>
  )
}

function RangeForm({ view, onPick }: { view: View; onPick: (range: Range) => void }) {
  const { tz } = view
  const now = Date.now()
  const [text, setText] = useState(rangeInput(view.range, now, tz))
  const parsed = parseRange(text, now, tz)
  const span = 'range' in parsed ? spanOf(parsed.range, now) : null
  const stamp = (ms: number) => `${dateText(ms, tz)} ${clockText(ms, tz)}`
  const setEnd = (end: 'from' | 'to', value: string) => {
    const shown = spanOf(view.range, now)
    const other = end === 'from' ? stamp(span?.to ?? shown.to) : stamp(span?.from ?? shown.from)
    const typed = value.replace('T', ' ')
    setText(end === 'from' ? `${typed} → ${other}` : `${other} → ${typed}`)
  }
  const local = (ms: number) => stamp(ms).replace(' ', 'T')
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if ('range' in parsed) onPick(parsed.range)
      }}
    >
      <TextField value={text} onChange={setText} autoFocus>
        <Label className={css.label}>Range</Label>
        <Input className={css.input} spellCheck={false} placeholder="24h, yesterday, 2026-11-20 14:00 → 15:30" />
      </TextField>
      <p className={'range' in parsed ? css.reading : css.wrong} aria-live="polite">
        {span ? `${stamp(span.from)} → ${stamp(span.to)} ${zoneText(tz, span.to)}` : 'error' in parsed && parsed.error}
      </p>
      <div className={css.columns}>
        <ul className={css.presets}>
          {PRESETS.map((preset) => (
            <li key={preset.text}>
              <Button className={css.preset} onPress={() => onPick({ from: `now-${preset.text}`, to: 'now' })}>
                <span>{preset.label}</span>
                <span className="quiet">{preset.text}</span>
              </Button>
            </li>
          ))}
        </ul>
        <div className={css.custom}>
          <label className={css.label}>
            From
            <input
              className={css.input}
              type="datetime-local"
              step="1"
              value={span ? local(span.from) : ''}
              onChange={(event) => setEnd('from', event.target.value)}
            />
          </label>
          <label className={css.label}>
            To
            <input
              className={css.input}
              type="datetime-local"
              step="1"
              value={span ? local(span.to) : ''}
              onChange={(event) => setEnd('to', event.target.value)}
            />
          </label>
          <Button type="submit" className={css.apply} isDisabled={!('range' in parsed)}>
            Apply
          </Button>
        </div>
      </div>
    </form>
  )
}
