// A moment: read in the zone of the page, which it names; the pointer over it tells it in the other one.
import type { ReactNode } from 'react'
import { elsewhereText, instantText } from '../state/zone'

/** `children` stand in its place, such as how long ago it was. */
export function Instant({ at, tz, children }: { at: string; tz: string; children?: ReactNode }) {
  const ms = Date.parse(at)
  const here = `${instantText(ms, tz).slice(0, 19)} ${tz}`
  return (
    <time dateTime={at} title={children ? `${here} = ${elsewhereText(ms, tz)}` : elsewhereText(ms, tz)}>
      {children ?? here}
    </time>
  )
}
