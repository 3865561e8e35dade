// The directory: who and what the gateways know besides the log, searched, with its changes and the way to bring it in.
import { useState } from 'react'
import {
  allItems,
  type Item,
  KINDS,
  type Kind,
  type Overview,
  useChanges,
  useDirectory,
  useItems,
} from '../api/directory'
import { agoText } from '../api/sources'
import { Button } from '../parts/button'
import { useNarrow } from '../parts/narrow'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { Table } from '../parts/table'
import { Tabs } from '../parts/tabs'
import { useNow } from '../shell/freshness'
import { PageHead } from '../shell/page-head'
import { countText, exactText } from '../state/numbers'
import { useView, type View } from '../state/view'
import { CsvButton } from './csv-button'
import css from './directory.module.css'
import { Changes } from './directory-changes'
import { columnsOf, itemsTwin } from './directory-columns'
import { DirectoryDrawer } from './directory-drawer'
import { DirectoryImport } from './directory-import'
import known from './known.module.css'
import { SearchBox } from './search-box'

const HISTORY = 'history'

export function DirectoryPage() {
  const view = useView()
  const answer = useDirectory()
  const [isImporting, setImporting] = useState(false)
  const [open, setOpen] = useState<{ kind: Kind; item: Item } | null>(null)
  const { set } = view
  const search = view.search.q ?? ''
  const counts = answer.data?.counts ?? {}
  const kinds = KINDS.filter(({ id }, i) => i < 4 || (counts[id] ?? 0) > 0)
  const kind = KINDS.find(({ id }) => id === view.search.kind) ?? KINDS[0]
  const isEmpty = answer.data?.origins.length === 0
  return (
    <div className={known.page}>
      <div className={known.scroll}>
        <PageHead
          title="Directory"
          about="Consumers, groups, plans and routes, as they are known besides the logs."
          view={view}
        >
          <Button icon="plus" kind="primary" onPress={() => setImporting(true)}>
            Import
          </Button>
        </PageHead>
        <div className={known.main}>
          {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
          {answer.isPending && <Skeleton height={320} />}
          {isEmpty && (
            <EmptyState title="Nothing is known yet" icon="directory">
              A log says who called. The directory says which groups, plan and customer that is, and which routes allow
              whom: denials are then explained, and usage is counted by group and plan.
              <Button kind="primary" onPress={() => setImporting(true)}>
                Import a file
              </Button>
            </EmptyState>
          )}
          {answer.data && !isEmpty && (
            <>
              <Origins overview={answer.data} />
              <div className={css.tools}>
                <SearchBox view={view} label="Search" placeholder="Name, id, group…" />
                {view.search.kind !== HISTORY && (
                  <CsvButton
                    title={kind.label}
                    name={`directory-${kind.id}`}
                    isDisabled={!counts[kind.id]}
                    twinOf={async () => itemsTwin(kind.id, await allItems(kind.id, search), view.tz)}
                  />
                )}
              </div>
              <Tabs
                label="Kinds"
                value={view.search.kind ?? 'consumers'}
                onChange={(id) => {
                  setOpen(null)
                  set({ kind: id === 'consumers' ? undefined : id })
                }}
                tabs={[
                  ...kinds.map(({ id, label }) => ({
                    id,
                    label,
                    count: countText(counts[id] ?? 0),
                    body: <Items kind={id} search={search} onOpen={(item) => setOpen({ kind: id, item })} />,
                  })),
                  { id: HISTORY, label: 'Changes', body: <History view={view} search={search} /> },
                ]}
              />
            </>
          )}
        </div>
      </div>
      {open && <DirectoryDrawer {...open} view={view} onClose={() => setOpen(null)} />}
      {isImporting && <DirectoryImport tz={view.tz} onClose={() => setImporting(false)} />}
    </div>
  )
}

function Items({ kind, search, onOpen }: { kind: Kind; search: string; onOpen: (item: Item) => void }) {
  const answer = useItems(kind, search)
  const isNarrow = useNarrow()
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const items = answer.data?.pages.flatMap((page) => page.items) ?? []
  const total = answer.data?.pages[0]?.total ?? 0
  return (
    <div className={css.card}>
      <Table
        label={kind}
        columns={columnsOf(kind).slice(0, isNarrow ? 4 : undefined)}
        rows={items}
        keyOf={(item) => `${item.origin} ${item.key}`}
        onOpen={onOpen}
        loadingRows={answer.isPending ? 8 : 0}
        empty={<EmptyState title={search ? 'No name or id has this text' : 'There are none'} isCompact />}
      />
      {answer.hasNextPage && (
        <div className={css.more}>
          <Button isPending={answer.isFetchingNextPage} onPress={() => answer.fetchNextPage()}>
            Show more of {exactText(total)}
          </Button>
        </div>
      )}
    </div>
  )
}

function History({ view, search }: { view: View; search: string }) {
  const answer = useChanges(search)
  if (answer.isPending) return <Skeleton height={240} />
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const changes = answer.data.pages.flatMap((page) => page.changes)
  return (
    <div className={css.card}>
      {changes.length === 0 ? (
        <EmptyState title={search ? 'No change has this text' : 'Nothing has changed yet'} isCompact>
          What a first import says is no change.
        </EmptyState>
      ) : (
        <Changes changes={changes} tz={view.tz} />
      )}
      {answer.hasNextPage && (
        <div className={css.more}>
          <Button isPending={answer.isFetchingNextPage} onPress={() => answer.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  )
}

/** Who says it, and files that could not be read. */
function Origins({ overview }: { overview: Overview }) {
  const now = useNow()
  const wrong = overview.files.filter(({ problem }) => problem)
  return (
    <div className={css.origins}>
      <p className="quiet">
        From{' '}
        {overview.origins.map(({ name, importer, by, seen }, i) => (
          <span key={name} title={`${importer}, by ${by}`}>
            {i > 0 && ', '}
            <b>{name}</b> ({agoText(now - Date.parse(seen))} ago)
          </span>
        ))}
      </p>
      {wrong.map(({ path, problem }) => (
        <p key={path} className={css.wrong}>
          <b>{path}</b> could not be read and changed nothing: {problem}
        </p>
      ))}
    </div>
  )
}
