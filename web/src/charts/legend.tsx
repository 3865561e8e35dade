// The legend names the series, filters by them and hides them; it shows the values under the cursor of the page.
import { StatusMark } from '../parts/status'
import { meant } from '../state/fields'
import { countText, exactText, unitText } from '../state/numbers'
import { useCursorBucket } from './cursor'
import css from './legend.module.css'
import { type ChartSeries, isCount, sumOf } from './series'

type Props = {
  series: ChartSeries[]
  /** Shows the sum of each series, where sums mean something. */
  sums: boolean
  /** The field the series are values of; the name of a series then filters. */
  field?: string | null | undefined
  onPick?: (field: string, value: string, excludes: boolean) => void
  /** The keys that are not drawn; with `onHide` the mark before a name switches it. */
  hidden?: ReadonlySet<string>
  onHide?: (key: string) => void
  onLight?: (key: string | null) => void
  /** The buckets, for the values under the cursor. */
  edges?: number[]
  unit?: string
}

const NO_EDGES: number[] = []

export function Legend(props: Props) {
  const { series, sums, field, onPick, hidden, onHide, onLight, edges = NO_EDGES, unit = 'calls' } = props
  const at = useCursorBucket(edges)
  const shown = (s: ChartSeries) => {
    if (at >= 0) return isCount(unit) ? exactText(s.values[at]) : unitText(s.values[at], unit)
    if (sums) return countText(sumOf(s.values))
    const last = s.values.findLast((value) => value !== null)
    return edges.length ? unitText(last, unit) : ''
  }
  return (
    <ul className={css.legend}>
      {series.map((s) => {
        const term = field ? meant(field, s.key) : null
        const isHidden = hidden?.has(s.key) ?? false
        const mark = /^\dxx$/.test(s.key) ? (
          <StatusMark name={s.key} />
        ) : (
          <i className={`mark ${css.mark}`} style={{ background: s.color }} />
        )
        const body = (
          <>
            <span className={css.label}>{s.label}</span>
            <span
              className={css.value}
              style={{ minWidth: widthOf(s, sums, unit) }}
              title={sums ? 'All in all' : 'At the end'}
            >
              {shown(s)}
            </span>
          </>
        )
        return (
          <li
            key={s.key}
            className={`${css.item} ${isHidden ? css.hidden : ''}`}
            onPointerEnter={() => onLight?.(isHidden ? null : s.key)}
            onPointerLeave={() => onLight?.(null)}
          >
            {onHide ? (
              <button
                type="button"
                className={css.switch}
                aria-pressed={!isHidden}
                data-quiet
                aria-label={`${s.label} is drawn`}
                title={isHidden ? `Draw ${s.label} again` : `Hide ${s.label}`}
                onClick={() => onHide(s.key)}
              >
                {mark}
              </button>
            ) : (
              <span className={css.still}>{mark}</span>
            )}
            {onPick && term ? (
              <button
                type="button"
                className={css.name}
                title={`Click: only ${s.label}. Alt-click: without ${s.label}.`}
                onClick={(event) => onPick(term.field, term.value, event.altKey)}
              >
                {body}
              </button>
            ) : (
              <span className={css.name}>{body}</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** Room for the longest value, so that nothing moves while the cursor does. */
function widthOf(s: ChartSeries, sums: boolean, unit: string): string | undefined {
  if (!sums) return unit === 'calls' ? undefined : '6ch'
  const most = Math.max(0, ...s.values.map((v) => v ?? 0))
  return `${Math.max(countText(sumOf(s.values)).length, exactText(most).length)}ch`
}
