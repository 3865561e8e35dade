// A moment in a cell of a list: to the minute, in full under the pointer.
import { Instant } from '../parts/instant'
import { clockText, dayText } from '../state/zone'

/** Any other text as it is. */
export function timeCell(text: string, tz: string) {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return text
  return (
    <Instant at={text} tz={tz}>
      {dayText(ms, tz)}, {clockText(ms, tz, false)}
    </Instant>
  )
}
