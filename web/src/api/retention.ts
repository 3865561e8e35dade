// How long what is kept: what holds, what another time would come to, and holds.
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { components } from './generated'

type Shapes = components['schemas']
export type Retention = Shapes['Retention']
export type Hold = Shapes['Hold']
export type Waiting = Shapes['Waiting']
export type HoldMatches = Shapes['HoldMatches']
/** Days by stream; null where the settings file counts. */
export type Tried = Shapes['RetentionSet']

/** What holds, and what `tried` comes to; the answer before stays on screen meanwhile. */
export const useRetention = (tried: Tried | null) =>
  useQuery({
    queryKey: ['/retention', tried],
    queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Retention>('/retention', asked(tried), signal),
    placeholderData: (before: Retention | undefined) => before,
    retry: false,
  })

const asked = (tried: Tried | null): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tried ?? {}).flatMap(([name, days]) => (days === null ? [] : [[name, String(days)]])),
  )

/** What a hold with a filter would keep. */
export const useHoldMatches = (filter: string, from: string, to: string) =>
  useQuery({
    queryKey: ['/holds/matches', filter, from, to],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getJson<HoldMatches>('/holds/matches', { filter, ...(from && { from }), ...(to && { to }) }, signal),
    enabled: filter !== '',
    retry: false,
  })
