import { expect, it } from 'vitest'
import type { Panel } from '../api/types'
import { chosenColumns, columnNames } from '../state/columns'
import { curlOf, sectionsOf } from './event-fields'
import { rateText } from './kpi-strip'
import { calmStep, composed } from './overview'

const panel = (id: string, chart: Panel['chart']): Panel => ({
  id,
  title: id,
  question: '',
  unit: 'calls',
  chart,
})

it('composes the Overview from what the server offers, with unknown panels after the known ones', () => {
  const panels = [
    panel('kpi_total_calls', 'stat'),
    panel('brand_new', 'area'),
    panel('top_routes', 'table'),
    panel('calls_by_status_class', 'bars'),
  ]
  expect(composed(panels).map((p) => `${p.panel.id} ${p.span}`)).toEqual([
    'calls_by_status_class 8',
    'top_routes 4',
    'brand_new 6',
  ])
})

it('keeps columns in the address only when they differ from the first ones', () => {
  const ids = chosenColumns(undefined).map((c) => c.id)
  expect(columnNames(ids)).toBeUndefined()
  expect(columnNames([...ids, 'ip'])).toContain('ip')
  expect(chosenColumns('status,nonsense,ip').map((c) => c.id)).toEqual(['status', 'ip'])
  expect(chosenColumns('nonsense').map((c) => c.id)).toEqual(ids)
})

it('lists the fields of an event, leaves absent ones out and marks masked headers', () => {
  const event = {
    id: '1',
    source: 'edge',
    format: 'kong',
    received: '2026-11-20T10:00:01Z',
    timestamp: '2026-11-20T10:00:00.123000Z',
    request: { method: 'GET', path: "/it's", query: 'a=1', headers: [['x-api-key', 'hmac:1f']] as [string, string][] },
    response: { status: 200 },
    access: { granted: true, reason: null },
  }
  const sections = sectionsOf(event, 'Asia/Tokyo')
  expect(sections.map((s) => s.title)).toEqual(['Request', 'Identity', 'Response', 'Where', 'Request headers'])
  expect(sections[0]?.fields[0]?.text).toBe('2026-11-20 19:00:00.123 Asia/Tokyo (UTC+9)')
  expect(sections[4]?.fields[0]).toEqual({ label: 'x-api-key', text: 'hmac:1f', isMasked: true })
  expect(curlOf(event)).toBe("curl -X GET 'https://HOST/it'\\''s?a=1'")
})

it('widens the points of latency where traffic is thin, and leaves them to the server where it is not', () => {
  const day = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' }
  expect(calmStep(undefined)).toBeUndefined()
  expect(calmStep({ ...day, total_calls: 0 })).toBeUndefined()
  expect(calmStep({ ...day, total_calls: 2400 })).toBe('1h')
  expect(calmStep({ ...day, total_calls: 10 })).toBe('6h')
  expect(calmStep({ ...day, total_calls: 1e6 })).toBeUndefined()
})

it('says a rate in the unit that gives a number above one', () => {
  expect(rateText(2400, 864e5)).toBe('1.7 per minute')
  expect(rateText(864e5, 864e5)).toBe('1,000 per second')
  expect(rateText(3, 864e5)).toBe('3 per day')
})
