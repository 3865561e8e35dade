// Cells that the lists of members share.
import { agoText } from '../api/sources'
import { Instant } from '../parts/instant'
import css from './members.module.css'

type AgoProps = { at: string | null; now: number; tz: string; otherwise?: string }

/** How long ago something was, or how soon it will be. */
export function Ago({ at, now, tz, otherwise = '–' }: AgoProps) {
  if (!at) return <span className="quiet">{otherwise}</span>
  const left = Date.parse(at) - now
  return (
    <Instant at={at} tz={tz}>
      {left > 0 ? `in ${agoText(left)}` : `${agoText(-left)} ago`}
    </Instant>
  )
}

/** The filter that narrows what someone sees. */
export function RowsSeen({ rows }: { rows: string | null }) {
  return rows ? (
    <code className={css.filter} title={rows}>
      {rows}
    </code>
  ) : (
    <span className="quiet">all</span>
  )
}
