// How the audit proxies stand: those before the Admin APIs of gateways. Folded together while all is well.
import { agoText } from '../api/sources'
import { type AuditProxy, useProxies } from '../api/trail'
import { Instant } from '../parts/instant'
import { useNarrow } from '../parts/narrow'
import { Pill } from '../parts/pill'
import { sentence } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { useNow } from '../shell/freshness'
import { exactText } from '../state/numbers'
import type { Search } from '../state/search'
import css from './audit.module.css'

type Props = {
  tz: string
  /** Whether something is opened beside it. */
  isBeside: boolean
  onRun: (patch: Partial<Search>) => void
}

/** Columns that have room beside an open event. */
const BESIDE = 5

/** Nothing where there are none; what goes wrong with the answer is no reason to hide the trail below. */
export function AuditProxies({ tz, isBeside, onRun }: Props) {
  const proxies = useProxies().data?.proxies ?? []
  const now = useNow()
  const isNarrow = useNarrow()
  if (proxies.length === 0) return null
  const troubled = proxies.filter(({ problem }) => problem)
  return (
    <details className={`${css.folded} no-print`} open={troubled.length > 0 && !isNarrow}>
      <summary className={css.fold}>
        <h2>Audit proxies</h2>{' '}
        <Pill tone={troubled.length ? 'bad' : 'good'}>
          {troubled.length ? `${exactText(troubled.length)} of ${exactText(proxies.length)} in trouble` : 'all well'}
        </Pill>
      </summary>
      <Table
        label="Audit proxies"
        columns={columnsAt(now, tz).slice(0, isBeside ? BESIDE : undefined)}
        rows={proxies}
        keyOf={({ name }) => name}
        onOpen={({ name }) => onRun({ origin: name })}
      />
    </details>
  )
}

function columnsAt(now: number, tz: string): TableColumn<AuditProxy>[] {
  return [
    {
      id: 'name',
      label: 'Proxy',
      cell: ({ name, kind }) => (
        <>
          {name} <span className="quiet">{kind}</span>
        </>
      ),
    },
    { id: 'state', label: 'State', cell: (proxy) => <State proxy={proxy} /> },
    { id: 'upstream', label: 'Stands before', isMono: true, cell: ({ upstream }) => upstream },
    {
      id: 'fail',
      label: 'Mode',
      cell: ({ fail }) => (
        <span title={fail === 'open' ? 'What cannot be recorded goes on' : 'What cannot be recorded is refused'}>
          fail {fail}
        </span>
      ),
    },
    {
      id: 'changed',
      label: 'Last change',
      cell: ({ last_change }) =>
        last_change ? (
          <Instant at={last_change} tz={tz}>
            {agoText(now - Date.parse(last_change))} ago
          </Instant>
        ) : (
          <span className="quiet">none yet</span>
        ),
    },
    { id: 'changes', label: 'Changes', isNumber: true, cell: ({ counts }) => exactText(counts.changes) },
    { id: 'refused', label: 'Refused', isNumber: true, cell: ({ counts }) => exactText(counts.refused) },
    { id: 'drift', label: 'Changed behind it', isNumber: true, cell: ({ counts }) => exactText(counts.drift) },
  ]
}

function State({ proxy: { problem, reachable } }: { proxy: AuditProxy }) {
  if (problem) return <span className={css.trouble}>{sentence(problem)}</span>
  return reachable === null ? <span className="quiet">Nothing was asked yet</span> : <Pill tone="good">well</Pill>
}
