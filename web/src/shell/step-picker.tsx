// By which step charts over time are drawn: hours, days, weeks, months, or what suits the range.
import { Select } from '../parts/menu'
import { spanOf } from '../state/range'
import { fitting, stepsFor } from '../state/steps'
import type { View } from '../state/view'

const AUTO = 'auto'

/** The step of this view, where one was chosen. */
export function useStep(view: View): string | undefined {
  return fitting(view.search.step, lengthOf(view))
}

function lengthOf({ typed, tz }: View): number {
  const { from, to } = spanOf(typed, Date.now(), tz)
  return to - from
}

export function StepPicker({ view }: { view: View }) {
  const step = useStep(view)
  const choices = [{ id: AUTO, label: 'Automatic' }, ...stepsFor(lengthOf(view))]
  return (
    <Select
      label="Granularity"
      prefix={step ? '' : 'Granularity'}
      value={step ?? AUTO}
      isChosen={step !== undefined}
      choices={choices.map(({ id, label }) => ({ id, label }))}
      onChange={(id) => view.set({ step: id === AUTO ? undefined : id })}
    />
  )
}
