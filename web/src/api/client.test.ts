import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const json = (body: unknown, status = 200, type = 'application/json') =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': type } })
const refused = () => Promise.reject(new TypeError('Failed to fetch'))

/** Each test has its own connection; answers are taken from the list, the last one again and again. */
async function fresh(answers: (() => Response | Promise<Response>)[]) {
  vi.resetModules()
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return (answers.length > 1 ? answers.shift() : answers[0])?.()
  })
  const client = await import('./client')
  const connection = await import('./connection')
  return { ...client, ...connection, asked }
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a question', () => {
  it('waits out a lost connection and is then asked again', async () => {
    const ok = () => json({ n: 1 })
    const { getJson, asked } = await fresh([refused, refused, refused, ok, ok])
    const answer = getJson<{ n: number }>('/summary')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await answer).toEqual({ n: 1 })
    expect(asked.filter((url) => url.endsWith('/summary'))).toHaveLength(2)
  })

  it('takes a proxy that answers for a stopped server as a lost connection', async () => {
    const ok = () => json({ n: 2 })
    const { getJson } = await fresh([() => new Response('', { status: 502 }), ok])
    const answer = getJson('/summary')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await answer).toEqual({ n: 2 })
  })

  it('waits until someone signs in again', async () => {
    const out = () => json({ status: 401, title: 'Sign in' }, 401, 'application/problem+json')
    const { getJson, postSession, onConnection } = await fresh([out, () => json({}), () => json({ n: 3 })])
    const seen: boolean[] = []
    onConnection(({ isSignedOut }) => seen.push(isSignedOut))
    const answer = getJson('/summary')
    await vi.advanceTimersByTimeAsync(1_000)
    await postSession({ token: 'gl_ap_x' })
    expect(await answer).toEqual({ n: 3 })
    expect(seen).toEqual([true, false])
  })

  it('is given up when nobody waits for it any more', async () => {
    const { getJson } = await fresh([refused])
    const giveUp = new AbortController()
    const answer = getJson('/summary', {}, giveUp.signal)
    const outcome = expect(answer).rejects.toThrow('given up')
    await vi.advanceTimersByTimeAsync(100)
    giveUp.abort()
    await outcome
  })

  it('ends when the server is there and this one answer never comes', async () => {
    vi.resetModules()
    vi.stubGlobal('fetch', (url: string) => (url.endsWith('/session') ? Promise.resolve(json({})) : refused()))
    const { getJson } = await import('./client')
    const outcome = expect(getJson('/summary')).rejects.toMatchObject({ status: 0 })
    await vi.advanceTimersByTimeAsync(120_000)
    await outcome
  })

  it('passes on a refusal as the server states it', async () => {
    const problem = {
      status: 400,
      title: 'Bad',
      detail: 'no such field',
      position: 3,
      suggestions: ['status'],
      id: 'a1',
    }
    const { getJson } = await fresh([() => json(problem, 400, 'application/problem+json')])
    await expect(getJson('/events')).rejects.toMatchObject({ detail: 'no such field', position: 3, id: 'a1' })
  })
})

describe('a change', () => {
  it('is told at once when it fails, and never sent twice', async () => {
    const { sendJson, asked } = await fresh([refused])
    await expect(sendJson('POST', '/sources', { name: 'a' })).rejects.toMatchObject({ status: 0 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked.filter((url) => url.endsWith('/sources'))).toHaveLength(1)
  })
})
