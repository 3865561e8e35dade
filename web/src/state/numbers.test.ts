import { describe, expect, it } from 'vitest'
import { bytesText, changeText, countText, durationText, levelText, percentText } from './numbers'

describe('numbers', () => {
  it.each([
    [0, '0'],
    [1234, '1,234'],
    [9999, '9,999'],
    [12345, '12.3k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [1_234_567, '1.23M'],
    [2_500_000_000, '2.50B'],
    [null, '–'],
  ])('counts %s as %s', (value, want) => expect(countText(value)).toBe(want))

  it('keeps one unit per column', () => {
    expect(durationText(12.34)).toBe('12.3 ms')
    expect(durationText(999)).toBe('999 ms')
    expect(durationText(1234)).toBe('1.23 s')
    expect(durationText(79.6, 2100)).toBe('0.080 s')
    expect(durationText(2.04, 28_200)).toBe('2.04 ms')
    expect(durationText(null)).toBe('–')
  })

  it.each([
    [0, '0.0 %'],
    [-0, '0.0 %'],
    [0.0004, '<0.1 %'],
    [0.1234, '12.3 %'],
    [0.9999, '>99.9 %'],
    [1, '100.0 %'],
    [null, '–'],
  ])('says the share %s as %s', (value, want) => expect(percentText(value)).toBe(want))

  it('says changes with their direction, and never ±∞', () => {
    expect(changeText(0.123)).toEqual({ text: '+12.3 %', direction: 'up' })
    expect(changeText(-0.05)).toEqual({ text: '−5.0 %', direction: 'down' })
    expect(changeText(-0.0001)).toEqual({ text: '0.0 %', direction: 'same' })
    expect(changeText(18)).toEqual({ text: '×19', direction: 'up' })
    expect(changeText(Number.POSITIVE_INFINITY)).toBeNull()
    expect(changeText(null)).toBeNull()
  })

  it('sizes and axis levels', () => {
    expect(bytesText(512)).toBe('512 B')
    expect(bytesText(2_621_440)).toBe('2.50 MiB')
    expect(levelText(0.5, 'ms', 2)).toBe('0.5 ms')
    expect(levelText(2000, 'ms', 6000)).toBe('2 s')
    expect(levelText(20_000, 'calls', 40_000)).toBe('20.0k')
  })
})
