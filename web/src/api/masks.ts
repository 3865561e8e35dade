// The masking rules on top of the defaults: which hold, which held, and what they would make of a record.
import { useQuery } from '@tanstack/react-query'
import { getJson } from './client'
import type { components } from './generated'

type Shapes = components['schemas']
export type MaskRule = Shapes['MaskRule']
export type Masks = Shapes['Masks']
export type MaskVersion = Shapes['MaskVersions']['versions'][number]
export type MaskTried = Shapes['MaskTried']
export type Mark = MaskTried['marks'][number]

export const useMasks = () =>
  useQuery({
    queryKey: ['/masks'],
    queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Masks>('/masks', {}, signal),
    retry: false,
  })

export const useMaskVersions = () =>
  useQuery({
    queryKey: ['/masks', 'versions'],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getJson<{ versions: MaskVersion[] }>('/masks/versions', {}, signal),
    retry: false,
  })
