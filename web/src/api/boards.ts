// Dashboards: those of the program, one's own, and those that are shared.
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { getJson, sendJson } from './client'
import type { ChartKind } from './types'

/** A question in the words of the parameters of `GET /explore`. */
export type Question = {
  measure: string
  of?: string
  by?: string
  filter?: string
  chart: ChartKind
  top?: number
}
/** A place on a dashboard: a panel of the server's list, or a question of its own. */
export type BoardItem = { panel?: string; explore?: Question; title?: string; width: number; height?: number }
/** What someone says of a dashboard. */
export type BoardText = { name: string; about: string; shared: boolean; controls: string[]; items: BoardItem[] }
export type Board = BoardText & {
  id: string
  mine: boolean
  built_in: boolean
  owner: string
  updated: string | null
}

export const NAME_CHARS_MAX = 64
export const ITEMS_MAX = 60
export const CONTROLS_MAX = 16

export const textOf = ({ name, about, shared, controls, items }: BoardText): BoardText => ({
  name,
  about,
  shared,
  controls,
  items,
})

export function useBoards() {
  return useQuery({
    queryKey: ['/boards'],
    queryFn: ({ signal }) => getJson<{ boards: Board[] }>('/boards', {}, signal),
    staleTime: 30_000,
  })
}

export function useBoard(id: string, isThere: boolean) {
  return useQuery({
    queryKey: ['/boards', id],
    queryFn: ({ signal }) => getJson<Board>(`/boards/${encodeURIComponent(id)}`, {}, signal),
    enabled: isThere,
    staleTime: 30_000,
  })
}

/** Keeps a new dashboard, or the change of one that was read at `updated`. */
export async function saveBoard(
  client: QueryClient,
  board: BoardText,
  of?: { id: string; updated: string | null },
): Promise<Board> {
  const saved = of
    ? await sendJson<Board>('PUT', `/boards/${encodeURIComponent(of.id)}`, { ...board, updated: of.updated })
    : await sendJson<Board>('POST', '/boards', board)
  const kept = saved as Board
  client.setQueryData(['/boards', kept.id], kept)
  await client.invalidateQueries({ queryKey: ['/boards'], exact: true })
  return kept
}

export async function removeBoard(client: QueryClient, id: string): Promise<void> {
  await sendJson('DELETE', `/boards/${encodeURIComponent(id)}`)
  client.removeQueries({ queryKey: ['/boards', id] })
  await client.invalidateQueries({ queryKey: ['/boards'], exact: true })
}
