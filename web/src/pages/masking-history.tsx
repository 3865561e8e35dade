// Which masking rules held since when, who said so, and what changed; an earlier version can hold again.
import { useState } from 'react'
import { type MaskRule, type MaskVersion, useMaskVersions } from '../api/masks'
import { useAct } from '../api/members'
import { Button } from '../parts/button'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { Instant } from '../parts/instant'
import { EmptyState, ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import known from './known.module.css'
import css from './masking.module.css'
import { foundText, howText, scopeText } from './masking-words'

const ruleText = (rule: MaskRule) =>
  `${rule.name}: ${foundText(rule)} ${howText(rule)}, ${scopeText(rule)}${rule.off ? ', off' : ''}`

const columnsAt = (tz: string, now: number, onRestore: (version: MaskVersion) => void): TableColumn<MaskVersion>[] => [
  { id: 'version', label: 'Version', cell: ({ version }) => version },
  { id: 'at', label: 'Since', cell: ({ at }) => <Instant at={at} tz={tz} /> },
  { id: 'by', label: 'By', cell: ({ by }) => by },
  { id: 'note', label: 'Why', cell: ({ note }) => <span className={css.text}>{note}</span> },
  {
    id: 'changes',
    label: 'What changed',
    cell: ({ added, removed }) => (
      <ul className={css.changes}>
        {removed.map((rule) => (
          <li key={`-${ruleText(rule)}`}>
            <del>{ruleText(rule)}</del>
          </li>
        ))}
        {added.map((rule) => (
          <li key={`+${ruleText(rule)}`}>
            <ins>{ruleText(rule)}</ins>
          </li>
        ))}
        {added.length + removed.length === 0 && <li>only the order</li>}
      </ul>
    ),
  },
  {
    id: 'restore',
    label: 'Do',
    cell: (version) =>
      version.version === now ? (
        'holds'
      ) : (
        <Button aria-label={`Restore version ${version.version}`} onPress={() => onRestore(version)}>
          Restore…
        </Button>
      ),
  },
]

export function MaskHistory({ now, tz }: { now: number; tz: string }) {
  const answer = useMaskVersions()
  const [asked, setAsked] = useState<MaskVersion | null>(null)
  const { act, error } = useAct()
  const restore = async () => {
    if (!asked || (await act('POST', `/masks/versions/${asked.version}/restore`)) === false) return false
    toast(`The rules of version ${asked.version} hold again`, { tone: 'good' })
    return true
  }
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  return (
    <div className={css.body}>
      <div className={known.card}>
        <Table
          label="Versions"
          columns={columnsAt(tz, now, setAsked)}
          rows={answer.data?.versions ?? []}
          keyOf={({ version }) => String(version)}
          loadingRows={answer.isPending ? 3 : 0}
          empty={
            <EmptyState title="Never changed" icon="clock" isCompact>
              Each change of the rules is a version, with who made it and when.
            </EmptyState>
          }
        />
      </div>
      {asked && (
        <ConfirmDialog
          title={`Restore version ${asked.version}?`}
          act="Restore it"
          onAct={restore}
          onClose={() => setAsked(null)}
          error={error}
        >
          <p>
            Its {asked.rules} rules hold for events from now on, in place of those of version {now}.
          </p>
        </ConfirmDialog>
      )}
    </div>
  )
}
