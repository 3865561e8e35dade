// Cursor, tooltip and brush over a time chart, by mouse, touch and keyboard.
import { useRef, useState } from 'react'
import { exactText, unitText } from '../state/numbers'
import { offsetText } from '../state/zone'
import { pointAt, useCursorTime } from './cursor'
import { bucketText } from './series'
import type { TimeChartProps } from './time-chart'
import css from './time-chart.module.css'

type Props = TimeChartProps & { width: number; left: number; right: number; top: number; bottom: number }
type Brush = { from: number; to: number }

const DRAG_PX = 4

export function Overlay(props: Props) {
  const { edges, width, height, left, right, top, bottom, onZoom, onPick } = props
  const plot = useRef<HTMLDivElement>(null)
  const drag = useRef<{ x: number; bucket: number } | null>(null)
  const [brush, setBrush] = useState<Brush | null>(null)
  const [isHere, setHere] = useState(false)
  const time = useCursorTime()
  const room = width - left - right
  const start = edges[0] as number
  const span = (edges.at(-1) as number) - start
  const last = edges.length - 2
  const px = (ms: number) => ((ms - start) / span) * room
  const at = time === null || time < start ? -1 : Math.min(last, bucketAt(edges, time))

  const bucketOf = (clientX: number) => {
    const box = plot.current?.getBoundingClientRect()
    const share = box ? Math.min(1, Math.max(0, (clientX - box.left) / box.width)) : 0
    return Math.min(last, bucketAt(edges, start + share * span))
  }
  const edge = (i: number) => edges[i] as number
  const zoom = (chosen: Brush) => {
    setBrush(null)
    const [low, high] = [Math.min(chosen.from, chosen.to), Math.max(chosen.from, chosen.to)]
    onZoom?.(edge(low), edge(high + 1))
  }
  const point = (bucket: number) => pointAt((edge(bucket) + edge(bucket + 1)) / 2)

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -last, End: last }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      const from = at < 0 ? last : at
      const next = Math.min(last, Math.max(0, at < 0 ? last : from + step))
      if (event.shiftKey && onZoom) setBrush((now) => ({ from: now?.from ?? from, to: next }))
      else setBrush(null)
      point(next)
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault()
      if (brush) zoom(brush)
      else onPick?.(edge(at), edge(at + 1))
    } else if (event.key === 'Escape' && brush) {
      event.preventDefault()
      setBrush(null)
    }
  }

  const chosen = brush ? [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)] : null
  return (
    <>
      <div
        ref={plot}
        className={css.overlay}
        style={{ left, right, top, height: height - top - bottom }}
        role="slider"
        tabIndex={0}
        aria-label={`${props.title}: time cursor`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={at >= 0 ? spoken(props, at) : 'no time chosen'}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (!event.currentTarget.matches(':focus-visible')) return
          setHere(true)
          if (at < 0) point(last)
        }}
        onBlur={() => {
          setHere(false)
          setBrush(null)
          pointAt(null)
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { x: event.clientX, bucket: bucketOf(event.clientX) }
        }}
        onPointerMove={(event) => {
          setHere(true)
          const bucket = bucketOf(event.clientX)
          point(bucket)
          const from = drag.current
          if (from && onZoom && Math.abs(event.clientX - from.x) > DRAG_PX) setBrush({ from: from.bucket, to: bucket })
        }}
        onPointerUp={(event) => {
          const from = drag.current
          drag.current = null
          if (brush) zoom(brush)
          else if (from) onPick?.(edge(bucketOf(event.clientX)), edge(bucketOf(event.clientX) + 1))
        }}
        onPointerCancel={() => {
          drag.current = null
          setBrush(null)
        }}
        onPointerLeave={() => {
          if (drag.current) return
          setHere(false)
          pointAt(null)
        }}
      >
        {chosen && (
          <div
            className={css.brush}
            style={{
              left: px(edge(chosen[0] as number)),
              width: px(edge((chosen[1] as number) + 1)) - px(edge(chosen[0] as number)),
            }}
          />
        )}
        {at >= 0 && !chosen && (
          <div
            className={css.cursor}
            style={{ left: px(edge(at)), width: Math.max(1, px(edge(at + 1)) - px(edge(at))) }}
          />
        )}
      </div>
      {isHere && at >= 0 && <Tooltip {...props} at={at} x={left + px((edge(at) + edge(at + 1)) / 2)} />}
    </>
  )
}

function bucketAt(edges: number[], ms: number): number {
  let low = 0
  let high = edges.length - 1
  while (low < high - 1) {
    const middle = (low + high) >> 1
    if ((edges[middle] as number) <= ms) low = middle
    else high = middle
  }
  return low
}

function spoken({ edges, series, unit, tz }: Props, at: number): string {
  const values = series.map((s) => `${s.label} ${unitText(s.values[at], unit)}`)
  return `${bucketText(edges[at] as number, edges[at + 1] as number, tz)}: ${values.join(', ')}`
}

function Tooltip({ edges, series, unit, tz, kind, at, x, width }: Props & { at: number; x: number }) {
  const flips = x > width / 2
  const counts = unit === 'calls' || unit === 'consumers'
  const value = (v: number | null | undefined) => (counts ? exactText(v) : unitText(v, unit))
  const sum = (pick: 'values' | 'previous') => series.reduce((total, s) => total + (s[pick]?.[at] ?? 0), 0)
  const compares = series.some((s) => s.previous)
  const shown = series.filter((s) => s.values[at] || kind === 'line').toReversed()
  return (
    <div className={css.tip} style={flips ? { right: width - x + 12 } : { left: x + 12 }} aria-hidden="true">
      <div className={css.tipTime}>
        {bucketText(edges[at] as number, edges[at + 1] as number, tz)}{' '}
        <span>{offsetText(tz, edges[at] as number)}</span>
      </div>
      {shown.map((s) => (
        <div key={s.key} className={css.tipRow}>
          <i style={{ background: s.color }} />
          <span>{s.label}</span>
          <b>{value(s.values[at])}</b>
          {compares && <em>{value(s.previous?.[at])}</em>}
        </div>
      ))}
      {kind !== 'line' && (series.length > 1 || shown.length === 0) && (
        <div className={`${css.tipRow} ${css.tipTotal}`}>
          <i />
          <span>Total</span>
          <b>{value(sum('values'))}</b>
          {compares && <em>{value(sum('previous'))}</em>}
        </div>
      )}
    </div>
  )
}
