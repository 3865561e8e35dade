import { describe, expect, it } from 'vitest'
import type { TrailLevel } from '../api/trail'
import { inWords, levelLines } from './audit-level-lines'

const level = (verb: string, more: Partial<TrailLevel> = {}): TrailLevel => ({
  resource_type: 'source',
  verb,
  level: 'response',
  usual: 'response',
  least: 'metadata',
  rule: null,
  events: [`${verb} source`],
  ...more,
})

describe('lines of levels', () => {
  it('has verbs that are alike in one, and by another rule apart', () => {
    const all = [
      level('create'),
      level('delete', { level: 'metadata', rule: 'source:delete=metadata' }),
      level('update'),
    ]
    const lines = levelLines(all)
    expect(lines.map(({ verbs, rule }) => [verbs, rule])).toEqual([
      [['create', 'update'], null],
      [['delete'], 'source:delete=metadata'],
    ])
    expect(lines[0]?.events).toEqual(['create source', 'update source'])
    expect(all[0]?.events).toEqual(['create source'])
  })

  it('says names in words', () => {
    expect(inWords('sign_in')).toBe('sign in')
  })
})
