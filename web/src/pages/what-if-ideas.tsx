// What could be tried: what is refused most often for its groups, and what carries the most calls.
import { useAnswer } from '../api/queries'
import type { PanelData, PanelRow } from '../api/types'
import { Button } from '../parts/button'
import { countText } from '../state/numbers'
import type { View } from '../state/view'
import css from './rules.module.css'
import type { Change } from './what-if-change'

const REFUSED = 'reason:route_not_allowed,no_acl_groups group:* route:*'
const CALLS_A_MINUTE = 10

type Idea = { text: string; why: string; change: Change }

export function Ideas({ view, onTry }: { view: View; onTry: (change: Change) => void }) {
  const asked = { ...view.asked, tz: view.tz, chart: 'table' }
  const filter = view.filter ? `(${view.filter}) ${REFUSED}` : REFUSED
  const refused = useAnswer<PanelData>('/explore', { ...asked, filter, measure: 'denied', by: 'route,group', top: 3 })
  const busy = useAnswer<PanelData>('/explore', { ...asked, measure: 'calls', by: 'route', top: 1 })
  const ideas = [...(refused.data?.rows ?? []).map(allowed), ...(busy.data?.rows ?? []).flatMap(limited)]
  if (ideas.length === 0) return null
  return (
    <section className={css.section} aria-label="For example">
      <h2 className={css.heading}>For example</h2>
      <ul className={css.card}>
        {ideas.map(({ text, why, change }) => (
          <li key={text} className={css.idea}>
            <span>{text}</span>
            <span className="quiet">{why}</span>
            <Button onPress={() => onTry(change)}>Try it</Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function allowed({ cells, value }: PanelRow): Idea {
  const route = String(cells.route ?? '')
  const group = String(cells.group ?? '')
  return {
    text: `Allow the group ${group} on ${route}`,
    why: `${countText(value)} of its calls were refused there`,
    change: { kind: 'allow_group', route, group },
  }
}

function limited({ key, value }: PanelRow): Idea[] {
  if (!key) return []
  return [
    {
      text: `Let each consumer call ${key} ${CALLS_A_MINUTE} times a minute`,
      why: `${countText(value)} calls, the most of all routes`,
      change: { kind: 'rate_limit', route: key, limit: CALLS_A_MINUTE, period: 'minute' },
    },
  ]
}
