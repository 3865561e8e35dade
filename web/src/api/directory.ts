// What is known besides the logs: consumers, groups, plans, routes; how it changed; documents brought in.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getJson, sendText } from './client'

export const KINDS = [
  { id: 'consumers', label: 'Consumers' },
  { id: 'groups', label: 'Groups' },
  { id: 'plans', label: 'Plans' },
  { id: 'routes', label: 'Routes' },
  { id: 'keys', label: 'Keys' },
  { id: 'customers', label: 'Customers' },
  { id: 'apis', label: 'APIs' },
  { id: 'services', label: 'Services' },
  { id: 'environments', label: 'Environments' },
] as const
export type Kind = (typeof KINDS)[number]['id']

/** An entity as its origin says it; members that are not said are absent. */
export type Entity = { id?: string; name?: string } & Record<string, unknown>
export type Item = { origin: string; key: string; since: string | null; entity: Entity; consumers?: number }
export type FieldChange = { field: string; before?: unknown; after?: unknown; joined?: string[]; left?: string[] }
export type Change = {
  time: string | null
  origin: string
  kind: string
  key: string
  name: string
  what: 'added' | 'changed' | 'removed'
  fields: FieldChange[]
  imported?: string | null
  by?: string | null
}
export type Origin = { name: string; importer: string; by: string; seen: string; counts: Record<string, number> }
export type Overview = {
  origins: Origin[]
  counts: Record<string, number>
  files: { path: string; origin: string; problem: string | null }[]
  importers: { name: string; doc: string }[]
}
export type Tally = { added: number; changed: number; removed: number }
export type Imported = {
  origin: string
  importer: string
  dry_run: boolean
  total: number
  counts: Record<string, Tally>
  changes: Change[]
  notes: string[]
}
type Page = { total: number; next_cursor: string | null }

export function useDirectory() {
  return useQuery({
    queryKey: ['/directory'],
    queryFn: ({ signal }) => getJson<Overview>('/directory', {}, signal),
  })
}

export const useItems = (kind: Kind, search: string) => usePages<Page & { items: Item[] }>(`/directory/${kind}`, search)

/** The most the server gives at once, and how many times it is asked for a file. */
const [PAGE_ITEMS, PAGES_MAX] = [1000, 100]

/** All of a kind that have the text. */
export async function allItems(kind: Kind, search: string): Promise<Item[]> {
  const items: Item[] = []
  let cursor = ''
  for (let page = 0; page < PAGES_MAX; page++) {
    const asked = { search: search || undefined, limit: PAGE_ITEMS, cursor: cursor || undefined }
    const answer = await getJson<Page & { items: Item[] }>(`/directory/${kind}`, asked)
    items.push(...answer.items)
    if (!answer.next_cursor) break
    cursor = answer.next_cursor
  }
  return items
}

export const useChanges = (search: string, of: { kind?: string; key?: string } = {}) =>
  usePages<Page & { changes: Change[] }>('/directory/history', search, of)

function usePages<T extends Page>(path: string, search: string, more: { kind?: string; key?: string } = {}) {
  return useInfiniteQuery({
    queryKey: [path, search, more],
    queryFn: ({ signal, pageParam }) =>
      getJson<T>(path, { ...more, search: search || undefined, cursor: pageParam || undefined }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  })
}

/** Says what a document would change, or brings it in. */
export function bring(origin: string, document: string, isDry: boolean): Promise<Imported> {
  const path = `/directory/${encodeURIComponent(origin)}`
  return isDry ? sendText('POST', `${path}/dry-run`, document) : sendText('PUT', path, document)
}
