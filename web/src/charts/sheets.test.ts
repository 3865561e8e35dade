import { expect, test } from 'vitest'
import { sheetsCsv, sheetsJson } from './sheets'
import { jsonOf, type Twin } from './twin'

const HOUR = Date.parse('2026-11-20T23:00:00Z')
const course: Twin = {
  columns: [
    { label: 'Start', unit: 'time' },
    { label: 'p95', unit: 'ms' },
  ],
  rows: [
    [HOUR, 12.345678],
    [HOUR + 36e5, null],
  ],
  tz: 'Europe/Berlin',
}
const names: Twin = { columns: [{ label: 'Name', unit: 'text' }], rows: [['=1+1'], ['a,b']], tz: 'UTC' }

test('tables stand one after the other, each under its title, with every digit', () => {
  expect(
    sheetsCsv([
      { title: 'Latency, p95', twin: course },
      { title: 'Names', twin: names },
    ]),
  ).toBe(
    [
      '"Latency, p95"',
      'Start,p95 (ms)',
      '2026-11-21T00:00:00+01:00,12.345678',
      '2026-11-21T01:00:00+01:00,',
      '',
      'Names',
      'Name',
      "'=1+1",
      '"a,b"',
      '',
    ].join('\n'),
  )
})

test('as JSON they say of what they are, and texts are as they were', () => {
  const file = JSON.parse(sheetsJson({ name: 'r', from: '2026-11-20' }, [{ title: 'Names', twin: names }]))
  expect(file.name).toBe('r')
  expect(file.tables).toEqual([
    { title: 'Names', columns: [{ label: 'Name', unit: 'text' }], rows: [['=1+1'], ['a,b']] },
  ])
  expect(jsonOf(course).rows[1]).toEqual(['2026-11-21T01:00:00+01:00', null])
})
