import { expect, it, vi } from 'vitest'
import type { AccessEvent } from '../api/types'
import { type Ask, LogRows } from './log-rows'

const FROM = Date.parse('2026-11-20T00:00:00Z')
const HOUR = 3_600_000

/** A server over `count` events, one every `gap` ms with a crowd in one second; it counts what it is asked. */
function server(count: number, gap: number, crowd = 0) {
  const times = Array.from({ length: count }, (_, i) => FROM + i * gap)
  for (let i = 0; i < crowd; i++) times.push(FROM + HOUR + (i % 1000))
  times.sort((a, b) => a - b)
  const all = times.map((ms, i) => ({ id: String(i), timestamp: new Date(ms).toISOString() }) as AccessEvent)
  const asked: string[] = []
  const first = (ms: number) => {
    let [low, high] = [0, times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((times[middle] as number) < ms) low = middle + 1
      else high = middle
    }
    return low
  }
  const within = (p: Record<string, unknown>) =>
    all.slice(first(Date.parse(String(p.from))), first(Date.parse(String(p.to))))
  const ask: Ask = async (path, params) => {
    asked.push(path)
    const rows = within(params)
    if (path === '/histogram') {
      const [from, to] = [Date.parse(String(params.from)), Date.parse(String(params.to))]
      const step = [1e3, 1e4, 6e4, 9e5, HOUR].find((s) => (to - from) / s <= 180) ?? 864e5
      const buckets: string[] = []
      for (let at = Math.floor(from / step) * step; at < to; at += step) buckets.push(new Date(at).toISOString())
      const values = buckets.map(() => 0)
      for (const e of rows) {
        const at = Math.floor(Date.parse(e.timestamp) / step) - Math.floor(from / step)
        values[at] = (values[at] ?? 0) + 1
      }
      return { buckets, series: [{ key: 'all', label: 'all', values }], total: rows.length } as never
    }
    const ordered = params.order === 'asc' ? rows : rows.toReversed()
    const start = Number(params.cursor ?? 0)
    const events = ordered.slice(start, start + Number(params.limit))
    const end = start + events.length
    return {
      events,
      next_cursor: end < ordered.length ? String(end) : null,
      partial: false,
      scanned: { rows: 1, files: 0, until: events.at(-1)?.timestamp ?? String(params.from) },
    } as never
  }
  return { all, ask, asked }
}

/** Waits as long as it takes on a busy machine. */
const seen = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 })
const question = (order?: 'asc') => ({
  from: new Date(FROM).toISOString(),
  to: new Date(FROM + 24 * HOUR).toISOString(),
  filter: '',
  order,
})

it.each([undefined, 'asc'] as const)('finds every place of a long list by time, order %s', async (order) => {
  const { all, ask, asked } = server(80_000, 1000, 3000)
  const rows = new LogRows(question(order), ask)
  const truth = order === 'asc' ? all : all.toReversed()
  rows.subscribe(() => {})
  await seen(() => expect(rows.head).toHaveLength(200))
  expect(rows.head.map((e) => e.id)).toEqual(truth.slice(0, rows.head.length).map((e) => e.id))
  rows.setTotal(all.length)
  expect(rows.count).toBe(83_000)
  for (const place of [40_000, 82_960, 700, 79_400, 3700, 60_000]) {
    const before = asked.length
    rows.show(place, place + 40)
    const got = () => Array.from({ length: 40 }, (_, i) => rows.at(place + i)?.id)
    await seen(() => expect(got()).toEqual(truth.slice(place, place + 40).map((e) => e.id)))
    expect(asked.length - before).toBeLessThan(12)
  }
})

it('reads on from the head while the screen is near it, and knows when it is at the end', async () => {
  const { all, ask } = server(450, 1000)
  const rows = new LogRows(question(), ask)
  rows.subscribe(() => {})
  await seen(() => expect([rows.head.length, rows.state]).toEqual([200, 'waiting']))
  rows.show(180, 220)
  await seen(() => expect([rows.head.length, rows.state]).toEqual([400, 'waiting']))
  rows.show(390, 430)
  await seen(() => expect([rows.head.length, rows.state, rows.count]).toEqual([450, 'done', all.length]))
  expect(rows.indexOf('449')).toBe(0)
})

it('keeps what it has when it is stopped or fails, and goes on when asked', async () => {
  const { ask } = server(1000, 1000)
  let isBroken = false
  const rows = new LogRows(question(), (path, params, signal) =>
    isBroken ? Promise.reject(new Error('away')) : ask(path, params, signal),
  )
  rows.subscribe(() => {})
  await seen(() => expect([rows.head.length, rows.state]).toEqual([200, 'waiting']))
  isBroken = true
  rows.show(190, 230)
  await seen(() => expect([rows.state, rows.head.length]).toEqual(['failed', 200]))
  isBroken = false
  rows.resume()
  await seen(() => expect([rows.state, rows.head.length]).toEqual(['waiting', 400]))
  rows.stop()
  rows.show(390, 430)
  await new Promise((done) => setTimeout(done, 20))
  expect([rows.state, rows.head.length]).toEqual(['stopped', 400])
})

it('shows what a long search finds turn by turn, how far it came, and stops where it is told', async () => {
  const from = Date.parse(question().from)
  const waits: unknown[] = []
  let turns = 0
  const rows = new LogRows(question(), async (_, params) => {
    waits.push(params.wait_ms)
    await new Promise((done) => setTimeout(done, 5))
    turns++
    // Nine hours of a day in three turns, one of them without anything found.
    const until = new Date(from + (24 - 3 * turns) * HOUR).toISOString()
    const events = turns === 2 ? [] : [{ id: String(turns), timestamp: until } as AccessEvent]
    return { events, next_cursor: String(turns), partial: false, scanned: { rows: 1000, files: 1, until } } as never
  })
  const states: string[] = []
  rows.subscribe(() => {
    states.push(`${rows.state} ${rows.head.length} ${Math.round(rows.progress.share * 24)} h`)
    if (turns === 3) rows.stop()
  })
  await seen(() => expect(rows.state).toBe('stopped'))
  expect(states).toContain('reading 1 3 h')
  expect(states).toContain('reading 1 6 h')
  expect([rows.state, rows.head.length, rows.progress.rows, rows.isEmpty]).toEqual(['stopped', 2, 3000, false])
  expect(waits.slice(0, 3)).toEqual([300, 1000, 1000])
  expect(turns).toBeLessThanOrEqual(4)
})
