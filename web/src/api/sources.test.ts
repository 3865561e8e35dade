import { describe, expect, it } from 'vitest'
import { filled, freeName } from '../pages/connect'
import { healthOf, type Source, troubles } from './sources'

const NOW = Date.parse('2026-11-21T10:30:00Z')
const source = (more: Partial<Source>): Source => ({
  name: 'edge',
  sample: false,
  created: '2026-11-01T00:00:00Z',
  last_event: null,
  accepted: 0,
  rejected: 0,
  duplicates: 0,
  bytes: 0,
  events_per_second: 0,
  formats: {},
  ...more,
})
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()

describe('the health of a source', () => {
  it.each([
    ['new', {}],
    ['rejecting', { rejected: 3 }],
    ['ok', { last_event: ago(1) }],
    ['silent', { last_event: ago(20) }],
    ['ok', { last_event: ago(3 * 24 * 60) }],
    ['ok', { last_event: ago(20), sample: true }],
    ['late', { last_event: ago(1), health: 'late' }],
  ] as const)('is %s', (want, more) => expect(healthOf(source(more), NOW)).toBe(want))

  it('names what keeps answers from being complete', () => {
    const all = [source({ last_event: ago(14), health: 'silent' }), source({ name: 'other', last_event: ago(0) })]
    expect(troubles(all, NOW)).toEqual([{ name: 'edge', text: 'silent for 14 min' }])
  })
})

describe('a configuration', () => {
  it('gets address and token, whatever parts of the address it wants', () => {
    expect(filled('{url}/i/{token} {host}:{port} tls={tls}', 'https://logs.example.com/', 'gl_in_1')).toBe(
      'https://logs.example.com/i/gl_in_1 logs.example.com:443 tls=on',
    )
    expect(filled('{host} {port} {tls} {token}', 'http://[::1]:7080', '')).toBe('[::1] 7080 off TOKEN')
    expect(filled('$host {unknown}', 'http://a', 't')).toBe('$host {unknown}')
  })

  it('is for a source with a name of its own', () => {
    expect(freeName('kong', [])).toBe('kong')
    expect(freeName('kong', ['kong', 'kong-2'])).toBe('kong-3')
  })
})
