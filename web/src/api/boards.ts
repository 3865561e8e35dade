// Dashboards: those of the program, one's own, and those that are shared.
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { getJson, sendJson } from './client'
import type { components } from './generated'

type Shapes = components['schemas']

export type Question = Shapes['BoardQuestion']
export type BoardItem = Shapes['BoardItem']
export type Board = Shapes['Board']
/** What someone says of a dashboard. */
export type BoardText = Pick<Board, 'name' | 'about' | 'shared' | 'controls' | 'items'>

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
