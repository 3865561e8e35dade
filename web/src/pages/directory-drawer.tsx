// One entity: what is said of it, how that changed, and the way to its calls.
import { useNavigate } from '@tanstack/react-router'
import { type Item, type Kind, useChanges } from '../api/directory'
import { useDimensions } from '../api/usage'
import { Button } from '../parts/button'
import { Drawer } from '../parts/drawer'
import { Instant } from '../parts/instant'
import { Skeleton } from '../parts/state'
import { termText, withTerm } from '../state/filter'
import { logsSearch, type View } from '../state/view'
import css from './directory.module.css'
import { Changes } from './directory-changes'
import { nameOf, wordsOf } from './directory-columns'
import { entityHref } from './entity'

/** The field that holds the name of each kind in an event. */
const FIELDS: Record<Kind, string> = {
  consumers: 'consumer',
  groups: 'group',
  plans: 'plan',
  routes: 'route',
  keys: 'key',
  customers: 'customer',
  apis: 'api',
  services: 'service',
  environments: 'environment',
}

type Props = { kind: Kind; item: Item; view: View; onClose: () => void }

export function DirectoryDrawer({ kind, item, view, onClose }: Props) {
  const navigate = useNavigate()
  const history = useChanges('', { kind, key: item.key })
  const changes = history.data?.pages.flatMap((page) => page.changes) ?? []
  const name = nameOf(item)
  const page = entityHref(useDimensions(), FIELDS[kind], name, view.search)
  const see = (more = '') => {
    const filter = withTerm(termText(FIELDS[kind], name), more)
    navigate({ to: '/logs', search: logsSearch(view.search, filter) as never })
  }
  const members = Object.entries(item.entity).flatMap(([member, value]) => {
    const isRules = member === 'rules' && typeof value === 'object' && value !== null
    return isRules ? Object.entries(value).map(([rule, inner]) => [rule, inner] as const) : [[member, value] as const]
  })
  return (
    <Drawer label={name} title={name} onClose={onClose} of={`${kind} ${item.key}`}>
      <div className={css.drawer}>
        <div className={css.acts}>
          {page && (
            <Button icon="usage" onPress={() => navigate({ to: page })}>
              Its page
            </Button>
          )}
          <Button icon="logs" onPress={() => see()}>
            Its calls
          </Button>
          <Button icon="logs" onPress={() => see('granted:false')}>
            Those denied
          </Button>
        </div>
        <dl className={css.members}>
          {members
            .map(([member, value]) => [member, wordsOf(value)] as const)
            .filter(([, words]) => words)
            .map(([member, words]) => (
              <div key={member}>
                <dt>{member.replaceAll('_', ' ')}</dt>
                <dd>{words}</dd>
              </div>
            ))}
          <div>
            <dt>so since</dt>
            <dd>{item.since ? <Instant at={item.since} tz={view.tz} /> : 'always'}</dd>
          </div>
          <div>
            <dt>says</dt>
            <dd>{item.origin}</dd>
          </div>
        </dl>
        <h3 className={css.subtitle}>Changes</h3>
        {history.isPending && <Skeleton height={60} />}
        {!history.isPending && changes.length === 0 && <p className="quiet">None since it is known.</p>}
        <Changes changes={changes} tz={view.tz} />
      </div>
    </Drawer>
  )
}
