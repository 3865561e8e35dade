// Where the panels of a dashboard stand, and what moving and resizing does to them. Pure: no screen, no server.
import type { BoardItem } from '../api/boards'

export const COLUMNS = 4
export const HEIGHT_MAX = 2
/** The columns of the page, for each of a dashboard. */
export const FINE = 3

export const heightOf = (item: BoardItem) => item.height ?? 1

/** Puts one in another place; those between make room. */
export function moved(items: BoardItem[], from: number, to: number): BoardItem[] {
  const item = items[from]
  const place = Math.max(0, Math.min(items.length - 1, to))
  if (!item || place === from) return items
  const rest = items.filter((_, at) => at !== from)
  return [...rest.slice(0, place), item, ...rest.slice(place)]
}

/** The place it comes to when it is dropped before the item at `gap`, or after the last one. */
export const placeOfGap = (from: number, gap: number) => (gap > from ? gap - 1 : gap)

export function sized(item: BoardItem, width: number, height: number): BoardItem {
  const { height: _, ...rest } = item
  const rows = Math.max(1, Math.min(HEIGHT_MAX, height))
  return {
    ...rest,
    width: Math.max(1, Math.min(COLUMNS, width)),
    ...(rows > 1 ? { height: rows } : {}),
  }
}

/** Where each stands in a grid that is filled row by row and never goes back, as browsers do it. */
export function places(items: BoardItem[]): { row: number; column: number }[] {
  const taken = new Set<string>()
  const isFree = (row: number, column: number, width: number) =>
    column + width <= COLUMNS &&
    Array.from({ length: width }, (_, i) => column + i).every((c) => !taken.has(`${row} ${c}`))
  let [row, column] = [0, 0]
  return items.map((item) => {
    while (!isFree(row, column, item.width)) {
      column++
      if (column >= COLUMNS) [row, column] = [row + 1, 0]
    }
    for (let r = 0; r < heightOf(item); r++) {
      for (let c = 0; c < item.width; c++) taken.add(`${row + r} ${column + c}`)
    }
    const place = { row, column }
    column += item.width
    if (column >= COLUMNS) [row, column] = [row + 1, 0]
    return place
  })
}

/** Widths in columns of the page, so that no row of ordinary height has a hole at its end. */
export function filled(items: BoardItem[]): number[] {
  const at = places(items)
  const rowOf = (i: number) => at[i]?.row ?? 0
  const spans = items.map((item) => item.width * FINE)
  for (const row of new Set(at.map((place) => place.row))) {
    const own = items.flatMap((_, i) => (rowOf(i) === row ? [i] : []))
    const isTall = items.some((item, i) => heightOf(item) > 1 && rowOf(i) <= row && row < rowOf(i) + heightOf(item))
    if (isTall) continue
    let spare = COLUMNS * FINE - own.reduce((sum, i) => sum + (spans[i] ?? 0), 0)
    own.forEach((i, nth) => {
      const more = Math.ceil(spare / (own.length - nth))
      spare -= more
      spans[i] = (spans[i] ?? FINE) + more
    })
  }
  return spans
}

/** What is said when one was moved or resized. */
export function placeText(items: BoardItem[], at: number, title: string): string {
  const item = items[at]
  if (!item) return ''
  const tall = heightOf(item) > 1 ? `, ${heightOf(item)} rows high` : ''
  return `${title}: place ${at + 1} of ${items.length}, ${item.width} of ${COLUMNS} columns wide${tall}`
}
