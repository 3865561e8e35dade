import { describe, expect, it } from 'vitest'
import {
  chosenValue,
  includes,
  inverted,
  only,
  quoted,
  removed,
  replaced,
  termsOf,
  termText,
  toggled,
  unquoted,
  without,
  withTerm,
  withValue,
} from './filter'

const brief = (text: string) => termsOf(text).map((t) => [t.negated ? '-' : '', t.field, t.op, t.value].join('|'))

describe('filter text', () => {
  it('is cut into terms', () => {
    expect(brief('consumer:mobile-app status:>=500 -route:/health path~"a b" ip:10.0.0.0/8 "free text" word')).toEqual([
      '|consumer|:|mobile-app',
      '|status|>=|500',
      '-|route|:|/health',
      '|path|~|a b',
      '|ip|:|10.0.0.0/8',
      '||text|free text',
      '||text|word',
    ])
  })

  it('knows lists, groups, empty and quotes', () => {
    expect(brief('status:401,403')).toEqual(['|status|group|401 or 403'])
    expect(brief('(status:401 OR status:5xx) consumer:""')).toEqual(['|status|group|401 or 5xx', '|consumer|:|'])
    expect(brief('(a:1 OR b:2)')).toEqual(['||group|1 or 2'])
    expect(brief('consumer:"say \\"hi\\""')).toEqual(['|consumer|:|say "hi"'])
  })

  it('leaves a bare OR in one piece, for it binds its neighbours', () => {
    expect(brief('a:1 OR b:2')).toEqual(['||text|a:1 OR b:2'])
    expect(withTerm('a:1 OR b:2', 'c:3')).toBe('(a:1 OR b:2) c:3')
    expect(brief('this or that')).toHaveLength(3)
  })

  it('quotes what the parser would read otherwise, and reads it back', () => {
    for (const value of [
      'a b',
      'x,y',
      '',
      '-x',
      '>5',
      'a"b',
      'back\\slash',
      '(x)',
      'OR',
      'star*',
      '/api/{id}',
      'ü',
      '5xx',
    ]) {
      expect(unquoted(quoted(value))).toBe(value)
      const [term] = termsOf(termText('route', value))
      expect([term?.field, term?.value, termsOf(termText('route', value)).length]).toEqual(['route', value, 1])
    }
    expect(quoted('mobile-app')).toBe('mobile-app')
    expect(quoted('/api/orders/{id}')).toBe('/api/orders/{id}')
  })
})

describe('a click', () => {
  it('includes only this value, and takes it back on the second', () => {
    expect(only('', 'consumer', 'carol')).toBe('consumer:carol')
    expect(only('status:500 consumer:bob', 'consumer', 'carol')).toBe('status:500 consumer:carol')
    expect(only('status:500 consumer:carol', 'consumer', 'carol')).toBe('status:500')
    expect(only('-consumer:carol', 'consumer', 'carol')).toBe('consumer:carol')
  })

  it('excludes a value, and takes it back on the second', () => {
    expect(without('status:500', 'route', '/health')).toBe('status:500 -route:/health')
    expect(without('status:500 -route:/health', 'route', '/health')).toBe('status:500')
    expect(without('route:/health', 'route', '/health')).toBe('-route:/health')
    expect(without('status:200,404', 'status', '404')).toBe('status:200 -status:404')
  })

  it('on a facet gathers values', () => {
    expect(toggled('', 'status', '200')).toBe('status:200')
    expect(toggled('status:200 x:1', 'status', '404')).toBe('status:200,404 x:1')
    expect(toggled('status:200,404', 'status', '200')).toBe('status:404')
    expect(toggled('status:404', 'status', '404')).toBe('')
    expect(toggled('(status:200 OR status:404)', 'status', '500')).toBe('status:200,404,500')
    expect(includes(toggled('route:"a, b"', 'route', 'c'), 'route', 'a, b')).toBe(true)
  })

  it('on a pill removes, inverts or replaces just that term', () => {
    const text = 'a:1 (b:2 OR b:3) -c:"x y"'
    expect(removed(text, 1)).toBe('a:1 -c:"x y"')
    expect(termsOf(text).map(inverted)).toEqual(['-a:1', '-(b:2 OR b:3)', 'c:"x y"'])
    expect(replaced(text, 0, 'a:9')).toBe('a:9 (b:2 OR b:3) -c:"x y"')
  })

  it('on a switch sets the one value of its field', () => {
    expect(withValue('status:500', 'environment', 'prod')).toBe('status:500 environment:prod')
    expect(chosenValue('status:500 environment:prod', 'environment')).toBe('prod')
    expect(withValue('environment:prod status:500', 'environment', null)).toBe('status:500')
    expect(chosenValue('-environment:prod', 'environment')).toBeNull()
  })
})
