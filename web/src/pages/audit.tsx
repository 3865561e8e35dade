// The operator trail: who did what, when and from where. What is looked for is in the address, and runs by Search or Enter.
import { useQueryClient } from '@tanstack/react-query'
import type { Params } from '../api/client'
import { useSession } from '../api/queries'
import { allOf, type TrailRow, trailFile, useTrail, useTrailFacets } from '../api/trail'
import { useSheet } from '../charts/sheets'
import type { Twin } from '../charts/twin'
import { Button } from '../parts/button'
import { Menu, type MenuEntry } from '../parts/menu'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { PageHead } from '../shell/page-head'
import { exactText } from '../state/numbers'
import { type Range, rangeText, resolved } from '../state/range'
import type { Search } from '../state/search'
import { useView, type View } from '../state/view'
import { elsewhereText, instantText } from '../state/zone'
import css from './audit.module.css'
import { AuditDrawer } from './audit-drawer'
import { AuditFilter, FILTERS, UNFILTERED } from './audit-filter'
import { AuditLevels } from './audit-levels'
import { Outcome } from './audit-outcome'
import { AuditProxies } from './audit-proxies'
import { fetched } from './fetched'
import known from './known.module.css'

/** Without a range in the address. */
const DEFAULT: Range = { from: 'now-30d', to: 'now' }

export function Audit() {
  const client = useQueryClient()
  const view = useView()
  const { search, set } = view
  const range = { from: search.from ?? DEFAULT.from, to: search.to ?? DEFAULT.to }
  const asked = askedOf(search, range, view.tz)
  const answer = useTrail(asked)
  const facets = useTrailFacets(asked)
  const rows = answer.data?.pages.flatMap((page) => page.events) ?? []
  const counted = facets.isPlaceholderData ? undefined : facets.data
  const total = counted?.total
  const hidden = counted?.reads_hidden ?? 0
  const mayTake = useSession().data?.permissions.includes('trail:export') ?? false
  // As a report: all of it where that may be taken away, or else what is on screen.
  useSheet('Operator trail', async () => twinOf(mayTake ? await allOf(asked) : rows, view.tz))
  const run = (patch: Partial<Search>) => {
    set({ ...patch, row: undefined })
    client.invalidateQueries({ queryKey: ['/trail'] })
    client.invalidateQueries({ queryKey: ['/trail/facets'] })
  }
  return (
    <div className={known.page}>
      <div className={known.scroll}>
        <PageHead title="Audit" about="Who changed what, when and from where. Nobody can alter it." view={view}>
          <Export asked={asked} count={total} mayTake={mayTake} />
        </PageHead>
        <div className={known.main}>
          {!search.report && <AuditProxies tz={view.tz} isBeside={Boolean(search.row)} onRun={run} />}
          {!search.report && <AuditLevels isBeside={Boolean(search.row)} />}
          {!search.report && <AuditFilter search={search} range={range} tz={view.tz} facets={facets} onRun={run} />}
          <div className={css.found}>
            <p className={css.count} role="status">
              {total !== undefined && (
                <>
                  <b data-testid="trail-total">{exactText(total)}</b> {total === 1 ? 'event' : 'events'} ·{' '}
                  {rangeText(range, Date.now(), view.tz)}
                </>
              )}
            </p>
            {search.change_set && (
              <Pill tone="accent" label="the change set" onRemove={() => run({ change_set: undefined })}>
                change set <code className="mono">{search.change_set}</code>
              </Pill>
            )}
          </div>
          {answer.isError && !answer.data ? (
            <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
          ) : (
            <div className={`${known.card} ${search.row ? css.beside : ''} ${answer.isPlaceholderData ? css.old : ''}`}>
              <Table
                label="Operator events"
                columns={columnsIn(view.tz, search.row)}
                rows={rows}
                keyOf={(row) => row.id}
                onOpen={(row) => set({ row: row.id })}
                loadingRows={answer.isPending ? 8 : 0}
                empty={<Nothing search={search} hidden={hidden} run={run} />}
              />
              {rows.length > 0 && (answer.hasNextPage || hidden > 0) && (
                <div className={css.more}>
                  {answer.hasNextPage && (
                    <Button isPending={answer.isFetchingNextPage} onPress={() => answer.fetchNextPage()}>
                      {total === undefined ? 'Show more' : `Show more of ${exactText(total)}`}
                    </Button>
                  )}
                  {hidden > 0 && (
                    <>
                      <span className="quiet">{hiddenText(hidden)}.</span>
                      <span className="no-print">
                        <ShowReads run={run} />
                      </span>
                    </>
                  )}
                </div>
              )}
            </div>
          )}
        </div>
      </div>
      {search.row && <Opened id={search.row} rows={rows} view={view} />}
    </div>
  )
}

function Opened({ id, rows, view }: { id: string; rows: TrailRow[]; view: View }) {
  const { set } = view
  const at = rows.findIndex((row) => row.id === id)
  const step = (by: number) => {
    const next = at < 0 ? undefined : rows[at + by]
    if (next) set({ row: next.id }, { replace: true })
  }
  return (
    <AuditDrawer
      id={id}
      view={view}
      onClose={() => set({ row: undefined })}
      onOpen={(row) => set({ row })}
      onStep={step}
      canStep={{ back: at > 0, forth: at >= 0 && at < rows.length - 1 }}
    />
  )
}

/**
 * What the API is asked; the range is as the address has it, so that a relative one stays one question. Whoever names an event
 * gets it, be it a read or not.
 */
function askedOf(search: Search, range: Range, tz: string): Params {
  const { from, to } = resolved(range, Date.now(), tz)
  const values = FILTERS.map(({ id }) => [id, search[id]])
  const reads = search.reads || search.event ? undefined : 'hidden'
  return { from, to, tz, ...Object.fromEntries(values), change_set: search.change_set, search: search.q, reads }
}

/** The seven of the contract, in its words and order. */
function columnsIn(tz: string, open: string | undefined): TableColumn<TrailRow>[] {
  const time = (row: TrailRow) => {
    const ms = Date.parse(row.time)
    return (
      <time
        dateTime={row.time}
        title={`${tz}; elsewhere ${elsewhereText(ms, tz)}`}
        className={css.time}
        data-open={row.id === open || undefined}
      >
        {instantText(ms, tz).slice(0, 19)}
      </time>
    )
  }
  return [
    { id: 'time', label: 'Time', cell: time },
    { id: 'operator', label: 'Operator', cell: (row) => orNone(row.operator) },
    {
      id: 'event',
      label: 'Event',
      cell: (row) => (
        <span className={css.event} title={row.code}>
          {row.event || row.code}
          <Outcome outcome={row.outcome} />
        </span>
      ),
    },
    {
      id: 'resource_id',
      label: 'Resource ID',
      isMono: true,
      cell: (row) => (
        <span className={css.id} title={row.resource_id}>
          {orNone(row.resource_id)}
        </span>
      ),
    },
    {
      id: 'resource_name',
      label: 'Resource Name',
      cell: (row) => (
        <span className={css.name} title={row.resource_name}>
          {orNone(row.resource_name)}
        </span>
      ),
    },
    { id: 'address', label: 'IP Address', isMono: true, cell: (row) => orNone(row.address) },
    { id: 'source', label: 'Source', cell: (row) => orNone(row.source) },
  ]
}

const orNone = (text: string) => text || <span className="quiet">–</span>

const hiddenText = (reads: number) => (reads === 1 ? 'One read is hidden' : `${exactText(reads)} reads are hidden`)

type Run = (patch: Partial<Search>) => void

const ShowReads = ({ run }: { run: Run }) => <Button onPress={() => run({ reads: 'shown' })}>Show reads</Button>

function Nothing({ search, hidden, run }: { search: Search; hidden: number; run: Run }) {
  const isFiltered = search.q || search.change_set || FILTERS.some(({ id }) => search[id])
  if (hidden > 0)
    return (
      <EmptyState title="Nothing but reads was found" icon="audit" isCompact>
        {hiddenText(hidden)}, and nothing else matches.
        <ShowReads run={run} />
      </EmptyState>
    )
  return (
    <EmptyState title="Nothing of this kind was done in this time" icon="audit" isCompact>
      {isFiltered ? (
        <>
          Names and ids are compared as a whole; the text is looked for anywhere in an event.
          <Button onPress={() => run(UNFILTERED)}>Remove the filters</Button>
        </>
      ) : (
        'Sign-ins, changes and exports stand here.'
      )}
    </EmptyState>
  )
}

/** All that is found, however much it is, as a file the server writes while it is fetched. */
function Export({ asked, count, mayTake }: { asked: Params; count: number | undefined; mayTake: boolean }) {
  const file = (format: string, label: string, hint: string): MenuEntry => ({
    id: format,
    label,
    hint,
    icon: 'download',
    run: () => fetched(trailFile(asked, format), `operator-trail.${format === 'bundle' ? 'bundle.json' : format}`),
  })
  const label = count === undefined ? 'Export' : `Export ${exactText(count)}`
  return (
    <Menu
      label="Export"
      trigger={
        <Button icon="download" isDisabled={!mayTake || count === 0} data-testid="trail-export">
          {label}
        </Button>
      }
      entries={[
        file('json', 'JSON', 'with what changed'),
        file('csv', 'CSV', 'the columns of the list'),
        { ...file('bundle', 'With proofs', 'for gatelog verify'), isApart: true },
      ]}
    />
  )
}

function twinOf(rows: TrailRow[], tz: string): Twin {
  const columns: [string, 'text' | 'time', (row: TrailRow) => string | number][] = [
    ['Time', 'time', (row) => Date.parse(row.time)],
    ['Operator', 'text', (row) => row.operator],
    ['Event', 'text', (row) => row.event],
    ['Resource ID', 'text', (row) => row.resource_id],
    ['Resource Name', 'text', (row) => row.resource_name],
    ['IP Address', 'text', (row) => row.address],
    ['Source', 'text', (row) => row.source],
  ]
  return {
    columns: columns.map(([label, unit]) => ({ label, unit })),
    rows: rows.map((row) => columns.map(([, , of]) => of(row))),
    tz,
  }
}
