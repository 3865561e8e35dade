// Where the time went: upstream and gateway as parts of the whole.
import type { AccessEvent } from '../api/types'
import { durationText, percentText } from '../state/numbers'
import css from './timing-bars.module.css'

export function TimingBars({ event }: { event: AccessEvent }) {
  const { duration_ms: total, upstream_ms: upstream, gateway_ms: gateway } = event.response
  if (!total || upstream === undefined) return null
  const parts = [
    { label: 'Gateway', ms: gateway ?? Math.max(0, total - upstream), color: 'var(--mark-4)' },
    { label: 'Upstream', ms: upstream, color: 'var(--mark-1)' },
  ]
  return (
    <section className={css.timing} aria-label="Timing">
      <div className={css.bar} aria-hidden="true">
        {parts.map((part) => (
          <span
            key={part.label}
            style={{ width: `${Math.min(100, (part.ms / total) * 100)}%`, background: part.color }}
          />
        ))}
      </div>
      <ul className={css.parts}>
        {parts.map((part) => (
          <li key={part.label}>
            <i style={{ background: part.color }} />
            {part.label} <b>{durationText(part.ms, total)}</b>
            <span className="quiet"> {percentText(part.ms / total)}</span>
          </li>
        ))}
        <li>
          Total <b>{durationText(total)}</b>
        </li>
      </ul>
    </section>
  )
}
