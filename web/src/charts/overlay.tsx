// Cursor, tooltip and brush over a time chart, by mouse, touch and keyboard.
import { useRef, useState } from 'react'
import { unitText } from '../state/numbers'
import { Chosen } from './chosen'
import { bucketAt, pointAt, useCursorBucket } from './cursor'
import type { Scale } from './paths'
import { bucketText } from './series'
import { FRAME, type TimeChartProps } from './time-chart'
import css from './time-chart.module.css'
import { Tip } from './tip'

type Props = Omit<TimeChartProps, 'height'> & { width: number; height: number; x: Scale; y: Scale }
/** First and last bucket of a choice, in the order in which they were chosen. */
type Brush = { from: number; to: number /** Chosen, and waiting for what to do with it. */; isKept?: 'mouse' | 'keys' }

const DRAG_PX = 4

export function Overlay(props: Props) {
  const { edges, width, height, x, onZoom, onPick, actions } = props
  const plot = useRef<HTMLDivElement>(null)
  const drag = useRef<{ x: number; bucket: number } | null>(null)
  const [brush, setBrush] = useState<Brush | null>(null)
  const [isHere, setHere] = useState(false)
  const at = useCursorBucket(edges)
  const last = edges.length - 2
  const edge = (i: number) => edges[i] as number
  const px = (ms: number) => x(ms) - FRAME.left
  const low = brush ? Math.min(brush.from, brush.to) : 0
  const high = brush ? Math.max(brush.from, brush.to) : 0

  const bucketOf = (clientX: number) => {
    const box = plot.current?.getBoundingClientRect()
    const share = box ? Math.min(1, Math.max(0, (clientX - box.left) / box.width)) : 0
    return Math.min(last, bucketAt(edges, edge(0) + share * (edge(last + 1) - edge(0))))
  }
  const point = (bucket: number) => pointAt((edge(bucket) + edge(bucket + 1)) / 2)
  const zoom = () => {
    setBrush(null)
    onZoom?.(edge(low), edge(high + 1))
  }
  /** A click chooses a bucket, the next one extends the choice to there, one on the only chosen bucket ends it. */
  const click = (bucket: number) => {
    if (!actions) return onPick?.(edge(bucket), edge(bucket + 1))
    if (!brush?.isKept) return setBrush({ from: bucket, to: bucket, isKept: 'mouse' })
    if (brush.from === bucket && brush.to === bucket) return setBrush(null)
    setBrush({ from: brush.from, to: bucket, isKept: 'mouse' })
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -last, End: last }[event.key]
    if (step !== undefined) {
      const from = at < 0 ? last : at
      const next = Math.min(last, Math.max(0, at < 0 ? last : from + step))
      if (event.shiftKey && onZoom) setBrush((now) => ({ from: now && !now.isKept ? now.from : from, to: next }))
      else setBrush(null)
      point(next)
    } else if (event.key === 'Enter' && at >= 0) {
      if (brush) zoom()
      else if (actions) setBrush({ from: at, to: at, isKept: 'keys' })
      else onPick?.(edge(at), edge(at + 1))
    } else if (event.key === ' ' && at >= 0 && actions) {
      setBrush({ from: brush?.from ?? at, to: brush?.to ?? at, isKept: 'keys' })
    } else if (event.key === 'Escape' && brush) {
      setBrush(null)
    } else return
    event.preventDefault()
  }

  return (
    <>
      <div
        ref={plot}
        className={css.overlay}
        style={{
          left: FRAME.left,
          right: FRAME.right,
          top: FRAME.top,
          height: height - FRAME.top - FRAME.bottom,
        }}
        role="slider"
        tabIndex={0}
        aria-label={`${props.title}: time cursor`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={at >= 0 ? spoken(props, at, brush && !brush.isKept ? [low, high] : null) : 'no time chosen'}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (!event.currentTarget.matches(':focus-visible')) return
          setHere(true)
          if (at < 0) point(last)
        }}
        onBlur={() => {
          setHere(false)
          setBrush((now) => (now?.isKept ? now : null))
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
          // A finger hides what it drags over, and Shift asks for the choice alone: both decide afterwards.
          const decidesLater = actions && (event.shiftKey || event.pointerType === 'touch')
          if (brush && !brush.isKept) {
            if (decidesLater) setBrush({ ...brush, isKept: 'mouse' })
            else zoom()
          } else if (from) click(bucketOf(event.clientX))
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
        {brush && (
          <div
            className={css.brush}
            style={{ left: px(edge(low)), width: Math.max(2, px(edge(high + 1)) - px(edge(low))) }}
          />
        )}
        {at >= 0 && !(brush && !brush.isKept) && (
          <div
            className={css.cursor}
            style={{ left: px(edge(at)), width: Math.max(1, px(edge(at + 1)) - px(edge(at))) }}
          />
        )}
      </div>
      {at >= 0 && props.kind === 'line' && <Dots {...props} at={at} />}
      {isHere && at >= 0 && !brush?.isKept && (
        <Tip {...props} at={at} width={width} x={x((edge(at) + edge(at + 1)) / 2)} />
      )}
      {brush?.isKept && actions && (
        <Chosen
          text={bucketText(edge(low), edge(high + 1), props.tz)}
          from={edge(low)}
          to={edge(high + 1)}
          actions={actions}
          onZoom={onZoom}
          takesFocus={brush.isKept === 'keys'}
          onDone={() => {
            setBrush(null)
            plot.current?.focus({ preventScroll: true })
          }}
        />
      )}
    </>
  )
}

/** Where the lines stand at the cursor. */
function Dots({ edges, series, x, y, at, width, height }: Props & { at: number }) {
  const middle = x(((edges[at] as number) + (edges[at + 1] as number)) / 2)
  return (
    <svg className={css.dots} viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      {series.map((s) => {
        const value = s.values[at]
        if (value === null || value === undefined) return null
        return <circle key={s.key} cx={middle} cy={y(value)} r="3.5" style={{ fill: s.color }} />
      })}
    </svg>
  )
}

function spoken({ edges, series, unit, tz }: Props, at: number, brush: [number, number] | null): string {
  const values = series.map((s) => `${s.label} ${unitText(s.values[at], unit)}`)
  const chosen = brush
    ? ` Chosen ${bucketText(edges[brush[0]] as number, edges[brush[1] + 1] as number, tz)}; Enter zooms.`
    : ''
  return `${bucketText(edges[at] as number, edges[at + 1] as number, tz)}: ${values.join(', ')}.${chosen}`
}
