// What the figures are compared with; the dates of each choice stand beside it.
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { COMPARISONS, type CompareMode, comparisonOf, customPeriod } from '../state/compare'
import { iso, type Range, resolved, type Span, spanOf, spanText } from '../state/range'
import type { View } from '../state/view'
import css from './compare-picker.module.css'
import { RangeForm } from './range-form'

export function toggledComparison(view: View): { compare: string | undefined } {
  return { compare: view.compares ? 'none' : undefined }
}

export function ComparePicker({ view }: { view: View }) {
  const [isOpen, setOpen] = useState(false)
  const [isCustom, setCustom] = useState(false)
  const { typed, tz, search } = view
  const now = Date.now()
  const { mode, span } = comparisonOf(search.compare, typed, now, tz)
  const length = spanOf(typed, now, tz)
  const offered = COMPARISONS.filter((c) => !c.longest || c.mode === mode || length.to - length.from <= c.longest)
  const close = () => {
    setOpen(false)
    setCustom(false)
  }
  const pick = (compare: string | undefined) => {
    close()
    view.set({ compare })
  }
  const pickPeriod = (range: Range) => {
    const { from, to } = resolved(range, now, tz)
    pick(`${from}..${to}`)
  }
  const datesOf = (choice: CompareMode) => {
    const other = comparisonOf(choice, typed, now, tz).span
    return other ? dates(other, now, tz) : ''
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={(open) => (open ? setOpen(true) : close())}>
      <Button className={`${pop.trigger} ${css.trigger} ${mode === 'none' ? '' : css.on}`} data-shortcut="compare">
        <Icon name="compare" />
        <span className="hidden-but-read">Compare: </span>
        <b>{nameOf(mode, span && dates(span, now, tz))}</b>
        <Icon name="chevron" size={14} />
      </Button>
      <Popover className={pop.popover} placement="bottom start">
        <Dialog className={isCustom ? css.custom : css.panel} aria-label="Compare with">
          {isCustom ? (
            <>
              <h2 className={css.title}>Compare with</h2>
              <RangeForm range={startPeriod(view, now)} tz={tz} onPick={pickPeriod} hasPresets={false} />
            </>
          ) : (
            <ul>
              {offered.map((choice) => (
                <Choice
                  key={choice.mode}
                  label={choice.label}
                  end={datesOf(choice.mode)}
                  isChosen={choice.mode === mode}
                  onPick={() => pick(choice.mode === 'previous' ? undefined : choice.mode)}
                />
              ))}
              <Choice
                label="Another period…"
                end={mode === 'custom' && span ? dates(span, now, tz) : ''}
                isChosen={mode === 'custom'}
                onPick={() => setCustom(true)}
              />
            </ul>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

/** To the minute: seconds of a range that moves along say nothing. */
function dates({ from, to }: Span, now: number, tz: string): string {
  const minute = (ms: number) => Math.floor(ms / 60_000) * 60_000
  return spanText({ from: minute(from), to: minute(to) }, now, tz)
}

function nameOf(mode: CompareMode, dates: string | null): string {
  if (mode === 'none') return 'Compare'
  return `vs ${mode === 'custom' ? dates : COMPARISONS.find((choice) => choice.mode === mode)?.short}`
}

/** What the form starts with: the period in use. */
function startPeriod(view: View, now: number): Range {
  const chosen = customPeriod(view.search.compare)
  const { span } = comparisonOf(view.search.compare, view.typed, now, view.tz)
  const { from, to } = span ?? spanOf(view.typed, now, view.tz)
  return chosen ?? { from: iso(from), to: iso(to) }
}

function Choice(props: { label: string; end: string; isChosen: boolean; onPick: () => void }) {
  return (
    <li>
      <Button
        className={`${css.choice} ${props.isChosen ? pop.inForce : ''}`}
        aria-pressed={props.isChosen}
        onPress={props.onPick}
      >
        <span>{props.label}</span>
        <span className={css.end}>{props.end}</span>
      </Button>
    </li>
  )
}
