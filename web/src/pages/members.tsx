// Who may what here: people, roles, tokens and sessions, as far as the one who looks may see them, and one's own account.
import { type ReactNode, useState } from 'react'
import { useSession } from '../api/queries'
import { Button } from '../parts/button'
import { EmptyState, Skeleton } from '../parts/state'
import { Tabs } from '../parts/tabs'
import { PageHead } from '../shell/page-head'
import { useView, type View } from '../state/view'
import known from './known.module.css'
import { OwnAccount } from './members-account'
import { People } from './members-people'
import { Roles } from './members-roles'
import { Sessions } from './members-sessions'
import { Tokens } from './members-tokens'

/** What a tab gets: whether its dialog for something new is open, and what the one who looks may. */
export type TabProps = { view: View; mayWrite: boolean; isNew: boolean; onNewDone: () => void }

type Entry = {
  id: string
  label: string
  /** What opens it, and what one needs to change what it shows. */
  needs: string
  writes: string
  /** What the button in the head makes. */
  makes?: string
  body: (props: TabProps) => ReactNode
}

const TABS: Entry[] = [
  { id: 'people', label: 'People', needs: 'members:read', writes: 'members:write', makes: 'Add someone', body: People },
  { id: 'roles', label: 'Roles', needs: 'members:read', writes: 'members:write', makes: 'Make a role', body: Roles },
  { id: 'tokens', label: 'Tokens', needs: 'tokens:write', writes: 'tokens:write', makes: 'Make a token', body: Tokens },
  { id: 'sessions', label: 'Sessions', needs: 'members:read', writes: 'members:write', body: Sessions },
  { id: 'you', label: 'You', needs: 'account:own', writes: 'account:own', body: OwnAccount },
]

export function Members() {
  const view = useView()
  const session = useSession().data
  const [isNew, setNew] = useState(false)
  const may = (permission: string) => session?.permissions.includes(permission) === true
  const tabs = TABS.filter(({ needs }) => may(needs))
  const chosen = tabs.find(({ id }) => id === view.search.kind) ?? tabs[0]
  const choose = (id: string) => {
    setNew(false)
    view.set({ kind: id === tabs[0]?.id ? undefined : id, q: undefined })
  }
  return (
    <div className={known.page}>
      <div className={known.scroll}>
        <PageHead
          title="Members"
          about="Who may see and do what here. Nobody can change an event or the operator trail."
          view={view}
        >
          {chosen?.makes && may(chosen.writes) && (
            <Button icon="plus" kind="primary" onPress={() => setNew(true)}>
              {chosen.makes}
            </Button>
          )}
        </PageHead>
        <div className={known.main}>
          {!session && <Skeleton height={320} />}
          {session && !chosen && (
            <EmptyState title="Nothing here is open to you" icon="members">
              You came with a token that has no right to members, and without an account of your own.
            </EmptyState>
          )}
          {chosen && (
            <Tabs
              label="Members"
              value={chosen.id}
              onChange={choose}
              tabs={tabs.map(({ id, label, writes, body: Body }) => ({
                id,
                label,
                body: <Body view={view} mayWrite={may(writes)} isNew={isNew} onNewDone={() => setNew(false)} />,
              }))}
            />
          )}
        </div>
      </div>
    </div>
  )
}
