// How far back use is looked for, where a page has that instead of a range. It is in the address.
import { Select } from '../parts/menu'
import type { View } from '../state/view'

const DEFAULT = '90d'
const LOOK_BACKS = ['7d', '30d', '90d', '180d', '365d']

export const lookBackOf = ({ search }: View) => search.back ?? DEFAULT
export const daysText = (back: string) => `${back.replace('d', '')} days`

export function LookBack({ view, words }: { view: View; words: string }) {
  return (
    <Select
      label="Look back"
      prefix={words}
      value={lookBackOf(view)}
      choices={LOOK_BACKS.map((id) => ({ id, label: daysText(id) }))}
      onChange={(id) => view.set({ back: id === DEFAULT ? undefined : id, at: undefined })}
    />
  )
}
