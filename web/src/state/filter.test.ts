import { describe, expect, it } from 'vitest'
import {
  changed,
  chosenValue,
  cleared,
  includes,
  inverted,
  joined,
  type Op,
  only,
  type Pill,
  pillText,
  pinToggled,
  quoted,
  removed,
  replaced,
  switchedOff,
  switchedOn,
  termsOf,
  termText,
  toggled,
  unquoted,
  without,
  withTerm,
  withValue,
} from './filter'
import corpus from './filter-corpus.json'

const brief = (text: string) =>
  termsOf(text).map(
    (t) => `${t.negated ? '-' : ''}${t.field ?? ''}|${t.tests.map((x) => `${x.op} ${x.value}`).join('|')}`,
  )

describe('filter text', () => {
  it('is cut into terms', () => {
    expect(
      brief(
        'consumer:mobile-app status:>=500 -route:/health path~"a b" ip:10.0.0.0/8 "free text" word NOT a:1 AND b:2',
      ),
    ).toEqual([
      'consumer|is mobile-app',
      'status|gte 500',
      '-route|is /health',
      'path|contains a b',
      'ip|cidr 10.0.0.0/8',
      '|contains free text',
      '|contains word',
      '-a|is 1',
      'b|is 2',
    ])
  })

  it('knows every operator, and lists of them', () => {
    expect(brief('status:401,403')).toEqual(['status|is 401|is 403'])
    expect(brief('status:200..299,>=500')).toEqual(['status|between 200..299|gte 500'])
    expect(brief('route:/orders/* a:*b* c:"*" d:* e:""')).toEqual([
      'route|starts /orders/',
      'a|like *b*',
      'c|is *',
      'd|present ',
      'e|empty ',
    ])
    expect(brief('path:"a b"* -path:/x,"say \\"hi\\", *"* a:""*')).toEqual([
      'path|starts a b',
      '-path|is /x|starts say "hi", *',
      'a|present ',
    ])
    expect(brief('status:unknown -status:other,5xx')).toEqual(['status|is unknown', '-status|is other|is 5xx'])
    expect(brief('path~order,~/^\\/v[12]\\// duration:<1.5s')).toEqual([
      'path|contains order|matches ^/v[12]/',
      'duration|lt 1.5s',
    ])
    expect(brief('consumer:="a b" status:=unknown,=5xx path:=/x* e:=""')).toEqual([
      'consumer|is a b',
      'status|is unknown|is 5xx',
      'path|starts /x',
      'e|empty ',
    ])
    expect(brief('"a b"* -"c"* path~/a\\x20b/')).toEqual(['|contains a b', '-|contains c', 'path|matches a b'])
    expect(brief('path~/^(a|b)\\($/ x:1')).toEqual(['path|matches ^(a|b)\\($', 'x|is 1'])
  })

  it('knows groups, empty and quotes', () => {
    expect(brief('(status:401 OR status:5xx) consumer:""')).toEqual(['status|is 401|is 5xx', 'consumer|empty '])
    expect(brief('(a:1 OR b:2) -(a:1 b:2) (a:1 a:2)')).toEqual(['|', '-|', '|'])
    expect(brief('consumer:"say \\"hi\\""')).toEqual(['consumer|is say "hi"'])
  })

  it('leaves a bare OR in one piece, for it binds its neighbours', () => {
    expect(brief('a:1 OR b:2')).toEqual(['|'])
    expect(brief('a:1 OR a:2')).toEqual(['a|is 1|is 2'])
    expect(withTerm('a:1 OR b:2', 'c:3')).toBe('(a:1 OR b:2) c:3')
    expect(withTerm('c:3', 'a:1 OR b:2')).toBe('c:3 (a:1 OR b:2)')
    expect(brief('this or that')).toHaveLength(3)
  })

  it('quotes what the parser would read otherwise, and reads it back', () => {
    for (const value of VALUES.filter(Boolean)) {
      expect(unquoted(quoted(value))).toBe(value)
      const terms = termsOf(termText('route', value))
      expect(terms.map((t) => [t.field, t.tests])).toEqual([['route', [{ op: 'is', value }]]])
    }
    const starts = (value: string) => pillText({ negated: false, field: 'path', tests: [{ op: 'starts', value }] })
    expect(['/orders/', 'a b', 'say "hi"', '*'].map(starts)).toEqual([
      'path:/orders/*',
      'path:"a b"*',
      'path:"say \\"hi\\""*',
      'path:"*"*',
    ])
    expect(quoted('mobile-app')).toBe('mobile-app')
    expect(quoted('/api/orders/{id}')).toBe('/api/orders/{id}')
  })
})

const VALUES = [
  ...['a b', 'x,y', '-x', '>5', 'a"b', 'back\\slash', '(x)', 'OR', 'star*', '/api/{id}', 'ü', '5xx', '1..2', '~x', ','],
  ...['/a/', 'NOT', '"', '\\', '\\"', ' ', '\n', ')', 'a:b', '^$.', '=', '<b>&amp;</b>', '=1+1', '💥', 'x/y z/'],
]

/** A small generator with a seed, so that a failure can be seen again. */
function dice(seed: number) {
  let state = seed
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return { next, of: <T>(list: readonly T[]) => list[next(list.length)] as T }
}

const numbers = ['500', '1.5s', '10kB', '-3', '0']
const WRITTEN: Record<Exclude<Op, 'like'>, readonly string[]> = {
  is: VALUES,
  contains: VALUES,
  starts: VALUES,
  matches: ['^/v[12]/', '^/v1', 'a|b', '\\d+', '(x,y)', '[")(]', 'a{2,3}$', 'a b', ' ', '\\\\ x', '\\\\x20'],
  empty: [''],
  present: [''],
  gte: numbers,
  lte: numbers,
  gt: numbers,
  lt: numbers,
  between: ['200..299', '1s..2s', '-5..5'],
  cidr: ['10.0.0.0/8', '2001:db8::/32'],
}

describe('pills and text are two views of one thing', () => {
  const roll = dice(20261122)
  const anyPill = (): Pill => {
    const negated = roll.next(2) === 1
    if (roll.next(6) === 0) return { negated, field: null, tests: [{ op: 'contains', value: roll.of(VALUES) }] }
    const tests = Array.from({ length: 1 + roll.next(4) }, () => {
      const op = roll.of(Object.keys(WRITTEN) as (keyof typeof WRITTEN)[])
      return { op, value: roll.of(WRITTEN[op]) }
    })
    return { negated, field: 'ip', tests }
  }

  it('pills are read back from their text, whatever their values', () => {
    for (let i = 0; i < 4_000; i++) {
      const pills = Array.from({ length: roll.next(6) }, anyPill)
      const text = pills.map(pillText).join(' ')
      const read = termsOf(text).map(({ negated, field, tests }) => ({ negated, field, tests }))
      expect(read, text).toEqual(pills)
    }
  })

  it('each text of the corpus, which the server parses in a test of its own, is what its pill writes', () => {
    expect(new Set(corpus).size).toBe(corpus.length)
    for (const text of corpus) expect(termsOf(text).map(pillText), text).toEqual([text])
    const ops = corpus.flatMap((text) => termsOf(text).flatMap((term) => term.tests.map((test) => test.op)))
    expect(new Set(ops)).toEqual(new Set([...Object.keys(WRITTEN), 'like']))
  })

  it('text keeps every character of its terms, and writing its pills changes no meaning', () => {
    const parts = [
      'a:1',
      '-b:"x y"',
      '(a:1 OR a:2)',
      '"free',
      'text"',
      'path~/x(/',
      'NOT',
      'AND',
      ')',
      '(',
      'c:1,2',
      'd:"x y"*,z*',
      'status:unknown,other',
      'é',
      '"',
    ]
    for (let i = 0; i < 2_000; i++) {
      const text = Array.from({ length: roll.next(7) }, () => roll.of(parts)).join(roll.of([' ', '  ', '\t']))
      const terms = termsOf(text)
      for (const term of terms) expect(text.slice(term.start, term.end)).toBe(term.raw)
      const bare = (t: string) => t.replace(/\bAND\b|\s+/g, '')
      expect(bare(joined(terms)), text).toBe(bare(text))
      for (const term of terms.filter((t) => t.tests.length)) {
        const [again] = termsOf(pillText(term))
        expect([again?.negated, again?.field, again?.tests], text).toEqual([term.negated, term.field, term.tests])
      }
    }
  })
})

describe('what is kept beside the filter', () => {
  const kept = { filter: 'a:1 b:2 c:3', off: '', pins: 'b:2' }
  it('switches terms off and on without losing them', () => {
    const off = switchedOff(kept, 'a:1')
    expect(off).toEqual({ filter: 'b:2 c:3', off: 'a:1', pins: 'b:2' })
    expect(switchedOn(off, 'a:1')).toEqual({ filter: 'b:2 c:3 a:1', off: '', pins: 'b:2' })
  })
  it('keeps what is pinned when the rest is removed, and the pin of what is changed', () => {
    expect(cleared(kept).filter).toBe('b:2')
    expect(cleared(switchedOff(kept, 'b:2'))).toEqual({ filter: '', off: 'b:2', pins: 'b:2' })
    expect(changed(kept, 1, 'b:2,4')).toEqual({ filter: 'a:1 b:2,4 c:3', off: '', pins: 'b:2,4' })
    expect(changed(kept, 1, '')).toEqual({ filter: 'a:1 c:3', off: '', pins: '' })
    expect(pinToggled(kept, 'b:2').pins).toBe('')
    expect(pinToggled(kept, 'a:1').pins).toBe('b:2 a:1')
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
    expect(toggled('status:>=500', 'status', '200')).toBe('status:>=500 status:200')
    expect(toggled('consumer:carol', 'consumer', '')).toBe('consumer:carol,""')
    expect(toggled('consumer:carol,""', 'consumer', '')).toBe('consumer:carol')
    expect(includes('status:unknown', 'status', '')).toBe(true)
    expect(includes('status:5xx', 'status_class', '5xx')).toBe(true)
    expect(toggled('status:unknown,5xx', 'status', '')).toBe('status:5xx')
    expect(toggled('status:5xx', 'status_class', '2xx')).toBe('status:5xx,2xx')
    expect(includes(toggled('route:"a, b"', 'route', 'c'), 'route', 'a, b')).toBe(true)
  })

  it('on a pill removes, inverts or replaces just that term', () => {
    const text = 'a:1 (b:2 OR b:3) -c:"x y"'
    expect(removed(text, 1)).toBe('a:1 -c:"x y"')
    expect(termsOf(text).map(inverted)).toEqual(['-a:1', '-b:2,3', 'c:"x y"'])
    expect(replaced(text, 0, 'a:9')).toBe('a:9 (b:2 OR b:3) -c:"x y"')
  })

  it('on a switch sets the one value of its field', () => {
    expect(withValue('status:500', 'environment', 'prod')).toBe('status:500 environment:prod')
    expect(chosenValue('status:500 environment:prod', 'environment')).toBe('prod')
    expect(withValue('environment:prod status:500', 'environment', null)).toBe('status:500')
    expect(chosenValue('-environment:prod', 'environment')).toBeNull()
  })
})
