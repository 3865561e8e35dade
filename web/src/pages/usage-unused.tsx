// What the directory lists and nobody used: candidates for removal, with the time each was last seen.
import { type Unused as Answer, type Dimension, useUnused } from '../api/usage'
import { Go } from '../parts/link'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState, sentence } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { exactText } from '../state/numbers'
import { writeSearch } from '../state/search'
import { logsSearch, type View } from '../state/view'
import { instantText } from '../state/zone'
import { CsvButton } from './csv-button'
import { entityPath } from './entity'
import { pluralOf } from './entity-label'
import { daysText, LookBack, lookBackOf } from './look-back'
import { Pager } from './pager'
import { twinOfRows } from './unused-twin'
import own from './usage.module.css'
import { PAGE_ROWS, Seen } from './usage-list'
import css from './usage-list.module.css'

type Row = Answer['rows'][number]
/** What OpenAPI documents speak of too: their operations are compared by path, on a page of their own. */
const DESCRIBED = ['routes', 'apis']

export function Unused({ dimension, view }: { dimension: Dimension; view: View }) {
  const back = lookBackOf(view)
  const answer = useUnused(dimension.id, back)
  const text = (view.search.q ?? '').toLowerCase()
  const rows = (answer.data?.rows ?? []).filter((row) => `${row.name} ${row.id}`.toLowerCase().includes(text))
  const first = Math.min(Number(view.search.at ?? 0), Math.max(0, rows.length - 1))
  if (answer.isError && !answer.data) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const what = pluralOf(dimension)
  return (
    <div className={css.card}>
      <div className={`${css.facts} ${own.facts}`}>
        <LookBack view={view} words="Not called in" />
        {answer.data?.note && <span>{sentence(answer.data.note)}</span>}
        {DESCRIBED.includes(dimension.id) && (
          <Go href={`/endpoints${writeSearch({ ...logsSearch(view.search, ''), kind: 'unused' })}`} className={own.see}>
            Operations nobody calls
          </Go>
        )}
        <span className={own.grow} />
        <CsvButton
          title={`${dimension.title} not used`}
          name={`unused-${dimension.id}`}
          isDisabled={rows.length === 0}
          twinOf={() => twinOfRows(dimension, rows, view.tz)}
        />
      </div>
      <Table
        label={`${dimension.title} not used`}
        columns={columnsOf(dimension, view)}
        rows={rows.slice(first, first + PAGE_ROWS)}
        keyOf={(row) => `${row.origin} ${row.id} ${row.name}`}
        loadingRows={answer.isPending ? 6 : 0}
        empty={
          answer.data && answer.data.rows.length === 0 && answer.data.note ? (
            <EmptyState title="Nothing to compare the calls with" icon="directory">
              <Go href="/directory" className={css.link}>
                Open the directory
              </Go>
            </EmptyState>
          ) : (
            <EmptyState
              title={
                text ? 'None has this text' : `All ${what} of the directory were called in the last ${daysText(back)}`
              }
              icon={text ? 'search' : 'check'}
            />
          )
        }
      />
      <Pager
        first={first}
        shown={Math.min(PAGE_ROWS, rows.length - first)}
        total={rows.length}
        size={PAGE_ROWS}
        what={`${what} not called in ${daysText(back)}`}
        onGo={(at) => view.set({ at: at ? exactText(at).replaceAll(/\D/g, '') : undefined })}
      />
    </div>
  )
}

function columnsOf(dimension: Dimension, view: View): TableColumn<Row>[] {
  return [
    {
      id: 'name',
      label: dimension.one,
      cell: (row) => (
        <Go href={entityPath(dimension.id, row.name, view.search)} className={css.link}>
          {row.name}
        </Go>
      ),
    },
    { id: 'id', label: 'Id', isMono: true, cell: (row) => row.id },
    { id: 'origin', label: 'Listed by', cell: (row) => row.origin },
    {
      id: 'tags',
      label: 'Tags',
      cell: (row) =>
        row.tags.length ? row.tags.map((tag) => <Pill key={tag}>{tag}</Pill>) : <span className="quiet">–</span>,
    },
    {
      id: 'since',
      label: 'Listed since',
      isNumber: true,
      cell: (row) => (row.since ? instantText(Date.parse(row.since), view.tz).slice(0, 10) : 'always'),
    },
    {
      id: 'last_seen',
      label: 'Last call',
      isNumber: true,
      cell: (row) => (row.last_seen ? <Seen at={row.last_seen} tz={view.tz} /> : 'never'),
    },
  ]
}
