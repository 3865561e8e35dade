// One door to the server: JSON in, JSON or a Problem out.
import { noteAnswer, noteLost } from './freshness'

export type Params = Record<string, string | number | undefined>

const BASE = '/api/v1'

/** An error as the server states it (RFC 9457), or our own when it does not answer. */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly remedy: string | undefined
  readonly position: number | undefined
  readonly suggestions: string[]

  constructor(status: number, body: Record<string, unknown>) {
    const title = typeof body.title === 'string' ? body.title : `The server answered ${status}`
    const detail = typeof body.detail === 'string' ? body.detail : ''
    super(detail || title)
    this.status = status
    this.title = title
    this.detail = detail
    this.remedy = typeof body.remedy === 'string' ? body.remedy : undefined
    this.position = typeof body.position === 'number' ? body.position : undefined
    this.suggestions = Array.isArray(body.suggestions) ? body.suggestions.map(String) : []
  }
}

export function apiUrl(path: string, params: Params = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  return `${BASE}${path}${text ? `?${text}` : ''}`
}

async function problemOf(response: Response): Promise<Problem> {
  const body = await response.json().catch(() => ({}))
  return new Problem(response.status, typeof body === 'object' && body !== null ? body : {})
}

async function call(url: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    noteLost()
    throw new Problem(0, {
      title: 'Gatelog does not answer',
      detail: 'The connection to the server failed.',
      remedy: 'Check that the server runs; this page tries again by itself.',
    })
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

export async function getJson<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> {
  const response = await call(apiUrl(path, params), { signal: signal ?? null })
  const body = (await response.json()) as T
  noteAnswer(body)
  return body
}

export async function postSession(token: string): Promise<void> {
  await call(apiUrl('/session'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
}

export async function endSession(): Promise<void> {
  await call(apiUrl('/session'), { method: 'DELETE' })
}
