// What is called beside what is documented: endpoints nobody wrote down, those nobody calls, and those that differ.
import { type Endpoints, useRules } from '../api/explain'
import { agoText } from '../api/sources'
import type { Twin } from '../charts/twin'
import { Go } from '../parts/link'
import { Pill } from '../parts/pill'
import { Stat } from '../parts/stat'
import { EmptyState, Skeleton, sentence } from '../parts/state'
import { Status } from '../parts/status'
import { Table, type TableColumn } from '../parts/table'
import { Tabs } from '../parts/tabs'
import { Bar } from '../shell/bar'
import { Refused } from '../shell/filter-problem'
import { useNow } from '../shell/freshness'
import { countText, exactText } from '../state/numbers'
import { writeSearch } from '../state/search'
import { logsSearch, useView, type View } from '../state/view'
import { CsvButton } from './csv-button'
import { Nothing } from './panel-page'
import css from './rules.module.css'

type Undocumented = Endpoints['undocumented'][number]
type Unused = Endpoints['unused'][number]
type Drift = Endpoints['drift'][number]
const STATUSES_SHOWN = 4
const LISTS = ['undocumented', 'unused', 'drift'] as const

const listOf = ({ search }: View) => LISTS.find((id) => id === search.kind) ?? 'undocumented'

export function EndpointsPage() {
  const view = useView()
  const answer = useRules<Endpoints>('/endpoints', { ...view.asked, tz: view.tz })
  const { data } = answer
  const tab = listOf(view)
  const isQuiet =
    data && data.documented > 0 && data.described_calls + data.not_found_calls + data.undocumented.length === 0
  return (
    <div className={css.scroll}>
      <Bar title="Endpoints" view={view} />
      <div className={css.page}>
        <div className={`${css.acts} ${css.spread}`}>
          <p className={css.about}>
            The calls of the range beside the OpenAPI documents of the directory: what is called and not documented,
            what is documented and not called, and methods and statuses that differ.
          </p>
          {data && data.documented > 0 && (
            <CsvButton
              title={`Endpoints, ${tab}`}
              name={`endpoints-${tab}`}
              isDisabled={data[tab].length === 0}
              twinOf={() => endpointsTwin(data, tab, view.tz)}
            />
          )}
        </div>
        {answer.isError && <Refused error={answer.error} view={view} onRetry={() => answer.refetch()} />}
        {answer.isPending && <Skeleton height={320} />}
        {data && data.documented === 0 && (
          <EmptyState title="No document to compare with" icon="directory">
            {data.note ? sentence(data.note) : 'Import an OpenAPI document of your API into the directory.'}{' '}
            <Go href="/directory" className={css.link}>
              Import one
            </Go>
          </EmptyState>
        )}
        {isQuiet && <Nothing title="No call in this range" view={view} />}
        {data && data.documented > 0 && !isQuiet && <Compared data={data} view={view} />}
      </div>
    </div>
  )
}

function Compared({ data, view }: { data: Endpoints; view: View }) {
  const tab = listOf(view)
  const shadow = data.undocumented.reduce((sum, one) => sum + one.calls, 0)
  return (
    <>
      <section className={`${css.card} ${css.stats}`} aria-label="In short">
        <Stat
          label="Documented operations"
          value={exactText(data.documented)}
          note={`${exactText(data.unused.length)} not called`}
        />
        <Stat label="Calls of these" value={countText(data.described_calls)} exact={exactText(data.described_calls)} />
        <Stat label="Calls nobody documented" value={countText(shadow)} exact={exactText(shadow)} />
        <Stat
          label="Calls of nothing"
          value={countText(data.not_found_calls)}
          exact={exactText(data.not_found_calls)}
          note="only 404 or 405"
        />
      </section>
      {data.note && <p className="quiet">{sentence(data.note)}</p>}
      <Tabs
        label="What differs"
        value={tab}
        onChange={(id) => id !== tab && view.set({ kind: id === 'undocumented' ? undefined : id })}
        tabs={[
          {
            id: 'undocumented',
            label: 'Not documented',
            count: String(data.undocumented.length),
            body: <UndocumentedList rows={data.undocumented} view={view} />,
          },
          {
            id: 'unused',
            label: 'Not called',
            count: String(data.unused.length),
            body: <UnusedList rows={data.unused} view={view} />,
          },
          {
            id: 'drift',
            label: 'Different',
            count: String(data.drift.length),
            body: <DriftList rows={data.drift} view={view} />,
          },
        ]}
      />
    </>
  )
}

/** Only what can be said in one cell is written: statuses as `200 404`. */
function endpointsTwin(data: Endpoints, list: (typeof LISTS)[number], tz: string): Twin {
  const words = (...labels: string[]) => labels.map((label) => ({ label, unit: 'text' }))
  const calls = { label: 'Calls', unit: 'calls' }
  if (list === 'undocumented')
    return {
      columns: [
        ...words('Method', 'Path', 'Domain'),
        calls,
        ...words('Answered'),
        ...['First', 'Last'].map((label) => ({ label, unit: 'time' })),
      ],
      rows: data.undocumented.map((row) => [
        ...[row.method, row.path, row.domain, row.calls, Object.keys(row.statuses).join(' ')],
        ...[Date.parse(row.first_seen), Date.parse(row.last_seen)],
      ]),
      tz,
    }
  if (list === 'unused')
    return {
      columns: words('Method', 'Path', 'Operation', 'API', 'Listed by'),
      rows: data.unused.map((row) => [row.method, row.path, row.operation, row.api, row.origin]),
      tz,
    }
  return {
    columns: [...words('Method', 'Path', 'Differs in', 'Documented', 'Seen'), calls],
    rows: data.drift.map((row) => [
      ...[row.method, row.path, row.what, row.documented.join(' '), row.seen.join(' '), row.calls],
    ]),
    tz,
  }
}

const Call = ({ method, path }: { method: string; path: string }) => (
  <span>
    <Pill>{method}</Pill> <code className="mono">{path}</code>
  </span>
)
/** A template such as `/orders/{id}` as a filter, where a star stands for anything unless it is quoted. */
function pathTerm(path: string): string {
  const pieces = path.split(/\{[^}]*\}/).map((text) => (/^[\w./~-]*$/.test(text) ? text : JSON.stringify(text)))
  return `path:${pieces.join('*')}`
}

function UndocumentedList({ rows, view }: { rows: Undocumented[]; view: View }) {
  const now = useNow()
  const ago = (text: string) => `${agoText(now - Date.parse(text))} ago`
  const logs = (row: Undocumented) =>
    `/logs${writeSearch(logsSearch(view.search, `method:${row.method} ${pathTerm(row.path)}`))}`
  const columns: TableColumn<Undocumented>[] = [
    { id: 'path', label: 'Called', cell: (row) => <Call {...row} /> },
    { id: 'domain', label: 'Domain', isMono: true, cell: (row) => row.domain ?? '–' },
    {
      id: 'calls',
      label: 'Calls',
      isNumber: true,
      cell: (row) => (
        <Go href={logs(row)} className={css.link} title={exactText(row.calls)}>
          {countText(row.calls)}
        </Go>
      ),
    },
    {
      id: 'statuses',
      label: 'Answered',
      cell: (row) => (
        <span className={css.list}>
          {Object.entries(row.statuses)
            .sort(([, a], [, b]) => b - a)
            .slice(0, STATUSES_SHOWN)
            .map(([status, calls]) => (
              <span key={status} title={`${exactText(calls)} calls`}>
                <Status code={Number(status) || null} />
              </span>
            ))}
        </span>
      ),
    },
    { id: 'first', label: 'First', isNumber: true, cell: (row) => ago(row.first_seen) },
    { id: 'last', label: 'Last', isNumber: true, cell: (row) => ago(row.last_seen) },
  ]
  return (
    <div className={css.card}>
      <Table
        label="Not documented"
        columns={columns}
        rows={rows}
        keyOf={(row) => `${row.domain} ${row.method} ${row.path}`}
        empty={<EmptyState title="All that is called is documented" isCompact icon="check" />}
      />
    </div>
  )
}

function UnusedList({ rows, view }: { rows: Unused[]; view: View }) {
  const routes = `/usage/routes${writeSearch({ ...logsSearch(view.search, ''), show: 'unused' })}`
  return (
    <div className={css.card}>
      <p className={`${css.pad} quiet`}>
        Operations of OpenAPI documents without a call in the range. Routes that only a gateway knows are in{' '}
        <Go href={routes} className={css.link}>
          Usage, Not used
        </Go>
        .
      </p>
      <Table
        label="Not called"
        columns={[
          { id: 'path', label: 'Documented', cell: (row: Unused) => <Call {...row} /> },
          { id: 'operation', label: 'Operation', isMono: true, cell: (row: Unused) => row.operation },
          { id: 'api', label: 'API', cell: (row: Unused) => row.api ?? '–' },
          { id: 'origin', label: 'Listed by', cell: (row: Unused) => <span className="quiet">{row.origin}</span> },
        ]}
        rows={rows}
        keyOf={(row) => `${row.origin} ${row.api} ${row.method} ${row.path}`}
        empty={<EmptyState title="All that is documented is called" isCompact icon="check" />}
      />
    </div>
  )
}

function DriftList({ rows, view }: { rows: Drift[]; view: View }) {
  const logs = (row: Drift) => {
    const term = row.what === 'status' ? `status:${row.seen.join(',')}` : ''
    return `/logs${writeSearch(logsSearch(view.search, `method:${row.method} ${pathTerm(row.path)} ${term}`.trim()))}`
  }
  return (
    <div className={css.card}>
      <Table
        label="Different"
        columns={[
          { id: 'path', label: 'Operation', cell: (row: Drift) => <Call {...row} /> },
          { id: 'what', label: 'Differs in', cell: (row: Drift) => row.what },
          {
            id: 'documented',
            label: 'Documented',
            isMono: true,
            cell: (row: Drift) => row.documented.join(', ') || 'none',
          },
          { id: 'seen', label: 'Seen', isMono: true, cell: (row: Drift) => row.seen.join(', ') },
          {
            id: 'calls',
            label: 'Calls',
            isNumber: true,
            cell: (row: Drift) => (
              <Go href={logs(row)} className={css.link} title={exactText(row.calls)}>
                {countText(row.calls)}
              </Go>
            ),
          },
        ]}
        rows={rows}
        keyOf={(row) => `${row.origin} ${row.method} ${row.path} ${row.what} ${row.seen.join()}`}
        empty={<EmptyState title="Nothing differs" isCompact icon="check" />}
      />
    </div>
  )
}
