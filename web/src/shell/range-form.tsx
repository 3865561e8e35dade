// A range as text, as a preset, or by two date-time fields. The text understands what people type.
import { lazy, Suspense, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import pop from '../parts/popover.module.css'
import { CALENDAR, lengthText, PRESETS, type Range, rangeInput, type Span, spanOf } from '../state/range'
import { parseRange } from '../state/range-words'
import { clockText, dateText, zoneText } from '../state/zone'
import css from './range-picker.module.css'

// Date-time fields and their calendars weigh more than the rest of the bar, so they come when the picker opens.
const RangeFields = lazy(() => import('./range-fields').then((m) => ({ default: m.RangeFields })))

type Props = { range: Range; tz: string; onPick: (range: Range) => void; hasPresets?: boolean }

export function RangeForm({ range, tz, onPick, hasPresets = true }: Props) {
  const [now] = useState(Date.now)
  const [text, setText] = useState(() => rangeInput(range, now, tz))
  const parsed = parseRange(text, now, tz)
  const isGood = 'range' in parsed
  const span = isGood ? spanOf(parsed.range, now, tz) : null
  const stamp = (ms: number) => `${dateText(ms, tz)} ${clockText(ms, tz)}`
  const setSpan = (next: Span) => setText(`${stamp(next.from)} → ${stamp(next.to)}`)
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (isGood) onPick(parsed.range)
      }}
    >
      <TextField value={text} onChange={setText} autoFocus isInvalid={!isGood}>
        <Label className={css.label}>Range</Label>
        <Input
          className={css.input}
          spellCheck={false}
          autoComplete="off"
          placeholder="24h, yesterday, 2026-11-20 14:00 → 15:30"
          onFocus={(event) => event.target.select()}
        />
      </TextField>
      <p className={isGood ? css.reading : css.wrong} aria-live="polite">
        {span ? (
          <>
            {stamp(span.from)} → {stamp(span.to)}
            <br />
            {zoneText(tz, span.to)} · {lengthText(span, tz)}
          </>
        ) : (
          'error' in parsed && parsed.error
        )}
      </p>
      {hasPresets && (
        <div className={css.presets}>
          <ul aria-label="The last while">
            {PRESETS.map(({ text: short, label }) => (
              <Preset
                key={short}
                label={label}
                end={short}
                isChosen={range.from === `now-${short}` && range.to === 'now'}
                onPick={() => onPick({ from: `now-${short}`, to: 'now' })}
              />
            ))}
          </ul>
          <ul aria-label="By the calendar">
            {CALENDAR.map((entry) => (
              <Preset
                key={entry.label}
                label={entry.label}
                isChosen={range.from === entry.range.from && range.to === entry.range.to}
                onPick={() => onPick(entry.range)}
              />
            ))}
          </ul>
        </div>
      )}
      <div className={css.custom}>
        <Suspense fallback={<div className={css.loading} />}>
          <RangeFields span={span ?? spanOf(range, now, tz)} tz={tz} onChange={setSpan} />
        </Suspense>
        <Button type="submit" className={css.apply} isDisabled={!isGood}>
          Apply
        </Button>
      </div>
    </form>
  )
}

function Preset(props: { label: string; end?: string; isChosen: boolean; onPick: () => void }) {
  return (
    <li>
      <Button
        className={`${css.preset} ${props.isChosen ? pop.inForce : ''}`}
        aria-pressed={props.isChosen}
        onPress={props.onPick}
      >
        <span>{props.label}</span>
        {props.end && <span className={css.short}>{props.end}</span>}
      </Button>
    </li>
  )
}
