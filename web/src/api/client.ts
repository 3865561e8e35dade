// One door to the server: JSON in, JSON or a Problem out.
import { isGatewayFailure, noteLost, noteSignedIn, noteSignedOut, reconnected } from './connection'
import { noteAnswer } from './freshness'

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
  /** Names the failure in the server's log. */
  readonly id: string | undefined

  constructor(status: number, body: Record<string, unknown>) {
    const title = typeof body.title === 'string' ? body.title : `The server answered ${status}`
    const detail = typeof body.detail === 'string' ? body.detail : ''
    super(detail || title)
    this.status = status
    this.title = title
    this.detail = detail
    this.remedy = typeof body.remedy === 'string' ? body.remedy : undefined
    this.position = typeof body.position === 'number' ? body.position : undefined
    this.id = typeof body.id === 'string' ? body.id : undefined
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

const ROUNDS_MAX = 3

function lost(): Problem {
  return new Problem(0, {
    title: 'Gatelog does not answer',
    detail: 'The connection to the server failed.',
    remedy: 'Check that the server runs; this page tries again by itself.',
  })
}

/** The answer of the server; null when there is none. */
async function answerOf(url: string, init: RequestInit): Promise<Response | null> {
  try {
    const response = await fetch(url, { credentials: 'same-origin', ...init })
    const isProblem = response.headers.get('content-type')?.includes('problem+json')
    return isGatewayFailure(response.status) && !isProblem ? null : response
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    return null
  }
}

async function call(url: string, init: RequestInit): Promise<Response> {
  const response = await answerOf(url, init)
  if (!response) {
    noteLost()
    throw lost()
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

/** A question waits out a lost connection and an ended session, and is then asked again. */
async function question(url: string, signal: AbortSignal | null): Promise<Response> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await reconnected(signal)
    const response = await answerOf(url, { signal })
    if (!response) noteLost()
    else if (response.status === 401) noteSignedOut()
    else if (!response.ok) throw await problemOf(response)
    else return response
  }
  // The server is there and this one answer still does not come.
  throw lost()
}

async function told<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T
  noteAnswer(body)
  return body
}

export async function getJson<T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> {
  return told<T>(await question(apiUrl(path, params), signal ?? null))
}

/** A change: told at once when it fails, because asking twice could do it twice. */
export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T | null> {
  const sent = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await send(path, { method, ...sent, ...(signal ? { signal } : {}) })
  return response.status === 204 ? null : await told<T>(response)
}

/** A file as it is. */
export async function getFile(path: string): Promise<Blob> {
  return (await send(path, {})).blob()
}

/** A question whose answer is a file. */
export async function sendForFile(path: string, body: unknown): Promise<Blob> {
  const sent = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await send(path, { method: 'POST', ...sent })).blob()
}

/** A document as it is. */
export async function sendText<T>(method: 'POST' | 'PUT', path: string, body: string): Promise<T> {
  return told<T>(await send(path, { method, headers: { 'content-type': 'text/plain' }, body }))
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await call(apiUrl(path), init)
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401 && path !== '/session') noteSignedOut()
    throw problem
  }
}

/** What anyone may ask, signed in or not. */
export async function getOpen<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await call(apiUrl(path), { signal })
  return (await response.json()) as T
}

export type Credential = { token: string } | { name: string; password: string }

export async function postSession(credential: Credential): Promise<void> {
  await sendJson('POST', '/session', credential)
  noteSignedIn()
}

/** What the identity provider put into the address it sent the browser back to. */
export type ProviderAnswer = { state: string; code?: string; iss?: string; error?: string }

export async function postProviderAnswer(answer: ProviderAnswer): Promise<void> {
  await sendJson('POST', '/session/provider', answer)
  noteSignedIn()
}

export async function endSession(): Promise<void> {
  await sendJson('DELETE', '/session')
}
