import { expect, it } from 'vitest'
import type { Explanation } from '../api/explain'
import {
  type Change,
  changeOf,
  KINDS,
  missingOf,
  readChange,
  targetOf,
  withKind,
  withTarget,
  zoned,
} from './what-if-change'

it('reads a change from the address, and nothing from what is none', () => {
  const change: Change = { kind: 'allow_group', route: '/a', group: 'gold' }
  expect(readChange(JSON.stringify(change))).toEqual(change)
  for (const wrong of [undefined, '', '{', 'null', '7', '{"kind":"open_all"}']) expect(readChange(wrong)).toBeNull()
  // What does not belong to the kind is left out.
  expect(readChange('{"kind":"allow_group","route":"/a","group":"g","limit":5,"colour":"red"}')).toEqual({
    kind: 'allow_group',
    route: '/a',
    group: 'g',
  })
})

it('keeps what another kind asks for too', () => {
  const change: Change = { kind: 'allow_group', route: '/a', group: 'gold' }
  expect(withKind(change, 'deny_group')).toEqual({ ...change, kind: 'deny_group' })
  expect(withKind(change, 'add_group')).toEqual({ kind: 'add_group', consumer: '', group: 'gold' })
  expect(withKind(change, 'quota')).toEqual({ kind: 'quota', route: '/a', limit: 100, period: 'week' })
  expect(withKind({ ...change, limit: 5, period: 'day' }, 'quota')).toMatchObject({ limit: 5, period: 'day' })
})

it('is made to one thing', () => {
  const change: Change = { kind: 'deny_address', route: '/a', addresses: ['10.0.0.0/8'] }
  const other = withTarget(change, 'api', 'Shop')
  expect(other).toEqual({ kind: 'deny_address', api: 'Shop', addresses: ['10.0.0.0/8'] })
  expect(targetOf(other)).toBe('api')
})

it('says what is missing, for each kind', () => {
  for (const { id, targets } of KINDS) {
    const empty = withKind({ kind: id }, id)
    expect(missingOf(empty), id).toBe(`Name the ${targets[0]}`)
  }
  expect(missingOf({ kind: 'allow_group', route: '/a', group: ' ' })).toBe('Name the group')
  expect(missingOf({ kind: 'deny_address', route: '/a', addresses: [] })).toBe('Give an address or a network')
  expect(missingOf({ kind: 'rate_limit', route: '/a', limit: 0, period: 'minute' })).toBe('Say how many calls')
  expect(missingOf({ kind: 'allow_group', route: '/a', group: 'gold' })).toBeNull()
})

it('means windows in the zone of the page', () => {
  const change: Change = { kind: 'time_window', route: '/a', windows: [{ from: '07:00', to: '19:00' }] }
  expect(zoned(change, 'Europe/Berlin').windows).toEqual([{ from: '07:00', to: '19:00', zone: 'Europe/Berlin' }])
  expect(zoned(zoned(change, 'UTC'), 'Europe/Berlin').windows?.[0]?.zone).toBe('UTC')
})

it('proposes what would have let a call pass', () => {
  const found = (kind: string, type: string) =>
    ({
      rule: { kind, object: { type, name: '/a', id: null, origin: null }, text: '' },
      identity: { groups: ['gold', 'x'] },
    }) as Explanation
  expect(changeOf(found('groups', 'route'))).toEqual({ kind: 'allow_group', route: '/a', group: 'gold' })
  expect(changeOf(found('credentials', 'route'))).toBeNull()
  expect(changeOf({ rule: null } as Explanation)).toBeNull()
})
