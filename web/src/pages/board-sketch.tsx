// A dashboard at a glance: where its panels stand and what kind of chart each is, without any number.
import type { BoardItem } from '../api/boards'
import type { Panel } from '../api/types'
import { COLUMNS, FINE, filled, heightOf, places } from './board-layout'
import css from './board-sketch.module.css'

const ROWS_SHOWN = 5
const [STEP, HIGH, GAP] = [13, 15, 3]

/** Strokes of each kind of chart, in a box of 30 × 9. */
const STROKES: Record<string, string> = {
  stat: 'M2 4.500h12',
  line: 'M1 7l7-3 6 2 7-5 8 3',
  area: 'M1 7l7-3 6 2 7-5 8 3',
  bars: 'M3 8V5m5 3V2m5 6V4m5 4V1m5 7V3',
  toplist: 'M1 2h22M1 5h14M1 8h8',
  table: 'M1 2h28M1 5h28M1 8h28',
  heat: 'M2 2h4m3 0h4m3 0h4M2 7h4m3 0h4m3 0h4',
}

export function Sketch({ items, panels }: { items: BoardItem[]; panels: Panel[] }) {
  const spans = filled(items)
  const at = places(items)
  /** Where it begins, in columns of the page: behind those of its row, and beside what is two rows high. */
  const leftOf = (i: number) => {
    const before = items.reduce((sum, _, j) => (j < i && at[j]?.row === at[i]?.row ? sum + (spans[j] ?? 0) : sum), 0)
    return Math.max(before, (at[i]?.column ?? 0) * FINE)
  }
  const chartOf = (item: BoardItem) => item.explore?.chart ?? panels.find((p) => p.id === item.panel)?.chart ?? 'line'
  return (
    <svg
      className={css.sketch}
      viewBox={`0 0 ${COLUMNS * FINE * STEP - GAP} ${ROWS_SHOWN * (HIGH + GAP) - GAP}`}
      preserveAspectRatio="xMidYMin slice"
      aria-hidden="true"
    >
      {items.map((item, i) => {
        const row = at[i]?.row ?? 0
        if (row >= ROWS_SHOWN) return null
        const [x, y] = [leftOf(i) * STEP, row * (HIGH + GAP)]
        const [width, height] = [(spans[i] ?? FINE) * STEP - GAP, heightOf(item) * (HIGH + GAP) - GAP]
        const chart = chartOf(item)
        const [across, down] = chart === 'stat' ? [1, 1] : [(width - 6) / 30, (height - 6) / 9]
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is its identity.
          <g key={i}>
            <rect x={x} y={y} width={width} height={height} rx="2" />
            <path
              d={STROKES[chart] ?? STROKES.line}
              transform={`translate(${x + 3} ${y + 3}) scale(${across} ${down})`}
            />
          </g>
        )
      })}
    </svg>
  )
}
