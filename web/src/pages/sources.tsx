// Where events come from: each source with its health, what it last sent and what was not understood.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { agoText, delayText, type Source, useSources } from '../api/sources'
import { useSheet } from '../charts/sheets'
import type { Twin } from '../charts/twin'
import { Button } from '../parts/button'
import { Instant } from '../parts/instant'
import { useNarrow } from '../parts/narrow'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState, Skeleton, sentence } from '../parts/state'
import { type Sort, Table, type TableColumn } from '../parts/table'
import { useNow } from '../shell/freshness'
import { PageHead } from '../shell/page-head'
import { bytesText, countText, exactText, percentText } from '../state/numbers'
import { useView } from '../state/view'
import { CsvButton } from './csv-button'
import known from './known.module.css'
import { SourceDrawer } from './source-drawer'
import { Health } from './source-health'
import css from './sources.module.css'

export function Sources() {
  const view = useView()
  const navigate = useNavigate()
  const answer = useSources()
  const now = useNow()
  const isNarrow = useNarrow()
  const [sort, setSort] = useState<Sort>({ id: 'name', way: 'up' })
  const sources = answer.data?.sources ?? []
  const chosen = sources.find((source) => source.name === view.search.source)
  const twinOf = () => sourcesTwin(sorted(sources, sort), view.tz)
  // As a report the page has no head with its button, and the list is in the file all the same.
  useSheet('Sources', () => (view.search.report && sources.length ? twinOf() : null))
  const connect = () => navigate({ to: '/connect' })
  return (
    <div className={known.page}>
      <div className={known.scroll}>
        <PageHead title="Sources" about="What sends its log here, and how it is doing." view={view}>
          <CsvButton title="Sources" name="sources" isDisabled={sources.length === 0} twinOf={twinOf} />
          <Button icon="plus" kind="primary" onPress={connect}>
            Add a source
          </Button>
        </PageHead>
        <div className={known.main}>
          {answer.isError && !answer.data && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
          {answer.isPending && <Skeleton height={180} />}
          {answer.data && (
            <>
              <Troubles sources={sources} onOpen={(name) => view.set({ source: name })} />
              <div className={known.card}>
                <Table
                  label="Sources"
                  columns={columnsAt(now, view.tz).slice(0, chosen || isNarrow ? BESIDE : undefined)}
                  rows={sorted(sources, sort)}
                  keyOf={(source) => source.name}
                  sort={sort}
                  onSort={setSort}
                  onOpen={(source) => view.set({ source: source.name })}
                  empty={
                    <EmptyState title="Nothing sends its log here yet" icon="sources">
                      <Button kind="primary" onPress={connect}>
                        Connect a gateway
                      </Button>
                    </EmptyState>
                  }
                />
              </div>
            </>
          )}
        </div>
      </div>
      {chosen && <SourceDrawer source={chosen} tz={view.tz} onClose={() => view.set({ source: undefined })} />}
    </div>
  )
}

/** Columns that have room beside an open source, or on a phone. */
const BESIDE = 6

const number = (id: string, label: string, of: (source: Source) => number, text = countText): TableColumn<Source> => ({
  id,
  label,
  isNumber: true,
  canSort: true,
  cell: (source) => <span title={exactText(of(source))}>{text(of(source))}</span>,
})

function columnsAt(now: number, tz: string): TableColumn<Source>[] {
  return [
    {
      id: 'name',
      label: 'Source',
      canSort: true,
      cell: (source) => (
        <span className={css.name}>
          {source.name} {source.sample && <Pill tone="warn">sample</Pill>}
        </span>
      ),
    },
    { id: 'health', label: 'Health', canSort: true, cell: (source) => <Health health={source.health} /> },
    {
      id: 'last',
      label: 'Last event',
      canSort: true,
      cell: (source) => <LastEvent at={source.last_event} now={now} tz={tz} />,
    },
    {
      id: 'formats',
      label: 'Format',
      cell: (source) => <span className="quiet">{Object.keys(source.formats).join(', ') || '–'}</span>,
    },
    number('rate', 'Events/s', (source) => source.events_per_second),
    figure('complete', 'Complete', (source) => source.quality.complete, percentText, 0.9),
    figure('explained', 'Explained', explainedOf, percentText, 0.9),
    figure('lag', 'Delay', (source) => source.quality.lag_ms, delayText),
    number('accepted', 'Accepted', (source) => source.accepted),
    number('rejected', 'Rejected', (source) => source.rejected),
    number('duplicates', 'Duplicates', (source) => source.duplicates),
    number('bytes', 'Received', (source) => source.bytes, bytesText),
    number('flow', 'Bytes/s', (source) => source.bytes_per_second, bytesText),
  ]
}

/** The share of the denials of the last day that have a reason. */
const explainedOf = ({ quality }: Source) => (quality.denied > 0 ? quality.explained / quality.denied : null)

/** A figure of the last day, marked when it is below what is good. */
const figure = (
  id: string,
  label: string,
  of: (source: Source) => number | null,
  text: (value: number | null) => string,
  good = 0,
): TableColumn<Source> => ({
  id,
  label,
  isNumber: true,
  canSort: true,
  cell: (source) => {
    const value = of(source)
    return <span className={value === null ? 'quiet' : value < good ? css.low : ''}>{text(value)}</span>
  },
})

/** What needs a look, in words, above the list. */
function Troubles({ sources, onOpen }: { sources: Source[]; onOpen: (name: string) => void }) {
  const wrong = sources.filter(({ health }) => WORTH_A_WORD.includes(health))
  if (wrong.length === 0) return null
  return (
    <ul className={css.troubles} aria-label="What needs a look">
      {wrong.map((source) => (
        <li key={source.name}>
          <Health health={source.health} />
          <button type="button" className={css.link} onClick={() => onOpen(source.name)}>
            {source.name}
          </button>
          <span>{sentence(source.health_text)}</span>
        </li>
      ))}
    </ul>
  )
}
const WORTH_A_WORD = ['rejecting', 'silent', 'late', 'paused']

function LastEvent({ at, now, tz }: { at: string | null; now: number; tz: string }) {
  if (!at) return <span className="quiet">never</span>
  return (
    <Instant at={at} tz={tz}>
      {agoText(now - Date.parse(at))} ago
    </Instant>
  )
}

/** With every digit, for a file. */
function sourcesTwin(sources: Source[], tz: string): Twin {
  const columns: [string, string, (source: Source) => string | number | null][] = [
    ['Source', 'text', (source) => source.name],
    ['Health', 'text', (source) => source.health],
    ['Last event', 'time', (source) => (source.last_event ? Date.parse(source.last_event) : null)],
    ['Format', 'text', (source) => Object.keys(source.formats).join(' ')],
    ['Complete', 'percent', (source) => source.quality.complete ?? null],
    ['Explained', 'percent', explainedOf],
    ['Delay', 'ms', (source) => source.quality.lag_ms ?? null],
    ['Accepted', 'calls', (source) => source.accepted],
    ['Rejected', 'calls', (source) => source.rejected],
    ['Duplicates', 'calls', (source) => source.duplicates],
    ['Received', 'bytes', (source) => source.bytes],
  ]
  return {
    columns: columns.map(([label, unit]) => ({ label, unit })),
    rows: sources.map((source) => columns.map(([, , of]) => of(source))),
    tz,
  }
}

const HEALTH_ORDER = ['rejecting', 'silent', 'late', 'paused', 'new', 'ok']

function sorted(sources: Source[], { id, way }: Sort): Source[] {
  const keys: Record<string, (source: Source) => string | number> = {
    name: (source) => source.name,
    health: (source) => HEALTH_ORDER.indexOf(source.health),
    last: (source) => source.last_event ?? '',
    rate: (source) => source.events_per_second,
    accepted: (source) => source.accepted,
    rejected: (source) => source.rejected,
    duplicates: (source) => source.duplicates,
    bytes: (source) => source.bytes,
    flow: (source) => source.bytes_per_second,
    complete: (source) => source.quality.complete ?? -1,
    explained: (source) => explainedOf(source) ?? -1,
    lag: (source) => source.quality.lag_ms ?? -1,
  }
  const key = keys[id] ?? ((source: Source) => source.name)
  const sign = way === 'up' ? 1 : -1
  return sources.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    return (x < y ? -1 : x > y ? 1 : 0) * sign || a.name.localeCompare(b.name)
  })
}
