import { expect, it } from 'vitest'
import type { Dimension, QuotaUse, UsageRow } from '../api/usage'
import { stepOf, stepsOf } from '../charts/heat-paths'
import { edgesOf, labelsOf } from '../charts/kinds'
import { csvOf } from '../charts/twin'
import { landSentence, landSteps } from '../charts/world-map'
import { fitting, stepsFor } from '../state/steps'
import type { View } from '../state/view'
import { dimensionOf, entityHref, entityPath, entityTerm, usagePath } from './entity'
import { labelOf, pluralOf } from './entity-label'
import { entitySpec } from './entity-spec'
import { scopedTo } from './panel-moves'
import { trending } from './trending-card'
import { usageTwin } from './usage-export'
import { askOf, sortOf, sortText } from './usage-list'
import { sortedQuotas } from './usage-quotas'

const dimension = (id: string, one: string, field: string): Dimension => ({
  ...{ id, title: `${one}s`, one, field, about: '', has_latency: true, directory: null },
})
const CONSUMERS = dimension('consumers', 'Consumer', 'consumer_name')
const row = (key: string, calls: number, previous: number | null, more: Partial<UsageRow> = {}): UsageRow => ({
  ...{ key, label: key, filter: `consumer:${key}`, detail: null, calls, share: 0.5, previous, change: null },
  ...{ state: null, client_errors: 0, errors: 0, denied: 0, bytes: 9, p50: 1, p95: 2, first_seen: null },
  ...{ last_seen: null, spark: [], known: null, ...more },
})
const viewOf = (search: View['search']) => ({ search, tz: 'UTC', compares: true, filter: '' }) as View

it('keeps the order of a list in the address, the first one of each column without a word', () => {
  expect(sortOf(viewOf({}))).toEqual({ id: 'calls', way: 'down' })
  expect(sortText({ id: 'calls', way: 'down' })).toBeUndefined()
  for (const sort of [
    { id: 'calls', way: 'up' },
    { id: 'name', way: 'up' },
    { id: 'name', way: 'down' },
    { id: 'p95', way: 'down' },
  ] as const) {
    const text = sortText(sort)
    expect(sortOf(viewOf(text ? { sort: text } : {}))).toEqual(sort)
  }
  expect(askOf(viewOf({ sort: '-name', q: 'mob' }))).toEqual({ sort: 'name', order: 'desc', search: 'mob' })
})

it('finds the page of a value by any name of its field, and none for what has no page', () => {
  const all = [CONSUMERS, dimension('routes', 'Route', 'route')]
  expect(dimensionOf(all, 'consumer')?.id).toBe('consumers')
  expect(entityHref(all, 'consumer', 'a b/c', { from: 'now-7d', filter: 'status:500', row: '1' })).toBe(
    '/usage/consumers/a%20b%2Fc?from=now-7d',
  )
  expect(entityHref(all, 'route', '', {})).toBeNull()
  expect(entityHref(all, 'status', '500', {})).toBeNull()
  expect(usagePath('routes', { filter: 'status:500', sort: 'p95', at: '50' })).toBe('/usage/routes?filter=status:500')
  expect(entityPath('routes', '/api/{id}', {})).toBe('/usage/routes/%2Fapi%2F%7Bid%7D')
  expect(entityTerm(CONSUMERS, 'a b')).toBe('consumer:"a b"')
})

it('is about one entity beside the filter of the page', () => {
  const view = { filter: 'status:500', asked: { from: 'now-1h', filter: 'status:500' } } as unknown as View
  expect(scopedTo(view, 'consumer:a').asked).toEqual({ from: 'now-1h', filter: 'consumer:a status:500' })
  expect(scopedTo(view, '')).toBe(view)
})

it('leaves out of the page of a route what only names the route again', () => {
  const ids = (of: Dimension) => entitySpec(of).sections.flatMap(({ cards }) => cards.map(([id]) => id))
  expect(ids(dimension('routes', 'Route', 'route'))).not.toContain('top_routes')
  expect(ids(CONSUMERS)).toContain('top_routes')
  expect(entitySpec(CONSUMERS).figures).not.toContain('consumers')
  expect(ids({ ...CONSUMERS, directory: 'consumers' })).toContain(':directory')
})

it('calls trending what moved by many calls, not a rise from one to three', () => {
  const rows = [row('tiny', 3, 1), row('down', 100, 400), row('up', 900, 700), row('still', 5, 5), row('', 99, 1)]
  expect(trending(rows).map(({ key }) => key)).toEqual(['down', 'up', 'tiny'])
  expect(trending([row('alone', 3, null)])).toEqual([])
})

it('tells countries with few calls apart beside one with most of them', () => {
  const lands = [
    { code: 'DE', label: 'Germany', value: 1_000_000, share: 0.99 },
    { code: 'FR', label: 'France', value: 12, share: 0.01 },
  ]
  const steps = landSteps(lands)
  expect(steps).toHaveLength(7)
  expect(steps.every((from, i) => i === 0 || from > (steps[i - 1] as number))).toBe(true)
  expect(steps[1]).toBe(1)
  expect(landSentence('Calls', lands)).toBe('Calls: 2 countries. Germany 1,000,000, 99.0 %; France 12, 1.0 %.')
  expect(landSentence('Calls', [])).toContain('no country')
})

it('reads hours of a day as columns, and instants as parts of the range', () => {
  expect(labelsOf({ buckets: ['00', '01'] })).toEqual(['00:00', '01:00'])
  expect(edgesOf({ buckets: ['00', '01'], to: '2026-11-20T00:00:00Z' })).toEqual([0, 1, 2])
  expect(labelsOf({ buckets: ['2026-11-20T00:00:00Z'] })).toBeUndefined()
  expect(labelsOf({})).toBeUndefined()
})

it('tells the hours of a week apart, whose parts of all calls are small', () => {
  const parts = [[0.004, 0.012, 0, null]]
  const steps = stepsOf('percent', parts, true)
  expect(parts[0]?.map((part) => stepOf(part, steps))).toEqual([3, 6, 0, -1])
})

it('writes every figure of a list into its file', () => {
  const rows = [row('=a', 7, 3, { p95: 12.5, first_seen: '2026-11-20T10:00:00Z' })]
  const [head, first] = csvOf(usageTwin(CONSUMERS, rows, viewOf({}))).split('\n')
  expect(head).toBe(
    'Consumer,Name,Calls,Share (share of 1),Calls before,4xx,5xx,Denied,Bytes (bytes),p50 (ms),p95 (ms),First seen,Last seen',
  )
  expect(first).toBe("'=a,'=a,7,0.5,3,0,0,0,9,1,12.5,2026-11-20T10:00:00Z,")
})

it('orders quotas by what is nearest to its end', () => {
  const quota = (label: string, share: number, at: string | null) =>
    ({ label, share, calls: 1, rejected: 0, plan: null, forecast: { exhausted_at: at, expected_calls: 1 } }) as QuotaUse
  const rows = [quota('a', 0.2, null), quota('b', 0.9, '2026-11-22T00:00:00Z'), quota('c', 1, '2026-11-21T00:00:00Z')]
  const order = (id: string) => sortedQuotas(rows, { id, way: 'down' }).map(({ label }) => label)
  expect(order('share')).toEqual(['c', 'b', 'a'])
  expect(order('forecast')).toEqual(['c', 'b', 'a'])
})

it('offers the steps that a range can be cut into, and keeps one only while it fits', () => {
  const day = 864e5
  expect(stepsFor(day).map(({ id }) => id)).toEqual(['1m', '5m', '15m', '1h', '6h'])
  expect(stepsFor(90 * day).map(({ id }) => id)).toEqual(['6h', '1d', '1w', '1M'])
  expect(fitting('1h', day)).toBe('1h')
  expect(fitting('1m', 90 * day)).toBeUndefined()
  expect(fitting(undefined, day)).toBeUndefined()
})

it('names what it counts', () => {
  expect(['Consumer', 'API', 'Country', 'API key', 'User agent'].map((one) => pluralOf({ one }))).toEqual([
    ...['consumers', 'APIs', 'countries', 'API keys', 'user agents'],
  ])
  expect(labelOf('countries', 'DE')).toBe('Germany')
  expect(labelOf('countries', 'private')).toBe('private')
})
