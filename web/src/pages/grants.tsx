// Least privilege: who may call what and never does, the least that would do, and the change that makes it so.
import { useState } from 'react'
import { getJson } from '../api/client'
import { type Grant, type Grants, useRules } from '../api/explain'
import { agoText } from '../api/sources'
import type { Twin } from '../charts/twin'
import { Segmented } from '../parts/choice'
import { Code } from '../parts/code'
import { Go } from '../parts/link'
import { useNarrow } from '../parts/narrow'
import { Pill } from '../parts/pill'
import { Stat } from '../parts/stat'
import { EmptyState, ErrorState, Skeleton, sentence } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { Tabs } from '../parts/tabs'
import { useNow } from '../shell/freshness'
import { PageHead } from '../shell/page-head'
import { countText, exactText } from '../state/numbers'
import { writeSearch } from '../state/search'
import { logsSearch, useView, type View } from '../state/view'
import { CsvButton } from './csv-button'
import { LookBack, lookBackOf } from './look-back'
import { Pager } from './pager'
import css from './rules.module.css'
import { SearchBox } from './search-box'

const PAGE_ROWS = 100
/** The most the server gives at once. */
const FILE_ROWS = 10_000

export function GrantsPage() {
  const view = useView()
  const { show = 'unused', q, at } = view.search
  const first = Number(at ?? 0)
  const asked = { look_back: lookBackOf(view), used: show === 'all' ? undefined : String(show === 'used'), search: q }
  const answer = useRules<Grants>('/grants', { ...asked, limit: PAGE_ROWS, offset: first })
  const { data } = answer
  // Nothing is known is not the same as nothing is unused.
  const isUnknown = data !== undefined && data.total === 0 && !q && data.smallest.memberships[0] === 0
  return (
    <div className={css.scroll}>
      <PageHead
        title="Grants"
        about="A grant is a consumer in a group that a route allows. Those nobody used in the look-back can usually go."
        view={view}
      />
      <div className={css.page}>
        <div className={`${css.acts} no-print`}>
          <LookBack view={view} words="Look back" />
          <Segmented
            label="Which grants"
            value={show}
            onChange={(id) => view.set({ show: id === 'unused' ? undefined : (id as 'used' | 'all'), at: undefined })}
            options={[
              { id: 'unused', label: 'Never used' },
              { id: 'used', label: 'Used' },
              { id: 'all', label: 'All' },
            ]}
          />
          <SearchBox view={view} label="Search" placeholder="Consumer, group or route" />
          <span className={css.grow} />
          <CsvButton
            title="Grants"
            name="grants"
            isDisabled={!data?.total}
            twinOf={async () => grantsTwin(await getJson<Grants>('/grants', { ...asked, limit: FILE_ROWS }), view.tz)}
          />
        </div>
        {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
        {answer.isPending && <Skeleton height={320} />}
        {data && (
          <>
            {isUnknown ? (
              <Unknown note={data.note} />
            ) : (
              <GrantList data={data} first={first} view={view} isUnused={show === 'unused'} />
            )}
            <Smallest data={data} />
          </>
        )}
      </div>
    </div>
  )
}

function grantsTwin({ grants }: Grants, tz: string): Twin {
  return {
    columns: ['Consumer', 'In group', 'May call', 'Calls', 'Last call', 'Listed by'].map((label, i) => ({
      label,
      unit: i === 3 ? 'calls' : i === 4 ? 'time' : 'text',
    })),
    rows: grants.map((one) => [
      one.consumer,
      one.group,
      one.route,
      one.calls,
      one.last_seen ? Date.parse(one.last_seen) : null,
      one.origin,
    ]),
    tz,
  }
}

function Unknown({ note }: { note: string | null }) {
  return (
    <EmptyState title="No grant is known" icon="directory">
      {note ? sentence(note) : 'The directory has no route that allows a group.'}{' '}
      <Go href="/directory" className={css.link}>
        Bring in the rules of your gateway
      </Go>
    </EmptyState>
  )
}

type ListProps = { data: Grants; first: number; view: View; isUnused: boolean }

function GrantList({ data, first, view, isUnused }: ListProps) {
  const now = useNow()
  const isNarrow = useNarrow()
  const logs = (grant: Grant) => {
    const filter = `consumer:${JSON.stringify(grant.consumer)} route:${JSON.stringify(grant.route)}`
    const range = { from: data.look_back_from, to: 'now' }
    return `/logs${writeSearch(logsSearch(view.search, filter, range))}`
  }
  const columns: TableColumn<Grant>[] = [
    { id: 'consumer', label: 'Consumer', cell: (grant) => <b>{grant.consumer}</b> },
    { id: 'group', label: 'In group', cell: (grant) => <Pill>{grant.group}</Pill> },
    { id: 'route', label: 'May call', isMono: true, cell: (grant) => grant.route },
    {
      id: 'calls',
      label: 'Calls',
      isNumber: true,
      cell: (grant) =>
        grant.used ? (
          <Go href={logs(grant)} className={css.link} title={exactText(grant.calls)}>
            {countText(grant.calls)}
          </Go>
        ) : (
          <span className="quiet">never</span>
        ),
    },
    {
      id: 'last',
      label: 'Last call',
      isNumber: true,
      cell: (grant) => (grant.last_seen ? `${agoText(now - Date.parse(grant.last_seen))} ago` : '–'),
    },
    { id: 'origin', label: 'Listed by', cell: (grant) => <span className="quiet">{grant.origin}</span> },
  ]
  return (
    <div className={css.card}>
      <Table
        label="Grants"
        columns={isNarrow ? columns.slice(0, 5) : columns}
        rows={data.grants}
        keyOf={(grant) => `${grant.origin} ${grant.consumer} ${grant.group} ${grant.route}`}
        empty={<EmptyState title={isUnused ? 'Every grant is used' : 'No grant is like that'} isCompact icon="check" />}
      />
      <Pager
        first={first}
        shown={data.grants.length}
        total={data.total}
        size={PAGE_ROWS}
        what="grants"
        onGo={(at) => view.set({ at: at ? String(at) : undefined })}
      />
    </div>
  )
}

function Smallest({ data }: { data: Grants }) {
  const [tool, setTool] = useState('deck')
  const { smallest } = data
  const [memberships, fewer] = smallest.memberships
  const [entries, less] = smallest.entries
  if (memberships + entries === 0) return null
  const isLeast = fewer === memberships && less === entries
  return (
    <section className={css.section} aria-label="The least that would do">
      <h2 className={css.heading}>The least that would do</h2>
      <div className={`${css.card} ${css.stats}`}>
        <Stat
          label="Memberships of consumers"
          value={exactText(fewer)}
          note={fewer === memberships ? 'none can go' : `of ${exactText(memberships)} there are`}
        />
        <Stat
          label="Groups that routes allow"
          value={exactText(less)}
          note={less === entries ? 'none can go' : `of ${exactText(entries)} there are`}
        />
      </div>
      {isLeast ? (
        <p className="quiet">All of it is needed by what was called.</p>
      ) : (
        <div className={css.two}>
          <div className={css.section}>
            <Lesses
              title="Consumers can leave"
              all={smallest.consumers.map((c) => ({ ...c, name: c.consumer ?? '' }))}
            />
            <Lesses title="Routes need not allow" all={smallest.routes.map((r) => ({ ...r, name: r.route ?? '' }))} />
          </div>
          <Tabs
            label="The change for"
            value={tool}
            onChange={setTool}
            tabs={[
              { id: 'deck', label: 'Kong, with decK', body: <Change text={data.export.deck} /> },
              { id: 'adc', label: 'APISIX, with ADC', body: <Change text={data.export.adc} /> },
            ]}
          />
        </div>
      )}
      <p className="quiet">
        Found by {smallest.method}, from the calls of the look-back. Look at it before you apply it.
      </p>
    </section>
  )
}

const LESSES_SHOWN = 50

function Lesses({ title, all }: { title: string; all: { name: string; keep: string[]; drop: string[] }[] }) {
  if (all.length === 0) return null
  return (
    <div>
      <h3 className={css.heading}>{title}</h3>
      <ul className={`${css.card} ${css.pad}`}>
        {all.slice(0, LESSES_SHOWN).map(({ name, keep, drop }) => (
          <li key={name} className={css.less}>
            <b>{name}</b>: <del>{drop.join(', ')}</del>{' '}
            <span className="quiet">{keep.length ? `keeps ${keep.join(', ')}` : 'keeps none'}</span>
          </li>
        ))}
        {all.length > LESSES_SHOWN && <li className="quiet">and {exactText(all.length - LESSES_SHOWN)} more</li>}
      </ul>
    </div>
  )
}

const Change = ({ text }: { text: string }) => <Code text={text} language="yaml" what="Change" label="The change" />
