// Access logs: histogram, facets, table, drawer, live tail and export over one range and filter.
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useAnswer, useEvents } from '../api/queries'
import { useTail } from '../api/tail'
import type { AccessEvent, EventsPage, Histogram } from '../api/types'
import { Dialog } from '../parts/dialog'
import { useNarrow } from '../parts/narrow'
import { Diagnosed, EmptyState, ErrorState } from '../parts/state'
import { Bar } from '../shell/bar'
import { chosenColumns } from '../state/columns'
import { only, without } from '../state/filter'
import { useKeys } from '../state/keys'
import { iso } from '../state/range'
import { useView, type View } from '../state/view'
import { LogDrawer } from './log-drawer'
import { LogExport } from './log-export'
import { LogFacets } from './log-facets'
import { LogHistogram } from './log-histogram'
import { LogTable } from './log-table'
import { LogTools } from './log-tools'
import css from './logs.module.css'

export function Logs() {
  const view = useView()
  const { search, set } = view
  const isNarrow = useNarrow()
  const isTail = search.tail === '1'
  const [active, setActive] = useState(-1)
  const [open, setOpen] = useState<'export' | 'facets' | null>(null)
  const columns = useMemo(() => chosenColumns(search.columns), [search.columns])

  const histogram = useAnswer<Histogram>(
    '/histogram',
    { ...view.asked, tz: view.tz, split: search.split },
    { live: view.live },
  )
  const pages = useEvents({ ...view.asked, order: search.order }, { enabled: !isTail })
  const tail = useTail(view.filter, isTail)
  const loaded = useMemo(() => pages.data?.pages.flatMap((page) => page.events) ?? [], [pages.data])
  const events = isTail ? tail.events : loaded
  const fresh = useFresh(view, loaded[0], !isTail && view.live && search.order !== 'asc')

  const openAt = useCallback(
    (index: number) => {
      const event = events[index]
      if (!event) return
      setActive(index)
      set({ row: event.id }, { replace: search.row !== undefined })
    },
    [events, set, search.row],
  )
  const close = useCallback(() => set({ row: undefined }), [set])
  const step = useCallback(
    (by: number) => {
      const next = Math.min(events.length - 1, Math.max(0, active + by))
      if (search.row) openAt(next)
      else setActive(next)
    },
    [active, events.length, openAt, search.row],
  )
  // A link to an open event: the cursor goes to its row once that is loaded.
  useEffect(() => {
    const at = search.row ? events.findIndex((e) => e.id === search.row) : -1
    if (at >= 0) setActive(at)
  }, [search.row, events])

  const keys = useMemo(() => {
    const enter = () => openAt(active)
    return {
      j: () => step(1),
      k: () => step(-1),
      '[': () => step(-1),
      ']': () => step(1),
      e: () => setOpen('export'),
      t: () => set({ tail: isTail ? undefined : '1', row: undefined }),
      ...(isTail ? { ' ': () => tail.setPaused(!tail.isPaused) } : {}),
      ...(search.row ? { Escape: close } : { Enter: enter }),
    }
  }, [step, set, isTail, tail, search.row, close, openAt, active])
  useKeys(keys)

  const filterBy = useCallback(
    (field: string, value: string, excludes: boolean) =>
      view.setFilter(excludes ? without(view.filter, field, value) : only(view.filter, field, value)),
    [view],
  )
  const tools = (
    <LogTools
      view={view}
      columns={columns}
      onExport={() => setOpen('export')}
      onFacets={isNarrow ? () => setOpen('facets') : undefined}
    />
  )
  const facets = <LogFacets view={view} />

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
            tail={isTail ? tail : null}
            fresh={fresh}
            onFresh={() => pages.refetch()}
          />
          {isNarrow && <div className={css.phoneTools}>{tools}</div>}
          <LogTable
            events={events}
            columns={columns}
            tz={view.tz}
            total={isTail ? events.length : Math.max(histogram.data?.total ?? 0, events.length)}
            active={active}
            openId={search.row}
            isLoading={!isTail && pages.isPending}
            isStale={pages.isRefetching && !pages.isFetchingNextPage}
            isNarrow={isNarrow}
            hasMore={!isTail && pages.hasNextPage}
            isEndless={isTail}
            order={search.order}
            onOrder={() => set({ order: search.order ? undefined : 'asc' })}
            onMore={() => !pages.isFetchingNextPage && pages.fetchNextPage()}
            onActive={setActive}
            onOpen={openAt}
            onFilter={filterBy}
            onScroll={(isAtTop) => isTail && !isAtTop && !tail.isPaused && tail.setPaused(true)}
            empty={<Nothing view={view} pages={pages} isTail={isTail} />}
          />
        </div>
        {search.row && (
          <LogDrawer
            id={search.row}
            known={events.find((e) => e.id === search.row)}
            view={view}
            onClose={close}
            onStep={step}
            onFilter={filterBy}
          />
        )}
      </div>
      {open === 'export' && <LogExport view={view} onClose={() => setOpen(null)} />}
      <Dialog title="Facets" kind="sheet" isOpen={open === 'facets'} onClose={() => setOpen(null)}>
        <div className={css.sheet}>{facets}</div>
      </Dialog>
    </>
  )
}

/** How many events came after the newest row on screen; they wait until asked for, so that nothing moves. */
function useFresh(view: View, newest: AccessEvent | undefined, isOn: boolean): number {
  const after = newest ? iso(Date.parse(newest.timestamp) + 1) : undefined
  const answer = useAnswer<Histogram>(
    '/histogram',
    { from: after, to: 'now', filter: view.filter, split: 'none' },
    { live: true, enabled: isOn && after !== undefined },
  )
  return isOn && !answer.isPlaceholderData ? (answer.data?.total ?? 0) : 0
}

type Pages = { error: unknown; isError: boolean; data?: { pages: EventsPage[] } | undefined; refetch: () => unknown }

function Nothing({ view, pages, isTail }: { view: View; pages: Pages; isTail: boolean }) {
  if (isTail)
    return <EmptyState title="Waiting for the next event">Events appear here as they are received.</EmptyState>
  if (pages.isError) return <ErrorState error={pages.error} onRetry={() => pages.refetch()} />
  const diagnosis = pages.data?.pages[0]?.diagnosis ?? []
  return <Diagnosed title="No event matches" view={view} diagnosis={diagnosis} />
}
