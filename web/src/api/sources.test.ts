import { describe, expect, it } from 'vitest'
import blank from '../../dev/source.json'
import { filled, freeName } from '../pages/connect'
import { type Source, troubles } from './sources'

const NOW = Date.parse('2026-11-21T10:30:00Z')
const source = (more: Partial<Source>): Source => ({ ...(blank as Source), ...more })
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()

describe('the health of a source', () => {
  it('names what keeps answers from being complete', () => {
    const all = [
      source({ last_event: ago(14), health: 'silent' }),
      source({ name: 'other', last_event: ago(0) }),
      source({ name: 'kong', health: 'paused' }),
    ]
    expect(troubles(all, NOW)).toEqual([
      { name: 'edge', text: 'silent for 14 min' },
      { name: 'kong', text: 'paused' },
    ])
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
