// What stands in the address of the door: a one-time link behind #, or the answer of an identity provider behind ?.
import type { ProviderAnswer } from '../api/client'

export type CameBack =
  | { kind: 'nothing' }
  | { kind: 'unreachable' }
  | { kind: 'link'; token: string }
  | { kind: 'answer'; answer: ProviderAnswer }

/** Of the address of the door what opens it. Of any other page nothing: `state` and `code` may be theirs. */
export function cameBack({ pathname, search, hash }: { pathname: string; search: string; hash: string }): CameBack {
  if (pathname !== '/welcome') return { kind: 'nothing' }
  if (hash.length > 1) return { kind: 'link', token: decoded(hash.slice(1)) }
  const params = new URLSearchParams(search)
  const state = params.get('state')
  if (!state) return { kind: params.get('provider') === 'unreachable' ? 'unreachable' : 'nothing' }
  const answer: ProviderAnswer = { state }
  for (const name of ['code', 'iss', 'error'] as const) {
    const value = params.get(name)
    if (value !== null) answer[name] = value
  }
  return { kind: 'answer', answer }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
