// Access logs: histogram, facets, table, drawer, live tail and export over one range and filter.
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useAnswer, useFields } from '../api/queries'
import { type Tail, useTail } from '../api/tail'
import type { AccessEvent, Field, Histogram } from '../api/types'
import { useDimensions } from '../api/usage'
import { Dialog } from '../parts/dialog'
import { useNarrow } from '../parts/narrow'
import { Bar } from '../shell/bar'
import { arranged, chosenColumns, columnNames, columnOf, type ShownColumn } from '../state/columns'
import { only, without } from '../state/filter'
import { useKeys } from '../state/keys'
import { useView, type View } from '../state/view'
import { entityHref } from './entity'
import { LogDifferences } from './log-differences'
import { LogDrawer } from './log-drawer'
import { LogEmpty } from './log-empty'
import { LogExport } from './log-export'
import { LogFacets } from './log-facets'
import { LogHistogram } from './log-histogram'
import type { ValueMoves } from './log-menu'
import { type List, LogTable } from './log-table'
import { LogTools } from './log-tools'
import css from './logs.module.css'
import { useLogRows, useMoment } from './logs-rows'

type Open = 'export' | 'facets' | null

export function Logs() {
  const view = useView()
  const { search, set } = view
  const isNarrow = useNarrow()
  const isTail = search.tail === '1'
  const [open, setOpen] = useState<Open>(null)
  const fields = useFields()
  const columns = useMemo(() => chosenColumns(search.columns, fields), [search.columns, fields])
  const moment = useMoment(view)

  const histogram = useAnswer<Histogram>('/histogram', {
    ...moment.asked,
    tz: view.tz,
    split: search.split,
    ...view.compared,
  })
  const total = histogram.isPlaceholderData ? undefined : histogram.data?.total
  const asked = { ...(moment.asked as { from: string; to: string; filter: string }), order: search.order }
  const { rows, shown, isStale } = useLogRows(asked, total, !isTail)
  const tail = useTail(view.filter, isTail)
  const list = useTailOr(isTail ? tail : null, shown)
  const fresh = useFresh(view, asked.to, !isTail && view.live && search.order !== 'asc')
  const cursor = useCursor(view, list)
  const moves = useValueMoves(view, columns, fields)
  useLogKeys(view, cursor, isTail ? tail : null, setOpen)

  const arrange = (next: ShownColumn[]) => set({ columns: columnNames(next) }, { replace: true })
  const tools = (
    <LogTools
      view={view}
      columns={columns}
      fields={fields}
      onArrange={arrange}
      onExport={() => setOpen('export')}
      onFacets={isNarrow ? () => setOpen('facets') : undefined}
    />
  )
  const facets = <LogFacets view={view} asked={moment.asked} />
  return (
    <>
      <Bar title="Access logs" view={view} tools={tools} />
      <div className={css.page}>
        {!isNarrow && (
          <aside className={css.facets} aria-label="Facets">
            {facets}
          </aside>
        )}
        <div className={css.main}>
          <LogHistogram
            view={view}
            answer={histogram}
            span={moment}
            rows={isTail ? null : rows}
            tail={isTail ? tail : null}
            fresh={fresh}
            onFresh={moment.refresh}
          />
          {isNarrow && <div className={css.phoneTools}>{tools}</div>}
          <LogTable
            list={list}
            columns={columns}
            look={{ density: search.density ?? 'normal', wraps: search.wrap === '1', isNarrow }}
            tz={view.tz}
            active={cursor.active}
            openId={search.row}
            isLoading={!isTail && shown.first === null && shown.error === null}
            isStale={isStale}
            order={search.order}
            moves={moves}
            onOrder={() => set({ order: search.order ? undefined : 'asc' })}
            onArrange={arrange}
            onShow={useCallback((first: number, last: number) => rows.show(first, last), [rows])}
            onActive={cursor.setActive}
            onOpen={cursor.open}
            onPress={isTail ? () => tail.setPaused(true) : undefined}
            onScroll={(isAtTop) => isTail && !isAtTop && !tail.isPaused && tail.setPaused(true)}
            empty={<LogEmpty view={view} rows={rows} isTail={isTail} asked={moment.asked} />}
          />
        </div>
        {search.diff && !search.row && (
          <LogDifferences view={view} span={moment} onClose={() => set({ diff: undefined })} />
        )}
        {search.row && (
          <LogDrawer
            id={search.row}
            known={list.at(cursor.active)}
            view={view}
            moves={moves}
            onClose={cursor.close}
            onStep={cursor.step}
          />
        )}
      </div>
      {open === 'export' && <LogExport view={view} span={moment} asked={moment.asked} onClose={() => setOpen(null)} />}
      <Dialog title="Facets" kind="sheet" isOpen={open === 'facets'} onClose={() => setOpen(null)}>
        <div className={css.sheet}>{facets}</div>
      </Dialog>
    </>
  )
}

function useTailOr(tail: Tail | null, rows: List): List {
  const events = tail?.events
  // `rows` is a new look at the same list after each of its changes, so nothing is kept here.
  return events ? { count: events.length, at: (index) => events[index] } : rows
}

/** The row under the keys, and the open one: opening, stepping, closing. */
function useCursor({ search, set }: View, list: List) {
  const [active, setActive] = useState(-1)
  const open = (event: AccessEvent) => set({ row: event.id }, { replace: search.row !== undefined })
  const openAt = (index: number) => {
    const event = list.at(index)
    if (!event) return
    setActive(index)
    open(event)
  }
  const step = (by: number) => {
    const next = Math.min(list.count - 1, Math.max(0, active + by))
    if (search.row) openAt(next)
    else setActive(next)
  }
  // A link to an open event: the cursor goes to its row once that is loaded.
  const at = search.row ? placeOf(list, search.row) : -1
  useEffect(() => {
    if (at >= 0) setActive(at)
  }, [at])
  return {
    active,
    setActive,
    open,
    openAt,
    step,
    close: () => set(search.row ? { row: undefined } : { diff: undefined }),
  }
}

function placeOf(list: List & { indexOf?: (id: string) => number }, id: string): number {
  if (list.indexOf) return list.indexOf(id)
  for (let i = 0; i < list.count; i++) if (list.at(i)?.id === id) return i
  return -1
}

function useLogKeys(
  view: View,
  cursor: ReturnType<typeof useCursor>,
  tail: Tail | null,
  setOpen: (open: Open) => void,
) {
  const { search, set } = view
  useKeys({
    j: () => cursor.step(1),
    k: () => cursor.step(-1),
    '[': () => cursor.step(-1),
    ']': () => cursor.step(1),
    e: () => setOpen('export'),
    t: () => set({ tail: tail ? undefined : '1', row: undefined }),
    h: () => set({ chart: search.chart ? undefined : 'none' }, { replace: true }),
    ...(tail ? { ' ': () => tail.setPaused(!tail.isPaused) } : {}),
    ...(search.row || search.diff ? { Escape: cursor.close } : { Enter: () => cursor.openAt(cursor.active) }),
  })
}

function useValueMoves(view: View, columns: ShownColumn[], fields: Field[]): ValueMoves {
  const navigate = useNavigate()
  const dimensions = useDimensions()
  return useMemo(
    () => ({
      pageOf: (field, value) => {
        const page = entityHref(dimensions, field, value, view.search)
        return page ? () => navigate({ to: page }) : undefined
      },
      // The open event stays open: its next value may be the one that matters.
      filter: (field, value, excludes) => {
        const filter = excludes ? without(view.filter, field, value) : only(view.filter, field, value)
        view.set({ filter: filter || undefined })
      },
      addColumn: (field) =>
        view.set({ columns: columnNames(arranged.added(columns, columnOf(field, fields))) }, { replace: true }),
      groupBy: (field) => view.set({ split: field, chart: undefined, hide: undefined }, { replace: true }),
      canAdd: (field) => columnOf(field, fields) !== undefined && !columns.some((c) => c.id === field),
    }),
    [view, columns, fields, dimensions, navigate],
  )
}

/** How many events came after the moment of looking; they wait until asked for, so that nothing moves. */
function useFresh(view: View, after: string, isOn: boolean): number {
  const answer = useAnswer<Histogram>(
    '/histogram',
    { from: after, to: 'now', filter: view.filter, split: 'none' },
    { live: true, enabled: isOn },
  )
  return isOn && !answer.isPlaceholderData ? (answer.data?.total ?? 0) : 0
}
