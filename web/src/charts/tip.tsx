// The exact values of one bucket, beside the cursor.
import { exactText, unitText } from '../state/numbers'
import { offsetText } from '../state/zone'
import { bucketText, isCount } from './series'
import type { TimeChartProps } from './time-chart'
import css from './tip.module.css'

type Props = Pick<TimeChartProps, 'edges' | 'series' | 'unit' | 'tz' | 'kind' | 'markers'>

export function Tip({
  edges,
  series,
  unit,
  tz,
  kind,
  markers,
  at,
  x,
  width,
}: Props & { at: number; x: number; width: number }) {
  const [from, to] = [edges[at] as number, edges[at + 1] as number]
  // One unit for all of them: 950 ms above 1.2 s would read as the larger one.
  const most = Math.max(0, ...series.flatMap((s) => [s.values[at] ?? 0, s.previous?.[at] ?? 0]))
  const value = (v: number | null | undefined) => (isCount(unit) ? exactText(v) : unitText(v, unit, most))
  const sum = (pick: 'values' | 'previous') => series.reduce((total, s) => total + (s[pick]?.[at] ?? 0), 0)
  const compares = series.some((s) => s.previous)
  const shown = series.filter((s) => s.values[at] || kind === 'line').toReversed()
  const place = x > width / 2 ? { right: width - x + 12 } : { left: x + 12 }
  return (
    <div className={css.tip} style={place} aria-hidden="true">
      <div className={css.time}>
        {bucketText(from, to, tz)} <span>{offsetText(tz, from)}</span>
      </div>
      <table className={css.values}>
        <tbody>
          {shown.map((s) => (
            <tr key={s.key}>
              <th scope="row">
                <i className="mark" style={{ background: s.color }} />
                {s.label}
              </th>
              <td>{value(s.values[at])}</td>
              {compares && <td className={css.before}>{value(s.previous?.[at])}</td>}
            </tr>
          ))}
          {kind !== 'line' && (series.length > 1 || shown.length === 0) && (
            <tr className={css.sum}>
              <th scope="row">Total</th>
              <td>{value(sum('values'))}</td>
              {compares && <td className={css.before}>{value(sum('previous'))}</td>}
            </tr>
          )}
        </tbody>
      </table>
      {compares && <p className={css.note}>Grey: the previous period</p>}
      {markers
        ?.filter((marker) => marker.at >= from && marker.at < to)
        .map((marker) => (
          <p key={marker.at + marker.label} className={css.note}>
            ◆ {marker.label}
          </p>
        ))}
    </div>
  )
}
