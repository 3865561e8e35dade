// What if a rule were another one? A change is put together, replayed over the calls of the range, and what flips is told.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Flips, type Outcome, type Replay, replayFile, useReplay } from '../api/explain'
import { Button } from '../parts/button'
import { Go } from '../parts/link'
import { Menu } from '../parts/menu'
import { Stat } from '../parts/stat'
import { EmptyState, Skeleton, sentence } from '../parts/state'
import { Table } from '../parts/table'
import { toast } from '../parts/toast'
import { Bar } from '../shell/bar'
import { Refused } from '../shell/filter-problem'
import { withTerm } from '../state/filter'
import { countText, exactText, percentText } from '../state/numbers'
import { writeSearch } from '../state/search'
import { logsSearch, useView, type View } from '../state/view'
import { Nothing } from './panel-page'
import css from './rules.module.css'
import { type Change, FIRST, missingOf, readChange, zoned } from './what-if-change'
import { ChangeForm } from './what-if-form'
import { Ideas } from './what-if-ideas'

export function WhatIf() {
  const view = useView()
  const asked = readChange(view.search.try)
  const [draft, setDraft] = useState<Change>(asked ?? FIRST)
  /** Counts what came from elsewhere than the form, which then begins anew. */
  const [formOf, setFormOf] = useState(0)
  const client = useQueryClient()
  const isWhole = asked !== null && missingOf(asked) === null
  const replay: Replay | null = isWhole ? { ...view.range, tz: view.tz, filter: view.filter, change: asked } : null
  const answer = useReplay(replay)
  const missing = missingOf(draft)
  const text = JSON.stringify(zoned(draft, view.tz))
  const tried = (change: Change) => {
    setDraft(change)
    setFormOf(formOf + 1)
    view.set({ try: JSON.stringify(change) })
  }
  return (
    <div className={css.scroll}>
      <Bar title="What if" view={view} />
      <div className={css.page}>
        <p className={css.about}>
          Propose a change of a rule and see which calls of the range and the filter above would pass or be refused, and
          whose they are. Nothing is changed.
        </p>
        <form
          className={`${css.card} ${css.form}`}
          aria-label="The change"
          onSubmit={(event) => {
            event.preventDefault()
            if (missing) return
            if (text === view.search.try) answer.refetch()
            else view.set({ try: text })
          }}
        >
          <ChangeForm key={formOf} change={draft} onChange={setDraft} view={view} />
          <div className={`${css.wide} ${css.acts}`}>
            <Button kind="primary" type="submit" isDisabled={missing !== null} isPending={answer.isFetching}>
              Try it
            </Button>
            {answer.isFetching && (
              <Button icon="stop" onPress={() => client.cancelQueries({ queryKey: ['/what-if'] })}>
                Stop
              </Button>
            )}
            <span className="quiet" role="status">
              {answer.isFetching ? 'Looking at every call of the range…' : (missing ?? '')}
            </span>
          </div>
        </form>
        {answer.isError && <Refused view={view} error={answer.error} onRetry={() => answer.refetch()} />}
        {answer.isFetching && !answer.data && <Skeleton height={160} />}
        {answer.data?.scanned === 0 && <Nothing title="No call in this range" view={view} />}
        {!!answer.data?.scanned && replay && <Result outcome={answer.data} replay={replay} view={view} />}
        {!replay && <Ideas view={view} onTry={tried} />}
      </div>
    </div>
  )
}

function Result({ outcome, replay, view }: { outcome: Outcome; replay: Replay; view: View }) {
  const { scanned, would_allow: allow, would_deny: deny, unchanged, unknown = 0 } = outcome
  const flips = allow + deny
  const logs = (filter: string) => `/logs${writeSearch(logsSearch(view.search, filter))}`
  const share = (calls: number) => (scanned ? percentText(calls / scanned) : '')
  const save = async (format: 'csv' | 'ndjson') => {
    try {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(await replayFile(replay, format))
      link.download = `gatelog-what-if.${format}`
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
    } catch (cause) {
      toast(sentence(cause instanceof Error ? cause.message : String(cause)), { tone: 'bad' })
    }
  }
  return (
    <>
      <section className={`${css.card} ${css.stats}`} aria-label="What would be">
        <Stat label="Would pass" value={countText(allow)} exact={exactText(allow)} note={share(allow)} />
        <Stat label="Would be refused" value={countText(deny)} exact={exactText(deny)} note={share(deny)} />
        <Stat label="As before" value={countText(unchanged)} exact={exactText(unchanged)} note={share(unchanged)} />
        {unknown > 0 && (
          <Stat
            label="Of these not known"
            value={countText(unknown)}
            exact={exactText(unknown)}
            note="no groups of the caller"
          />
        )}
        <Stat
          label="Calls looked at"
          value={countText(scanned)}
          exact={exactText(scanned)}
          note={`in ${outcome.seconds < 0.1 ? '<0.1' : outcome.seconds.toFixed(1)} s${outcome.partial ? ', not all' : ''}`}
        />
      </section>
      {outcome.note && <p className="quiet">{sentence(outcome.note)}</p>}
      {flips === 0 ? (
        <EmptyState title="Nothing would be otherwise" icon="check">
          Every call of this range and filter would end as it did.
        </EmptyState>
      ) : (
        <>
          <div className={`${css.acts} ${css.spread}`}>
            <h2 className={css.heading}>Whose calls, and where</h2>
            <span className={css.acts}>
              {outcome.filter && (
                <Go href={logs(outcome.filter)} className={css.link}>
                  Show exactly these calls
                </Go>
              )}
              <Menu
                label="Export"
                trigger={<Button icon="download">Export</Button>}
                entries={[
                  { id: 'csv', label: 'As CSV', run: () => save('csv') },
                  { id: 'ndjson', label: 'As JSON lines', run: () => save('ndjson') },
                ]}
              />
            </span>
          </div>
          <div className={css.two}>
            <FlipTable label="Consumer" rows={outcome.by_consumer} field="consumer" logs={logs} />
            <FlipTable label="Route" rows={outcome.by_route} field="route" logs={logs} />
          </div>
          <Examples ids={outcome.examples} view={view} />
        </>
      )}
    </>
  )
}

type TableProps = { label: string; rows: Flips[]; field: string; logs: (filter: string) => string }
const SHOWN_MAX = 50

function FlipTable({ label, rows, field, logs }: TableProps) {
  const termOf = (key: string) => withTerm('', `${field}:${JSON.stringify(key)}`)
  return (
    <div className={css.card}>
      <Table
        label={`By ${label.toLowerCase()}`}
        rows={rows.slice(0, SHOWN_MAX)}
        keyOf={(row) => row.key}
        columns={[
          {
            id: 'key',
            label,
            isMono: true,
            cell: (row) => (
              <Go href={logs(termOf(row.key))} className={css.link}>
                {row.key || 'unknown'}
              </Go>
            ),
          },
          { id: 'allow', label: 'Would pass', isNumber: true, cell: (row) => count(row.would_allow, css.allow) },
          { id: 'deny', label: 'Would be refused', isNumber: true, cell: (row) => count(row.would_deny, css.deny) },
        ]}
      />
    </div>
  )
}

const count = (calls: number, look: string | undefined) =>
  calls ? (
    <span className={look} title={exactText(calls)}>
      {countText(calls)}
    </span>
  ) : (
    <span className="quiet">0</span>
  )

const EXAMPLES_SHOWN = 20

function Examples({ ids, view }: { ids: string[]; view: View }) {
  if (ids.length === 0) return null
  return (
    <section aria-label="Examples">
      <h2 className={css.heading}>Examples</h2>
      <ul className={css.list}>
        {ids.slice(0, EXAMPLES_SHOWN).map((id) => (
          <li key={id}>
            <Go href={`/logs${writeSearch({ ...logsSearch(view.search, ''), row: id })}`} className={css.pill}>
              {id}
            </Go>
          </li>
        ))}
      </ul>
    </section>
  )
}
