// A moment in a cell of a list: to the minute, in full under the pointer.
import { Instant } from '../parts/instant'
import { clockText, dayText } from '../state/zone'

const INSTANT = /^\d{4}-\d\d-\d\dT/

/** Any other text as it is. */
export function timeCell(text: string, tz: string) {
  const ms = Date.parse(text)
  if (!INSTANT.test(text) || Number.isNaN(ms)) return text
  return (
    <Instant at={text} tz={tz}>
      {dayText(ms, tz)}, {clockText(ms, tz, false)}
    </Instant>
  )
}
