// What the pointer can do with a cell: signs that come up beside a pointer that rests, never under it, so that a press on a
// row is always a press on the row. Keys use `f`, `-` and `m` on the cell.
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import css from './cell-signs.module.css'

const REST_MS = 150
const BESIDE_PX = 12
const WIDTH_PX = 72

/** The cell under a resting pointer, and where in it the signs begin, in px from its left edge. */
export type Rest = { cell: number; left: number } | null

export function useRest() {
  const [rest, setRest] = useState<Rest>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const leave = () => {
    clearTimeout(timer.current)
    setRest(null)
  }
  const move = (event: PointerEvent, cell: number) => {
    if (event.pointerType !== 'mouse' || rest?.cell === cell) return
    if (rest) setRest(null)
    clearTimeout(timer.current)
    const { left } = event.currentTarget.getBoundingClientRect()
    const end = event.currentTarget.closest('[role=grid]')?.parentElement?.getBoundingClientRect().right ?? innerWidth
    const isRoom = event.clientX + BESIDE_PX + WIDTH_PX < end
    const at = event.clientX - left + (isRoom ? BESIDE_PX : -BESIDE_PX - WIDTH_PX)
    timer.current = setTimeout(() => setRest({ cell, left: at }), REST_MS)
  }
  return { rest, move, leave }
}

type Props = {
  left: number
  hasValue: boolean
  onFilter: (excludes: boolean) => void
  onMenu: (at: Element) => void
}

export function CellSigns({ left, hasValue, onFilter, onMenu }: Props) {
  return (
    <span className={css.signs} style={{ left }}>
      {hasValue && <Sign sign="=" hint="Only this" onPress={() => onFilter(false)} />}
      {hasValue && <Sign sign="≠" hint="Not this (alt-click)" onPress={() => onFilter(true)} />}
      <Sign sign="⋯" hint="More" onPress={onMenu} />
    </span>
  )
}

function Sign({ sign, hint, onPress }: { sign: string; hint: string; onPress: (at: Element) => void }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-hidden="true"
      title={hint}
      onClick={(event) => {
        event.stopPropagation()
        onPress(event.currentTarget)
      }}
    >
      {sign}
    </button>
  )
}
