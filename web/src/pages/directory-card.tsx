// What the directory says of an entity, and how that changed.
import { type Kind, useChanges, useItems } from '../api/directory'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { EmptyState, ErrorState, PanelSkeleton } from '../parts/state'
import css from './directory.module.css'
import { Changes } from './directory-changes'
import { nameOf, wordsOf } from './directory-columns'
import type { OwnCardProps } from './own-cards'

export function DirectoryCard({ view, spans, entity }: OwnCardProps) {
  if (!entity?.dimension.directory) return null
  return <Listed kind={entity.dimension.directory as Kind} name={entity.name} tz={view.tz} spans={spans} />
}

function Listed({ kind, name, tz, spans }: { kind: Kind; name: string; tz: string; spans: OwnCardProps['spans'] }) {
  const answer = useItems(kind, name)
  const items = answer.data?.pages.flatMap((page) => page.items) ?? []
  const item = items.find((one) => nameOf(one) === name || one.entity.id === name || one.key === name)
  const history = useChanges('', { kind, key: item?.key ?? name })
  const changes = history.data?.pages.flatMap((page) => page.changes) ?? []
  const members = Object.entries(item?.entity ?? {})
    .filter(([member]) => member !== 'name')
    .map(([member, value]) => [member, wordsOf(value)] as const)
    .filter(([, words]) => words)
  const body = () => {
    if (answer.isError) return <ErrorState error={answer.error} compact />
    if (answer.isPending) return <PanelSkeleton shape="list" />
    if (!item)
      return (
        <EmptyState title="The directory does not list it" icon="directory" isCompact>
          <Go href="/docs/directory">How to add it</Go>
        </EmptyState>
      )
    return (
      <>
        <dl className={css.members}>
          {members.map(([member, words]) => (
            <div key={member}>
              <dt>{member.replaceAll('_', ' ')}</dt>
              <dd>{words}</dd>
            </div>
          ))}
          <div>
            <dt>says</dt>
            <dd>{item.origin}</dd>
          </div>
        </dl>
        <h3 className={css.subtitle}>Changes</h3>
        {changes.length === 0 && <p className="quiet">None since it is known.</p>}
        <Changes changes={changes} tz={tz} />
      </>
    )
  }
  return (
    <Card title="In the directory" question="What is said of it, and how did that change?" {...spans}>
      {body()}
    </Card>
  )
}
