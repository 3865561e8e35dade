import { expect, it } from 'vitest'
import { applied, fieldOffers, placeAt, valueOffers } from './complete'
import { allFields, meant } from './fields'
import { choicesOf } from './filter-words'

const fields = allFields([
  { name: 'consumer_name', label: 'Consumer', kind: 'text', facet: true, doc: '', aliases: [], operators: [] },
])

it('offers fields, then values, at the caret', () => {
  expect(placeAt('status:500 cons', 15)).toMatchObject({ stage: 'field', typed: 'cons', start: 11 })
  expect(placeAt('-consumer:mob', 13)).toMatchObject({
    stage: 'value',
    field: 'consumer',
    typed: 'mob',
    head: '-consumer:',
  })
  expect(placeAt('status:>=5', 10)).toMatchObject({ stage: 'value', head: 'status:>=' })
  expect(placeAt('path~"a b', 9)).toMatchObject({ stage: 'value', field: 'path', typed: 'a b', start: 0 })
})

it('puts a chosen offer in the place of what was typed', () => {
  const place = placeAt('a:1 cons b:2', 8)
  const [offer] = fieldOffers(place, fields)
  expect(applied('a:1 cons b:2', place, offer as never)).toEqual({ text: 'a:1 consumer: b:2', caret: 13 })
  const value = placeAt('-reason:quo', 11)
  const [quota] = valueOffers(value, [{ value: 'quota_exceeded', label: 'Quota exceeded', count: 1234 }])
  expect(applied('-reason:quo', value, quota as never).text).toBe('-reason:quota_exceeded')
})

it('completes the last of several values, and offers other names of fields', () => {
  const place = placeAt('status:401,"a b",4', 18)
  expect(place).toMatchObject({ stage: 'value', field: 'status', typed: '4', head: 'status:401,"a b",' })
  const [offer] = valueOffers(place, [
    { value: '304', label: '304', count: 9 },
    { value: '404', label: '404', count: 1 },
  ])
  expect(applied('status:401,"a b",4', place, offer as never).text).toBe('status:401,"a b",404')
  const named = [{ name: 'duration', label: 'Time taken', aliases: ['latency'] }]
  expect(fieldOffers(placeAt('lat', 3), named).map((o) => o.text)).toEqual(['duration:'])
})

it('offers the operators that the server names, else those of the kind', () => {
  const labels = (kind: string, served?: string[]) => choicesOf(kind, served).map((c) => c.label)
  expect(labels('bool')).toEqual(['is', 'is not', 'is empty', 'is not empty'])
  expect(labels('ip')).toContain('in network')
  expect(labels('number', ['is', 'is_not', 'one_of', 'at_least', 'at_most'])).toEqual([
    'is',
    'is not',
    '≥',
    '≤',
    '>',
    '<',
  ])
  expect(labels('text', ['contains', 'starts_with'])).toEqual([
    'contains',
    'does not contain',
    'starts with',
    'does not start with',
  ])
  expect(choicesOf('nonsense', ['unheard_of'])).toEqual([])
})

it('says no field twice', () => {
  expect(fields.map((f) => f.name)).not.toContain('consumer_name')
  expect(fields.filter((f) => f.name === 'consumer')).toHaveLength(1)
})

it('knows what the names of series and facet values mean as filters', () => {
  expect(meant('status_class', '5xx')).toEqual({ field: 'status_class', value: '5xx' })
  expect(meant('status_class', 'unknown')).toEqual({ field: 'status', value: '' })
  expect(meant('reason', 'granted')).toEqual({ field: 'granted', value: 'true' })
  expect(meant('consumer', 'other')).toBeNull()
  expect(meant('consumer', '')).toEqual({ field: 'consumer', value: '' })
})
