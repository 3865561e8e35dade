// A chart over time with its legend: hiding, lighting up and filtering by series. Fills the height it is given.
import { useMemo, useState } from 'react'
import { Legend } from './legend'
import { folded, isCount } from './series'
import { TimeChart, type TimeChartProps } from './time-chart'
import css from './time-panel.module.css'

type Props = Omit<TimeChartProps, 'lit' | 'height'> & {
  field?: string | null | undefined
  onFilter?: (field: string, value: string, excludes: boolean) => void
}

export function TimePanel({ field, onFilter, ...chart }: Props) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [lit, setLit] = useState<string | null>(null)
  const all = useMemo(() => folded(chart.series, chart.unit), [chart.series, chart.unit])
  const drawn = useMemo(() => all.filter((s) => !hidden.has(s.key)), [all, hidden])
  const hide = (key: string) =>
    setHidden((now) => {
      const next = new Set(now)
      if (!next.delete(key)) next.add(key)
      // Nothing at all is nothing to look at: hiding the last one brings all back.
      return all.every((s) => next.has(s.key)) ? new Set() : next
    })
  return (
    <div className={css.panel}>
      <div className={css.chart}>
        <TimeChart {...chart} series={drawn} lit={lit} />
      </div>
      <Legend
        series={all}
        sums={isCount(chart.unit) && chart.unit !== 'consumers'}
        field={field}
        {...(onFilter ? { onPick: onFilter } : {})}
        hidden={hidden}
        {...(all.length > 1 ? { onHide: hide } : {})}
        onLight={setLit}
        edges={chart.edges}
        unit={chart.unit}
      />
    </div>
  )
}
