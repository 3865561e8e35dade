// The tables behind what stands on the page, in its order: what a report is made of when it is fetched as data.
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { csvOf, jsonOf, type Twin } from './twin'

/** A part of the page as a table; null while it has no answer. A list gives all of its rows, whatever is on screen. */
type Sheet = { title: string; twinOf: () => Twin | null | Promise<Twin> }
export type Sheets = { title: string; twin: Twin }[]

let sheets: Sheet[] = []
const listeners = new Set<() => void>()
const changed = (next: Sheet[]) => {
  sheets = next
  for (const listener of listeners) listener()
}

/** Says that this part of the page can be had as a table. */
export function useSheet(title: string, twinOf: Sheet['twinOf']) {
  const newest = useRef(twinOf)
  newest.current = twinOf
  useEffect(() => {
    const sheet: Sheet = { title, twinOf: () => newest.current() }
    changed([...sheets, sheet])
    return () => changed(sheets.filter((other) => other !== sheet))
  }, [title])
}

/** How many parts of the page can be had. */
export function useSheetCount(): number {
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return useSyncExternalStore(subscribe, () => sheets.length)
}

export async function allSheets(): Promise<Sheets> {
  const twins = await Promise.all(sheets.map(({ twinOf }) => twinOf()))
  return sheets.flatMap(({ title }, i) => {
    const twin = twins[i]
    return twin ? [{ title, twin }] : []
  })
}

/** Table after table, each under its title. */
export const sheetsCsv = (all: Sheets): string =>
  all
    .map(
      ({ title, twin }) =>
        `${csvOf({ columns: [{ label: title, unit: 'text' }], rows: [], tz: twin.tz })}${csvOf(twin)}`,
    )
    .join('\n')

export const sheetsJson = (about: Record<string, unknown>, all: Sheets): string =>
  `${JSON.stringify({ ...about, tables: all.map(({ title, twin }) => ({ title, ...jsonOf(twin) })) }, null, 2)}\n`
