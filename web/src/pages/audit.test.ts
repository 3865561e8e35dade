import { expect, it } from 'vitest'
import type { TrailEvent } from '../api/trail'
import { clustered } from '../charts/markers'
import { termOf } from './audit-effect'
import { linesOf } from './audit-lines'

const told = (changes: Parameters<typeof linesOf>[0]) =>
  linesOf(changes).map(({ path, kind, before, after }) => `${kind} ${path}: ${before} -> ${after}`)

it('tells changes as lines, each value of what came or went by itself', () => {
  expect(told([{ path: '/a/b~1c', before: 1, after: null }])).toEqual(['changed a › b/c: 1 -> none'])
  expect(told([{ path: '', after: { host: 'x', tags: ['eu'], none: {} } }])).toEqual([
    'added host:  -> x',
    'added tags › 0:  -> eu',
    'added none:  -> {}',
  ])
  expect(told([{ path: '/plugins/0', before: { 'a/b': '' } }])).toEqual(['removed plugins › 0 › a/b: “” -> '])
  const sets = { before: { may: ['a', 'b', 'c'] }, after: { may: ['b', 'd', 'a'] } }
  const moved = [0, 1, 2].map((n) => ({ path: `/may/${n}`, before: 'x', after: 'y' }))
  expect(linesOf(moved, sets).map(({ kind, path, before, after }) => `${kind} ${path}: ${before} -> ${after}`)).toEqual(
    ['removed may: c -> ', 'added may:  -> d'],
  )
  expect(told([{ path: '', before: 'cut off {' }])).toEqual(['removed all of it: cut off { -> '])
})

it('puts marks together that lie too near to be pressed', () => {
  const spans: unknown[] = []
  const mark = (at: number, count = 1) => ({ at, count, label: `${at}`, onOpen: (span: unknown) => spans.push(span) })
  const shown = clustered([mark(90), mark(10, 3), mark(30), mark(50)], (at) => at)
  expect(shown.map(({ at, label }) => `${at} ${label}`)).toEqual(['50 5 changes, the last: 50', '90 90'])
  for (const { onOpen } of shown) onOpen?.()
  expect(spans).toEqual([{ from: 10, to: 50 }, undefined])
})

it('looks at the calls of the thing where calls name it', () => {
  const of = (resource_type: string, resource_name: string, resource_id = '') =>
    termOf({ resource_type, resource_name, resource_id } as TrailEvent)
  expect(of('route', '/api/orders')).toBe('route:/api/orders')
  expect(of('consumer_group', 'gold')).toBe('group:gold')
  expect(of('source', '', 'edge')).toBe('source:edge')
  expect(of('token', 'ci')).toBe('')
})
