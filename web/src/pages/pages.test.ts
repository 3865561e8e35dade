import { expect, it } from 'vitest'
import type { AccessEvent, Panel } from '../api/types'
import { arranged, chosenColumns, columnNames, columnOf, type ShownColumn } from '../state/columns'
import { calmStep } from './calm'
import { curlOf, sectionsOf } from './event-fields'
import { rateText } from './key-figures'
import { OVERVIEW } from './overview'
import { composed, packed } from './panel-layout'
import { placed } from './row-window'

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
    { ...panel('brand_new', 'area'), page: 'overview' as const },
    { ...panel('elsewhere', 'area'), page: 'errors' as const },
    panel('top_routes', 'table'),
    panel('calls_by_status_class', 'bars'),
  ]
  const [section] = composed(panels, OVERVIEW, (id) => id === ':freshness')
  expect(section?.placed.map(({ id, spans }) => `${id} ${spans.span}`)).toEqual([
    'calls_by_status_class 8',
    'top_routes 4',
    ':freshness 5',
    'brand_new 7',
  ])
})

it('leaves no hole in a row of panels', () => {
  expect(packed([8, 4, 6, 3])).toEqual([8, 4, 8, 4])
  expect(packed([4, 4, 8, 3])).toEqual([6, 6, 9, 3])
  expect(packed([4])).toEqual([12])
  expect(packed([])).toEqual([])
})

it('keeps columns in the address only when they differ from the first ones', () => {
  const first = chosenColumns(undefined)
  expect(columnNames(first)).toBeUndefined()
  expect(columnNames(arranged.added(first, columnOf('ip', [])))).toContain('ip')
  expect(chosenColumns('status,nonsense,ip').map((c) => c.id)).toEqual(['status', 'ip'])
  expect(chosenColumns('nonsense').map((c) => c.id)).toEqual(first.map((c) => c.id))
})

it('makes a column of any field, wherever the event has its value', () => {
  const event = {
    id: '1',
    stage: 'prod',
    request: { protocol: 'HTTP/2', body: 'b' },
    response: { connect_ms: 3 },
    auth: { issuer: 'i', user: 'u', account_id: 'a' },
    error: { waf_status: 'w', type: 't' },
    upstream: { address: '10.0.0.1', endpoint: 'e', status: '502' },
    access: {},
  } as unknown as AccessEvent
  const wanted = {
    ...{
      stage: 'prod',
      protocol: 'HTTP/2',
      request_body: 'b',
      connect_duration: '3',
      auth_issuer: 'i',
      identity_user: 'u',
    },
    ...{ account_id: 'a', waf_status: 'w', error_type: 't', upstream_address: '10.0.0.1', native_endpoint: 'e' },
    ...{ upstream_status: '502', referer: '' },
  }
  const fields = Object.keys(wanted).map((name) => ({ name, label: name }))
  const columns = chosenColumns(fields.map((f) => f.name).join(), fields)
  expect(Object.fromEntries(columns.map((c) => [c.id, c.text(event, 'UTC')]))).toEqual(wanted)
  expect(columnNames(chosenColumns('stage,nonsense', fields))).toBe('stage')
})

it('arranges columns, and reads every arrangement back from the address', () => {
  const kept = (columns: ShownColumn[]) => {
    expect(columnNames(chosenColumns(columnNames(columns)))).toBe(columnNames(columns))
    return columnNames(columns)
  }
  const some = chosenColumns('timestamp,status,path')
  expect(kept(arranged.moved(some, 'path', 0))).toBe('path,timestamp,status')
  expect(kept(arranged.resized(some, 'path', 320.4))).toBe('timestamp,status,path-320')
  expect(kept(arranged.resized(some, 'path', 3))).toBe('timestamp,status,path-48')
  expect(kept(arranged.pinned(some, 'path'))).toBe('path-p,timestamp,status')
  const pinned = arranged.resized(arranged.pinned(some, 'path'), 'path', 200)
  expect(kept(pinned)).toBe('path-200p,timestamp,status')
  // A pinned column stays left of those that scroll.
  expect(kept(arranged.moved(pinned, 'path', 2))).toBe('path-200p,timestamp,status')
  expect(kept(arranged.removed(some, 'status'))).toBe('timestamp,path')
  expect(chosenColumns('path,path-300,status-99999,ip-9999').map((c) => [c.id, c.width])).toEqual([
    ['path', null],
    ['ip', 1200],
  ])
})

it('lists the fields of an event, leaves absent ones out and marks masked headers', () => {
  const event = {
    id: '1',
    seq: 1,
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

it('scrolls a long list by its bar and by the wheel', () => {
  const [full, shown, view] = [300_000_000, 8_000_000, 600]
  const at = (place: { bar: number; shift: number }) => place.bar + place.shift
  const half = placed({ bar: 0, shift: 0 }, shown / 2, full, shown, view)
  expect(Math.abs(at(half) / full - 0.5)).toBeLessThan(0.001)
  const wheel = placed(half, half.bar + 100, full, shown, view)
  expect(at(wheel) - at(half)).toBeCloseTo(100)
  const end = placed(wheel, shown - view, full, shown, view)
  expect(at(end)).toBe(full - view)
  expect(at(placed(end, 0, full, shown, view))).toBe(0)
  expect(placed({ bar: 0, shift: 0 }, 120, 30_000, 30_000, view)).toEqual({ bar: 120, shift: 0 })
})
