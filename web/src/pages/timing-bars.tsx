// Where the time went: each part against the whole.
import type { AccessEvent } from '../api/types'
import { durationText, percentText } from '../state/numbers'
import css from './timing-bars.module.css'

type Part = { label: string; ms: number; color: string; isInner?: boolean }

/** Connecting is a part of the upstream's time, the authorizer one of the authorisation's. */
export function timingParts(event: AccessEvent): Part[] {
  const { response, auth } = event
  const of = (members: Record<string, unknown> | undefined, name: string) => {
    const value = members?.[name]
    return typeof value === 'number' ? value : undefined
  }
  const total = response.duration_ms
  const upstream = response.upstream_ms
  const gateway =
    response.gateway_ms ?? (total !== undefined && upstream !== undefined ? Math.max(0, total - upstream) : undefined)
  const part = (label: string, ms: number | undefined, color: string, isInner = false): Part[] =>
    ms === undefined ? [] : [{ label, ms, color: `var(--mark-${color})`, ...(isInner ? { isInner } : {}) }]
  return [
    ...part('Gateway', gateway, '4'),
    ...part('Authorisation', of(auth, 'authorize_ms'), '5', true),
    ...part('Authorizer', of(auth, 'authorizer_ms'), '5', true),
    ...part('Upstream', upstream, '1'),
    ...part('Connecting', of(response as Record<string, unknown>, 'connect_ms'), '7', true),
  ]
}

export function TimingBars({ event }: { event: AccessEvent }) {
  const total = event.response.duration_ms
  const parts = timingParts(event)
  if (total === undefined || parts.length === 0) return null
  const whole = Math.max(total, ...parts.map((part) => part.ms), 0.001)
  // Parts stand where they begin: what the gateway does comes before the upstream.
  const starts = parts.map((part, i) => {
    const before = parts.slice(0, i).filter((p) => !p.isInner)
    return part.isInner && !before.length
      ? 0
      : before.reduce((sum, p) => sum + Math.max(0, p.ms), 0) - (part.isInner ? Math.max(0, before.at(-1)?.ms ?? 0) : 0)
  })
  return (
    <section className={css.timing} aria-label="Timing">
      <ul>
        {parts.map((part, i) => (
          <li key={part.label} className={css.part}>
            <span className={part.isInner ? css.inner : ''}>{part.label}</span>
            <span className={css.track} aria-hidden="true">
              <i
                style={{
                  left: `${Math.min(98, ((starts[i] ?? 0) / whole) * 100)}%`,
                  width: `${Math.min(100, (Math.max(0, part.ms) / whole) * 100)}%`,
                  background: part.color,
                }}
              />
            </span>
            <b>{durationText(part.ms, whole)}</b>
            <span className="quiet">{part.ms < 0 ? 'clocks differ' : total > 0 && percentText(part.ms / whole)}</span>
          </li>
        ))}
        <li className={`${css.part} ${css.total}`}>
          <span>Total</span>
          <span />
          <b>{durationText(total, whole)}</b>
          <span />
        </li>
      </ul>
    </section>
  )
}
