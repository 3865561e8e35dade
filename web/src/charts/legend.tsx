// The legend names the series and filters by them: click includes, alt-click excludes.
import { StatusMark } from '../parts/status'
import { countText } from '../state/numbers'
import css from './legend.module.css'
import type { ChartSeries } from './series'

export function Legend(props: {
  series: ChartSeries[]
  sums: boolean
  onPick?: (key: string, excludes: boolean) => void
}) {
  const { series, onPick } = props
  return (
    <ul className={css.legend}>
      {series.map((s) => {
        const total = s.values.reduce<number>((sum, v) => sum + (v ?? 0), 0)
        const body = (
          <>
            {/^\dxx$/.test(s.key) ? (
              <StatusMark name={s.key} />
            ) : (
              <i className={css.mark} style={{ background: s.color }} />
            )}
            {s.label}
            {props.sums && <span className={css.total}>{countText(total)}</span>}
          </>
        )
        return (
          <li key={s.key}>
            {onPick ? (
              <button
                type="button"
                className={css.item}
                title={`Click: only ${s.label}. Alt-click: without ${s.label}.`}
                onClick={(event) => onPick(s.key, event.altKey)}
              >
                {body}
              </button>
            ) : (
              <span className={css.item}>{body}</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
