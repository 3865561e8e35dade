// Each reason for which calls were refused: how often, what it means, what to do about it.
import { useReasons } from '../api/queries'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton, sentence } from '../parts/state'
import { countText, exactText, percentText } from '../state/numbers'
import { useSummary } from './kpi-strip'
import type { OwnCardProps } from './own-cards'
import css from './reasons-card.module.css'

export function ReasonsCard({ view, moves, spans }: OwnCardProps) {
  const summary = useSummary(view)
  const reasons = useReasons()
  const { data } = summary
  const found = Object.entries(data?.by_reason ?? {}).sort(([, a], [, b]) => b - a)
  const most = found[0]?.[1] ?? 1
  const body = () => {
    if (summary.isError && !data) return <ErrorState error={summary.error} compact />
    if (!data) return <PanelSkeleton shape="list" />
    if (found.length === 0) return <EmptyState isCompact icon="check" title="Nothing was refused" />
    return (
      <ul className={css.list}>
        {found.map(([code, calls]) => {
          const known = reasons.find((reason) => reason.code === code)
          const term = `reason:${code}`
          const isOn = moves.isPicked(term)
          return (
            <li key={code} className={css.reason}>
              <div className={css.name}>
                <button
                  type="button"
                  className={css.pick}
                  aria-pressed={isOn}
                  title={isOn ? 'Click: all again.' : 'Click: only these. Alt-click: without these.'}
                  onClick={(event) => moves.pick(term, event.altKey)}
                >
                  {known?.label ?? code}
                </button>
                <span className={css.meter} aria-hidden="true">
                  <span className="mark" style={{ width: `${(calls / most) * 100}%` }} />
                </span>
                <span className={css.count}>
                  <Go href={moves.href(term)} title={`${exactText(calls)} calls`}>
                    {countText(calls)}
                  </Go>
                  <span className="quiet">{percentText(calls / (data.denied_requests || 1))}</span>
                </span>
              </div>
              <p>{sentence(known?.explanation ?? '')}</p>
              <p>
                <b className={css.todo}>What to do</b> {sentence(known?.resolution ?? '')}
              </p>
            </li>
          )
        })}
      </ul>
    )
  }
  return (
    <Card title="Reasons" question="What does each mean, and what ends it?" {...spans}>
      <div className={css.body}>{body()}</div>
    </Card>
  )
}
