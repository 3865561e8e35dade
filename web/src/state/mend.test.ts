import { describe, expect, it } from 'vitest'
import { faultAt, stoppedAt } from './mend'

describe('a filter that stops the parser', () => {
  it('is cut before, at and after what stopped it', () => {
    const stop = stoppedAt('method:GET statu:500 /x', 11)
    expect([stop.before, stop.word, stop.after]).toEqual(['method:GET ', 'statu', ':500 /x'])
    expect(stop.mended('status')).toBe('method:GET status:500 /x')
  })

  it('keeps the sign before a name', () => {
    expect(stoppedAt('-statu:500', 0).mended('status')).toBe('-status:500')
    expect(stoppedAt('(a OR -statu:500)', 6).mended('status')).toBe('(a OR -status:500)')
  })

  it('counts characters, not halves of them', () => {
    expect(stoppedAt('"🙂" statu:500', 4).mended('status')).toBe('"🙂" status:500')
  })

  it('takes the whole term where quotes are proposed', () => {
    expect(stoppedAt('colour:red x', 0).mended('"colour:red"')).toBe('"colour:red" x')
  })

  it('can leave the term out', () => {
    expect(faultAt('method:GET statu:500 /x', 11)).toEqual({ term: 'statu:500', rest: 'method:GET /x' })
    expect(faultAt('method:GET ip:10.0.0.0/99', 14)).toEqual({ term: 'ip:10.0.0.0/99', rest: 'method:GET' })
    expect(faultAt('status:200 (consumer:a OR )', 26)).toEqual({ term: '(consumer:a OR )', rest: 'status:200' })
    expect(faultAt('status:', 7)).toEqual({ term: 'status:', rest: '' })
  })
})
