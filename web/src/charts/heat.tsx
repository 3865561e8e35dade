// A heat map: rows over time, the darker the more. Exact values by pointer and by the arrow keys.
import { scaleLinear } from 'd3-scale'
import { useMemo, useState } from 'react'
import { exactText, percentText, unitText } from '../state/numbers'
import { bucketAt, pointAt, useCursorBucket } from './cursor'
import css from './heat.module.css'
import { heatPaths, STEPS, stepOf, stepsOf } from './heat-paths'
import { bucketText } from './series'
import { useSize } from './size'
import { TimeAxis } from './time-chart'

export type HeatRow = {
  key: string
  label: string
  values: (number | null)[]
  /** What the shares are shares of. */
  calls?: (number | null)[] | undefined
  /** The term of the filter language that means this row. */
  filter?: string | undefined
}

type Props = {
  title: string
  edges: number[]
  rows: HeatRow[]
  unit: string
  tz: string
  /** What the columns are called when they are no parts of the range: hours of a day. */
  labels?: string[] | undefined
  /** More is worse: drawn in the colour of failures. */
  isBad?: boolean
  onFilter?: (row: HeatRow, excludes: boolean) => void
  onOpen?: (row: HeatRow, from: number, to: number) => void
}

const AXIS = 22
/** From here on the shade is too dark for dark text. */
const DARK_STEP = 5
const ROW_MIN = 18
const ROW_MAX = 40

export function Heat(props: Props) {
  const { title, edges, rows, unit, tz, labels, isBad, onFilter } = props
  const [ref, size] = useSize<HTMLDivElement>()
  const height = Math.max(ROW_MIN, Math.min(ROW_MAX, Math.floor((size.height - AXIS) / Math.max(1, rows.length))))
  return (
    <div className={`${css.heat} ${isBad ? css.bad : ''}`}>
      <div className={css.body}>
        <ul className={css.names} style={{ gridAutoRows: height }}>
          {rows.map((row) => (
            <li key={row.key}>
              {onFilter ? (
                <button type="button" title={row.label} onClick={(event) => onFilter(row, event.altKey)}>
                  {row.label}
                </button>
              ) : (
                <span title={row.label}>{row.label}</span>
              )}
            </li>
          ))}
        </ul>
        <div ref={ref} className={css.plot}>
          {size.width > 0 && edges.length > 1 && <Cells {...props} width={size.width} rowHeight={height} />}
        </div>
      </div>
      <Key
        unit={unit}
        steps={stepsOf(
          unit,
          rows.map((row) => row.values),
          labels !== undefined,
        )}
      />
      <p className="hidden-but-read">{heatSentence(title, rows, edges, unit, tz, labels)}</p>
    </div>
  )
}

function Cells(props: Props & { width: number; rowHeight: number }) {
  const { title, edges, rows, unit, tz, width, rowHeight, labels, onOpen } = props
  const [row, setRow] = useState(-1)
  const [column, setColumn] = useState(-1)
  const shared = useCursorBucket(edges)
  // Hours of a day are no time that other charts of the page could point at.
  const at = labels ? column : shared
  const height = rows.length * rowHeight
  const last = edges.length - 2
  const x = useMemo(() => scaleLinear([edges[0] as number, edges.at(-1) as number], [0, width]), [edges, width])
  const values = useMemo(() => rows.map((r) => r.values), [rows])
  const paths = useMemo(
    () => heatPaths(values, edges, stepsOf(unit, values, labels !== undefined), x, rowHeight),
    [values, edges, unit, labels, x, rowHeight],
  )
  const point = (bucket: number) =>
    labels ? setColumn(bucket) : pointAt(((edges[bucket] as number) + (edges[bucket + 1] as number)) / 2)
  const leave = () => {
    setRow(-1)
    setColumn(-1)
    if (!labels) pointAt(null)
  }
  const chosen = row >= 0 ? rows[row] : undefined
  const open = () => {
    if (chosen && at >= 0) onOpen?.(chosen, edges[at] as number, edges[at + 1] as number)
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0
    if (across || down) {
      setRow(Math.min(rows.length - 1, Math.max(0, row + down + (row < 0 && !down ? 1 : 0))))
      point(Math.min(last, Math.max(0, at < 0 ? last : at + across)))
    } else if (event.key === 'Enter') open()
    else return
    event.preventDefault()
  }
  const onPointerMove = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    setRow(Math.min(rows.length - 1, Math.max(0, Math.floor((event.clientY - box.top) / rowHeight))))
    point(Math.min(last, bucketAt(edges, x.invert(event.clientX - box.left))))
  }
  return (
    <>
      <svg viewBox={`0 0 ${width} ${height + AXIS}`} width={width} height={height + AXIS} aria-hidden="true">
        {paths.map((path, step) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the step is the identity.
          <path key={step} d={path} className={css[`step${step}`]} />
        ))}
        <Labels {...props} x={x} />
        {labels ? (
          <LabelAxis labels={labels} width={width} height={height + AXIS} />
        ) : (
          <TimeAxis edges={edges} tz={tz} width={width} height={height + AXIS} x={x} left={0} />
        )}
        {chosen && at >= 0 && (
          <rect
            x={x(edges[at] as number)}
            y={row * rowHeight + 1}
            width={Math.max(2, x(edges[at + 1] as number) - x(edges[at] as number) - 2)}
            height={rowHeight - 2}
            className={css.ring}
          />
        )}
      </svg>
      <div
        className={css.overlay}
        style={{ height }}
        role="slider"
        tabIndex={0}
        aria-label={`${title}: cell`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={chosen && at >= 0 ? cellText(chosen, at, props) : 'no cell chosen'}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={leave}
        onBlur={leave}
        onClick={open}
      />
      {chosen && at >= 0 && (
        <div
          className={css.tip}
          style={{
            top: (row + 1) * rowHeight + 4,
            ...(x(edges[at] as number) > width / 2
              ? { right: Math.max(0, width - x(edges[at + 1] as number)) }
              : { left: x(edges[at] as number) }),
          }}
          aria-hidden="true"
        >
          {cellText(chosen, at, props)}
        </div>
      )}
    </>
  )
}

const LABEL_PX = 54
const LABELS_MAX = 160

/** Where cells are large and few, they say their value: shades alone are told apart by few. */
function Labels({
  rows,
  edges,
  unit,
  x,
  rowHeight,
  tz,
  labels,
}: Props & { x: (ms: number) => number; rowHeight: number }) {
  const steps = stepsOf(
    unit,
    rows.map((row) => row.values),
    labels !== undefined,
  )
  if (rows.length * (edges.length - 1) > LABELS_MAX) return null
  return rows.flatMap((row, at) =>
    row.values.map((value, i) => {
      const [left, right] = [x(edges[i] as number), x(edges[i + 1] as number)]
      if (!value || right - left < LABEL_PX) return null
      return (
        <text
          key={`${row.key} ${bucketText(edges[i] as number, edges[i + 1] as number, tz)}`}
          x={(left + right) / 2 - 1}
          y={(at + 0.5) * rowHeight}
          dy="0.35em"
          textAnchor="middle"
          className={stepOf(value, steps) >= DARK_STEP ? css.onDark : css.onLight}
        >
          {unit === 'percent' ? percentText(value) : unitText(value, unit)}
        </text>
      )
    }),
  )
}

const LABEL_ROOM_PX = 34

/** Every label that has room. */
function LabelAxis({ labels, width, height }: { labels: string[]; width: number; height: number }) {
  const one = width / labels.length
  const every = Math.ceil(LABEL_ROOM_PX / one)
  return labels.map((label, i) =>
    i % every === 0 ? (
      <text
        key={label}
        x={i === 0 ? 0 : (i + 0.5) * one}
        y={height - 5}
        textAnchor={i === 0 ? 'start' : 'middle'}
        className={css.axis}
      >
        {label}
      </text>
    ) : null,
  )
}

type CellOf = Pick<Props, 'edges' | 'unit' | 'tz' | 'labels'>

function cellText(row: HeatRow, at: number, { edges, unit, tz, labels }: CellOf): string {
  const value = row.values[at]
  const when = labels?.[at] ?? bucketText(edges[at] as number, edges[at + 1] as number, tz)
  if (value === null || value === undefined) return `${row.label}, ${when}: no call`
  const calls = row.calls?.[at]
  // Parts of all calls, such as those of an hour of the week.
  if (labels && calls !== null && calls !== undefined)
    return `${row.label}, ${when}: ${exactText(calls)} calls, ${percentText(value)}`
  const of = calls === null || calls === undefined ? '' : ` of ${exactText(calls)} calls`
  return `${row.label}, ${when}: ${unit === 'percent' ? percentText(value) : unitText(value, unit)}${of}`
}

/** The scale: what each shade stands for. */
function Key({ unit, steps }: { unit: string; steps: number[] }) {
  const text = (value: number) =>
    unit === 'percent' ? percentText(value).replace('.0 ', ' ') : unitText(Math.ceil(value), unit)
  return (
    <ul className={css.key} aria-label="Shades">
      {Array.from({ length: STEPS }, (_, step) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the step is the identity.
        <li key={step}>
          <i className={`mark ${css[`step${step}`]}`} />
          {step === 0 ? 'none' : step === 1 ? '>0' : text(steps[step] as number)}
        </li>
      ))}
    </ul>
  )
}

export function heatSentence(
  title: string,
  rows: HeatRow[],
  edges: number[],
  unit: string,
  tz: string,
  labels?: string[],
): string {
  let most = { value: 0, text: '' }
  for (const row of rows) {
    row.values.forEach((value, at) => {
      if (value !== null && value > most.value) most = { value, text: cellText(row, at, { edges, unit, tz, labels }) }
    })
  }
  const head = `${title}: ${rows.length} rows over ${Math.max(0, edges.length - 1)} times.`
  return most.text ? `${head} Highest ${most.text}.` : `${head} Nothing above zero.`
}
