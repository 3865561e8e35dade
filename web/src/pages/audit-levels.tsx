// How much the trail keeps of what is done to this program, by the kind of thing and the verb. Folded together: it rarely changes.
import { useTrailLevels } from '../api/trail'
import { Code } from '../parts/code'
import { Pill } from '../parts/pill'
import { Table, type TableColumn } from '../parts/table'
import { exactText } from '../state/numbers'
import css from './audit.module.css'
import { inWords, KEPT, type LevelLine, levelLines } from './audit-level-lines'

const EXAMPLE = 'trail_levels = ["events:read=metadata", "api:read=none"]'
/** Columns that have room beside an open event. */
const BESIDE = 4

/** Without an answer nothing: that is no reason to hide the trail below. */
export function AuditLevels({ isBeside }: { isBeside: boolean }) {
  const levels = useTrailLevels().data?.levels ?? []
  if (levels.length === 0) return null
  const rules = new Set(levels.flatMap(({ rule }) => rule ?? [])).size
  return (
    <details className={`${css.folded} no-print`}>
      <summary className={css.fold}>
        <h2>What is kept</h2>{' '}
        <Pill tone={rules ? 'accent' : 'plain'}>
          {rules ? `${exactText(rules)} ${rules === 1 ? 'rule' : 'rules'} of the settings` : 'as by default'}
        </Pill>
      </summary>
      <div className={css.levels}>
        <Table
          label="What is kept"
          columns={COLUMNS.slice(0, isBeside ? BESIDE : undefined)}
          rows={levelLines(levels)}
          keyOf={({ resource_type, verbs }) => `${resource_type} ${verbs.join(' ')}`}
        />
      </div>
      <div className={css.how}>
        <p>
          A line of the settings file changes it, as <code>kind:verb=level</code>; the first that fits counts, and{' '}
          <code>*</code> stands for any. Levels are none, metadata, request and response.
        </p>
        <Code text={EXAMPLE} language="toml" what="Line of the settings file" wraps />
      </div>
    </details>
  )
}

const COLUMNS: TableColumn<LevelLine>[] = [
  { id: 'kind', label: 'Kind', cell: ({ resource_type }) => inWords(resource_type) },
  {
    id: 'verbs',
    label: 'Verbs',
    cell: ({ verbs, events }) => <span title={events.join(', ')}>{verbs.map(inWords).join(', ')}</span>,
  },
  {
    id: 'level',
    label: 'Level',
    cell: ({ level, usual }) => <Pill tone={level === usual ? 'plain' : 'accent'}>{level}</Pill>,
  },
  { id: 'kept', label: 'Kept', cell: ({ level }) => KEPT[level] },
  {
    id: 'by',
    label: 'By',
    cell: ({ rule }) => (rule ? <code>{rule}</code> : <span className="quiet">default</span>),
  },
  { id: 'least', label: 'At least', cell: ({ least }) => <span className="quiet">{least}</span> },
]
