// Erasing people: the ways to name one, what there is of one, and what was erased.
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { components } from './generated'

type Shapes = components['schemas']
export type Erasure = Shapes['Erasure']
export type ErasureBegun = Shapes['ErasureBegun']
export type Erasures = Shapes['Erasures']
export type ErasureTrial = Shapes['ErasureTrial']

/** How often it is asked how far an erasure is, in milliseconds. */
const LOOK_EVERY_MS = 1_000

export const useErasures = () =>
  useQuery({
    queryKey: ['/erasures'],
    queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Erasures>('/erasures', {}, signal),
    refetchInterval: ({ state }) =>
      state.data?.erasures.some((one) => one.state === 'running') ? LOOK_EVERY_MS : false,
    retry: false,
  })

/** All that is kept of somebody, as a file. */
export const personUrl = (subject: string, value: string) => `/api/v1/person?${new URLSearchParams({ subject, value })}`
