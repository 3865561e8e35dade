// The panels of a dashboard in their grid; while it is changed, each has a handle to move and resize it by mouse, by
// touch and by keyboard.
import { useEffect, useRef, useState } from 'react'
import type { BoardItem } from '../api/boards'
import type { Panel } from '../api/types'
import type { PanelMoves } from '../charts/panel'
import { IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import { Menu, type MenuEntry } from '../parts/menu'
import type { View } from '../state/view'
import css from './board-grid.module.css'
import { ItemCard, type Pace, useTitleOf } from './board-item'
import { COLUMNS, filled, HEIGHT_MAX, heightOf, moved, placeOfGap, placeText, sized } from './board-layout'

export type GridEdit = {
  change: (next: (items: BoardItem[]) => BoardItem[]) => void
  onRename: (at: number) => void
  /** Opens the question of an item in the builder. */
  onAsk: (at: number) => void
  onRemove: (at: number) => void
}
type Props = {
  items: BoardItem[]
  panels: Map<string, Panel>
  view: View
  moves: PanelMoves
  pace: Pace
  edit: GridEdit | null
}
/** What the mouse holds: the item, and the gap it would be dropped into. */
type Held = { from: number; gap: number }

export function BoardGrid({ items, panels, view, moves, pace, edit }: Props) {
  const grid = useRef<HTMLDivElement>(null)
  const [held, setHeld] = useState<Held | null>(null)
  const [said, setSaid] = useState('')
  const keyOf = useKeysOf(items)
  const titleOf = useTitleOf(panels)
  const spans = edit ? items.map((item) => item.width * (12 / COLUMNS)) : filled(items)

  const change = (next: BoardItem[], at: number) => {
    edit?.change(() => next)
    setSaid(placeText(next, at, titleOf(next[at] as BoardItem)))
  }
  const move = (from: number, to: number) => {
    const place = Math.max(0, Math.min(items.length - 1, to))
    change(moved(items, from, place), place)
    refocus(keyOf(items[from] as BoardItem))
  }
  const size = (at: number, width: number, height: number) =>
    change(
      items.map((item, i) => (i === at ? keyOf.carried(item, sized(item, width, height)) : item)),
      at,
    )
  /** The handle keeps the focus where the browser moved its element. */
  const refocus = (key: string) =>
    requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(`[data-handle="${key}"]`)?.focus())
  const drop = () => {
    if (held && edit) {
      const to = placeOfGap(held.from, held.gap)
      if (to !== held.from) move(held.from, to)
    }
    setHeld(null)
  }
  return (
    <>
      <div ref={grid} className={`${css.grid} ${edit ? css.editing : ''}`} data-testid="board-grid">
        {items.map((item, at) => (
          <div
            key={keyOf(item)}
            data-item={at}
            className={`${css.cell} ${held?.from === at ? css.held : ''} ${markOf(held, at, items.length)}`}
            style={cellStyle(item, spans[at] ?? 3, isFigure(item, panels))}
          >
            <div className={css.body} inert={edit !== null}>
              <ItemCard item={item} panels={panels} view={view} moves={moves} pace={pace} />
            </div>
            {edit && (
              <ItemTools
                item={item}
                at={at}
                id={keyOf(item)}
                title={titleOf(item)}
                count={items.length}
                edit={edit}
                onMove={(to) => move(at, to)}
                onSize={(width, height) => size(at, width, height)}
                onHold={(gap) => setHeld(gap === null ? null : { from: at, gap })}
                onDrop={drop}
              />
            )}
          </div>
        ))}
      </div>
      {edit && (
        <>
          <p id="board-handle" hidden>
            Arrow keys move it. Shift and arrow keys change its size. Delete removes it.
          </p>
          <p className="hidden-but-read" role="status" data-testid="board-said">
            {said}
          </p>
        </>
      )}
    </>
  )
}

function markOf(held: Held | null, at: number, count: number): string {
  if (!held || placeOfGap(held.from, held.gap) === held.from) return ''
  if (held.gap === at) return css.before as string
  return held.gap === count && at === count - 1 ? (css.after as string) : ''
}

/** Figures stand side by side on small screens too. */
const cellStyle = (item: BoardItem, span: number, isSmall: boolean) =>
  ({
    '--span': span,
    '--rows': heightOf(item),
    '--small-span': isSmall ? 3 : item.width > 2 ? 12 : 6,
    '--phone-span': isSmall ? 6 : 12,
  }) as React.CSSProperties

const isFigure = (item: BoardItem, panels: Map<string, Panel>) =>
  (item.explore ?? panels.get(item.panel ?? ''))?.chart === 'stat' && item.width === 1

type ToolsProps = {
  item: BoardItem
  at: number
  id: string
  title: string
  count: number
  edit: GridEdit
  onMove: (to: number) => void
  onSize: (width: number, height: number) => void
  /** The gap under the pointer; null when nothing is held any more. */
  onHold: (gap: number | null) => void
  onDrop: () => void
}

function ItemTools({ item, at, id, title, count, edit, onMove, onSize, onHold, onDrop }: ToolsProps) {
  const height = heightOf(item)
  const isHeld = useRef(false)
  const onKeyDown = (event: React.KeyboardEvent) => {
    const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0
    if (event.key === 'Escape' && isHeld.current) {
      isHeld.current = false
      onHold(null)
    } else if (event.shiftKey && (across || down)) onSize(item.width + across, height + down)
    else if (across || down) onMove(at + across + down)
    else if (event.key === 'Home') onMove(0)
    else if (event.key === 'End') onMove(count - 1)
    else if (event.key === 'Delete' || event.key === 'Backspace') edit.onRemove(at)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <div className={css.tools}>
        <button
          type="button"
          className={css.handle}
          data-handle={id}
          aria-label={`Move ${title}`}
          aria-describedby="board-handle"
          title="Drag, or use the arrow keys"
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            if (event.button !== 0) return
            event.currentTarget.setPointerCapture(event.pointerId)
            isHeld.current = true
          }}
          onPointerMove={(event) => {
            if (isHeld.current) onHold(gapAt(event.clientX, event.clientY) ?? at)
          }}
          onPointerUp={() => {
            if (isHeld.current) onDrop()
            isHeld.current = false
          }}
          onPointerCancel={() => {
            isHeld.current = false
            onHold(null)
          }}
        >
          <Icon name="drag" />
          <span>{title}</span>
        </button>
        <IconButton icon="close" label={`Remove ${title}`} onPress={() => edit.onRemove(at)} />
        <Menu
          label={`${title}: place`}
          trigger={<IconButton icon="more" label={`Change ${title}`} />}
          entries={entriesOf({ item, at, count, edit, onMove, onSize })}
        />
      </div>
      <Corner item={item} title={title} onSize={onSize} />
    </>
  )
}

type EntryProps = Pick<ToolsProps, 'item' | 'at' | 'count' | 'edit' | 'onMove' | 'onSize'>

function entriesOf({ item, at, count, edit, onMove, onSize }: EntryProps): MenuEntry[] {
  const height = heightOf(item)
  const size = (id: string, label: string, hint: string, width: number, rows: number): MenuEntry => ({
    id,
    label,
    hint,
    run: () => onSize(width, rows),
    isDisabled: width < 1 || width > COLUMNS || rows < 1 || rows > HEIGHT_MAX,
  })
  return [
    { id: 'rename', label: 'Rename', icon: 'edit', run: () => edit.onRename(at) },
    ...(item.explore
      ? [{ id: 'ask', label: 'Change the question', icon: 'chart' as const, run: () => edit.onAsk(at) }]
      : []),
    {
      id: 'double',
      label: 'Duplicate',
      icon: 'copy',
      run: () => edit.change((items) => [...items.slice(0, at + 1), { ...item }, ...items.slice(at + 1)]),
    },
    { id: 'earlier', label: 'Earlier', hint: '←', isApart: true, isDisabled: at === 0, run: () => onMove(at - 1) },
    { id: 'later', label: 'Later', hint: '→', isDisabled: at === count - 1, run: () => onMove(at + 1) },
    size('wider', 'Wider', 'Shift →', item.width + 1, height),
    size('narrower', 'Narrower', 'Shift ←', item.width - 1, height),
    size('taller', 'Taller', 'Shift ↓', item.width, height + 1),
    size('shorter', 'Shorter', 'Shift ↑', item.width, height - 1),
    {
      id: 'remove',
      label: 'Remove',
      icon: 'close',
      hint: 'Delete',
      isDanger: true,
      isApart: true,
      run: () => edit.onRemove(at),
    },
  ]
}

/** The corner that resizes by pointer; the handle and the menu do the same by keyboard. */
function Corner({ item, title, onSize }: Pick<ToolsProps, 'item' | 'title' | 'onSize'>) {
  const begun = useRef<{ x: number; y: number; column: number; width: number; height: number } | null>(null)
  return (
    <span
      className={css.corner}
      title={`Resize ${title}`}
      aria-hidden="true"
      data-testid="board-corner"
      onPointerDown={(event) => {
        const cell = event.currentTarget.closest<HTMLElement>('[data-item]')
        if (event.button !== 0 || !cell) return
        event.currentTarget.setPointerCapture(event.pointerId)
        const column = cell.offsetWidth / item.width
        begun.current = { x: event.clientX, y: event.clientY, column, width: item.width, height: heightOf(item) }
      }}
      onPointerMove={(event) => {
        const from = begun.current
        if (!from) return
        const width = Math.max(1, Math.min(COLUMNS, from.width + Math.round((event.clientX - from.x) / from.column)))
        const down = event.clientY - from.y
        const height = Math.max(1, Math.min(HEIGHT_MAX, from.height + (down > 80 ? 1 : down < -80 ? -1 : 0)))
        if (width !== item.width || height !== heightOf(item)) onSize(width, height)
      }}
      onPointerUp={() => {
        begun.current = null
      }}
      onPointerCancel={() => {
        begun.current = null
      }}
    />
  )
}

/** The gap between items that is nearest to the pointer: before the item under it, or after it. */
function gapAt(x: number, y: number): number | null {
  const cell = document
    .elementsFromPoint(x, y)
    .map((element) => element.closest<HTMLElement>('[data-item]'))
    .find((found) => found !== null)
  if (!cell) return null
  const box = cell.getBoundingClientRect()
  const at = Number(cell.dataset.item)
  // Below each other, above and below count; beside each other, left and right.
  const isStack = box.width > (cell.parentElement?.clientWidth ?? 0) * 0.8
  const isAfter = isStack ? y > box.top + box.height / 2 : x > box.left + box.width / 2
  return isAfter ? at + 1 : at
}

type KeyOf = { (item: BoardItem): string; carried: (before: BoardItem, after: BoardItem) => BoardItem }

/** Names for items, which have none: an item keeps its own while it is moved and resized, so that it stays what it is. */
function useKeysOf(items: BoardItem[]): KeyOf {
  const known = useRef(new WeakMap<BoardItem, string>())
  const next = useRef(0)
  const keyOf = ((item) => {
    const key = known.current.get(item) ?? `item-${next.current++}`
    known.current.set(item, key)
    return key
  }) as KeyOf
  keyOf.carried = (before, after) => {
    known.current.set(after, keyOf(before))
    return after
  }
  useEffect(() => {
    for (const item of items) keyOf(item)
  })
  return keyOf
}
