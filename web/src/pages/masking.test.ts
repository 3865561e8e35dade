import { describe, expect, it } from 'vitest'
import type { MaskRule } from '../api/masks'
import { actedText } from './masking-try'
import { foundText, howText, scopeText } from './masking-words'

const rule = (part: Partial<MaskRule>): MaskRule => ({ name: 'one', what: 'header', of: 'x-a', how: 'hash', ...part })

describe('a masking rule in words', () => {
  it('says what it finds, what becomes of it and where', () => {
    expect(foundText(rule({}))).toBe('header x-a')
    expect(foundText(rule({ what: 'member' }))).toBe('json x-a')
    expect(howText(rule({ how: 'replace' }))).toBe('becomes ***')
    expect(howText(rule({ how: 'replace', with: 'someone' }))).toBe('becomes someone')
    expect(howText(rule({ how: 'truncate' }))).toBe('is cut to /24 or /48')
    expect(scopeText(rule({}))).toBe('everywhere')
    expect(scopeText(rule({ gateway: 'kong', source: 'edge' }))).toBe('gateway kong, source edge')
  })

  it('says which rules did something', () => {
    const rules = [rule({ name: 'a' }), rule({ name: 'b' })]
    expect(actedText(rules, [1])).toBe('Changed by: b')
    expect(actedText(rules, [])).toBe('No rule changes anything of it.')
    expect(actedText([], [])).toBe('There is no rule.')
  })
})
