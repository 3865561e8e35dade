import { beforeEach, expect, it } from 'vitest'
import type { BoardItem, Question } from '../api/boards'
import { beginCopy, draftOf, keepDraft, NEW } from './board-draft'
import { fileName, readBoard } from './board-file'
import { filled, moved, placeOfGap, places, placeText, sized } from './board-layout'
import { CHARTS, drawable, questionTitle, refusalOf, tidied } from './board-question'

const item = (width: number, height = 1): BoardItem => ({
  panel: 'top_routes',
  width,
  ...(height > 1 ? { height } : {}),
})
const named = (...names: string[]): BoardItem[] => names.map((panel) => ({ panel, width: 1 }))
const names = (items: BoardItem[]) => items.map(({ panel }) => panel).join('')

it('moves one past the others, and stays at the ends', () => {
  const items = named('a', 'b', 'c', 'd')
  expect(names(moved(items, 0, 2))).toBe('bcad')
  expect(names(moved(items, 3, 0))).toBe('dabc')
  expect(names(moved(items, 1, 9))).toBe('acdb')
  expect(names(moved(items, 1, -1))).toBe('bacd')
  expect(moved(items, 2, 2)).toBe(items)
  expect(moved(items, 9, 0)).toBe(items)
})

it('drops before the item at the gap', () => {
  const items = named('a', 'b', 'c', 'd')
  const dropped = (from: number, gap: number) => names(moved(items, from, placeOfGap(from, gap)))
  expect(dropped(0, 4)).toBe('bcda')
  expect(dropped(0, 2)).toBe('bacd')
  expect(dropped(3, 1)).toBe('adbc')
  // The gaps on both sides of it are where it is.
  expect(dropped(2, 2)).toBe('abcd')
  expect(dropped(2, 3)).toBe('abcd')
})

it('keeps sizes within the grid and says nothing of one row', () => {
  expect(sized(item(2), 9, 1)).toEqual({ panel: 'top_routes', width: 4 })
  expect(sized(item(2), 0, 2)).toEqual({ panel: 'top_routes', width: 1, height: 2 })
  expect(sized(item(2, 2), 2, 1)).toEqual({ panel: 'top_routes', width: 2 })
})

it('places as a browser does: row by row, never back, around what is two rows high', () => {
  expect(places([item(3), item(2), item(1), item(1)])).toEqual([
    { row: 0, column: 0 },
    { row: 1, column: 0 },
    { row: 1, column: 2 },
    { row: 1, column: 3 },
  ])
  expect(places([item(2, 2), item(2), item(2), item(4)])).toEqual([
    { row: 0, column: 0 },
    { row: 0, column: 2 },
    { row: 1, column: 2 },
    { row: 2, column: 0 },
  ])
})

it('widens the panels of a row that is not full, but not beside what is two rows high', () => {
  expect(filled([item(1), item(1), item(1)])).toEqual([4, 4, 4])
  expect(filled([item(3), item(2), item(4)])).toEqual([12, 12, 12])
  expect(filled([item(2), item(1), item(4)])).toEqual([8, 4, 12])
  expect(filled([item(2, 2), item(1), item(2)])).toEqual([6, 3, 6])
  expect(filled([])).toEqual([])
})

it('says where one stands', () => {
  expect(placeText([item(1), item(3, 2)], 1, 'Routes')).toBe('Routes: place 2 of 2, 3 of 4 columns wide, 2 rows high')
})

const question = (more: Partial<Question>): Question => ({ measure: 'calls', chart: 'bars', ...more })

it('draws a question as it can be drawn', () => {
  expect(refusalOf('bars', question({ by: 'route' }))).toBeNull()
  expect(refusalOf('stat', question({ by: 'route' }))).not.toBeNull()
  expect(refusalOf('bars', question({ measure: 'p95' }))).not.toBeNull()
  expect(refusalOf('line', question({ measure: 'p95' }))).toBeNull()
  expect(drawable(question({ measure: 'p95', chart: 'area' })).chart).toBe('stat')
  expect(drawable(question({ by: 'route,status', chart: 'line' })).chart).toBe('table')
  for (const chart of CHARTS) {
    const drawn = drawable(question({ chart: chart.id }))
    expect(refusalOf(drawn.chart, drawn)).toBeNull()
  }
})

it('calls a question by what it asks, in the words of a sentence', () => {
  const labels: Record<string, string> = { route: 'Route', api: 'API', upstream_duration: 'Upstream time' }
  const title = (more: Partial<Question>) => questionTitle(question(more), (name) => labels[name] ?? name)
  expect(title({})).toBe('Calls')
  expect(title({ by: 'route,api' })).toBe('Calls by route and API')
  expect(title({ measure: 'p95', of: 'upstream_duration', by: 'api' })).toBe('p95 of upstream time by API')
  expect(title({ measure: 'unique:route' })).toBe('Different values of route')
})

it('keeps only members that say something', () => {
  expect(tidied(question({ of: 'duration', by: '', filter: '', top: 0 }))).toEqual({ measure: 'calls', chart: 'bars' })
  expect(tidied(question({ measure: 'p99', of: 'duration', chart: 'line' }))).toEqual({
    measure: 'p99',
    of: 'duration',
    chart: 'line',
  })
})

it('reads what it writes, and says what is no dashboard', () => {
  const board = { name: 'A', about: '', shared: true, controls: ['route'], items: [item(2)] }
  const file = JSON.stringify({ ...board, id: 'x', mine: false, owner: 'ann', updated: null })
  expect(readBoard(file)).toEqual(board)
  expect(readBoard('{"name":"A"}')).toMatchObject({ items: [] })
  for (const wrong of ['[]', 'null', '{}', '{', '{"name":"A","items":5}'])
    expect(typeof readBoard(wrong)).toBe('string')
  expect(fileName('AWS API Gateway, Ärger')).toBe('gatelog-dashboard-aws-api-gateway-arger.json')
  expect(fileName('…')).toBe('gatelog-dashboard-unnamed.json')
})

beforeEach(() => localStorage.clear())

it('keeps what is not saved until it is thrown away', () => {
  expect(draftOf(NEW)).toBeNull()
  const board = { name: 'A', about: '', shared: true, controls: [], items: [item(2)] }
  beginCopy(board, 'A, copy')
  expect(draftOf(NEW)).toEqual({ board: { ...board, name: 'A, copy', shared: false }, updated: null })
  keepDraft(NEW, null)
  expect(draftOf(NEW)).toBeNull()
  localStorage.setItem('gatelog.board.x', '{"board":7}')
  expect(draftOf('x')).toBeNull()
})
