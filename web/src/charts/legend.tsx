// The legend names the series and filters by them: click includes, alt-click excludes.
import { StatusMark } from '../parts/status'
import { meant } from '../state/fields'
import { countText } from '../state/numbers'
import css from './legend.module.css'
import type { ChartSeries } from './series'

export function Legend(props: {
  series: ChartSeries[]
  sums: boolean
  /** The field the series are values of; the name of a series then filters. */
  field?: string | null | undefined
  onPick?: (field: string, value: string, excludes: boolean) => void
}) {
  const { series, field, onPick } = props
  return (
    <ul className={css.legend}>
      {series.map((s) => {
        const term = field ? meant(field, s.key) : null
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
            {onPick && term ? (
              <button
                type="button"
                className={css.item}
                title={`Click: only ${s.label}. Alt-click: without ${s.label}.`}
                onClick={(event) => onPick(term.field, term.value, event.altKey)}
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
