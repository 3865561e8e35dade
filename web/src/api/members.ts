// People, roles, tokens and sessions: who may what here.
import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { getJson, sendJson } from './client'
import type { components } from './generated'

type Shapes = components['schemas']
export type User = Shapes['User']
export type Role = Shapes['RoleInfo']
export type Roles = Shapes['Roles']
export type Token = Shapes['Token']
export type MadeToken = Shapes['MadeToken']
export type SessionInfo = Shapes['SessionInfo']
export type Account = Shapes['Account']
export type Ways = Shapes['Ways']

const list = <T>(path: string, isOn: boolean) => ({
  queryKey: [path],
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<T>(path, {}, signal),
  enabled: isOn,
  retry: false,
})

export const useUsers = (isOn = true) => useQuery(list<{ users: User[] }>('/users', isOn))
export const useRoles = (isOn = true) => useQuery(list<Roles>('/roles', isOn))
export const useTokens = (isOn = true) => useQuery(list<{ tokens: Token[] }>('/tokens', isOn))
export const useSessions = (isOn = true) => useQuery(list<{ sessions: SessionInfo[] }>('/sessions', isOn))
export const useAccount = (isOn = true) => useQuery(list<Account>('/account', isOn))

const PAGES: QueryKey[] = [
  ['/users'],
  ['/roles'],
  ['/tokens'],
  ['/sessions'],
  ['/account'],
  ['/retention'],
  ['/masks'],
  ['/erasures'],
]

/** A change, and what became of it; the lists are asked for again after it. */
export function useAct() {
  const client = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const act = async <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T | null | false> => {
    setBusy(true)
    setError(null)
    try {
      const answer = await sendJson<T>(method, path, body)
      await Promise.all(PAGES.map((queryKey) => client.invalidateQueries({ queryKey })))
      return answer
    } catch (cause) {
      setError(cause)
      return false
    } finally {
      setBusy(false)
    }
  }
  return { act, error, isBusy, forget: () => setError(null) }
}

export const userPath = (name: string) => `/users/${encodeURIComponent(name)}`
export const rolePath = (name: string) => `/roles/${encodeURIComponent(name)}`

/** A password nobody has to think of: 24 letters and digits that are not mistaken for each other. */
export function newPassword(): string {
  const LETTERS = 'abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679'
  const bytes = crypto.getRandomValues(new Uint8Array(96))
  const fair = Math.floor(256 / LETTERS.length) * LETTERS.length
  return Array.from(bytes)
    .filter((byte) => byte < fair)
    .slice(0, 24)
    .map((byte) => LETTERS[byte % LETTERS.length])
    .join('')
    .replace(/(.{6})(?=.)/g, '$1-')
}
