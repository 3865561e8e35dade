// One's own account: password, tokens and sessions.
import { useState } from 'react'
import { type Account, type Token, useAccount, useAct } from '../api/members'
import { useSession } from '../api/queries'
import { Button } from '../parts/button'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { toast } from '../parts/toast'
import { useNow } from '../shell/freshness'
import type { TabProps } from './members'
import css from './members.module.css'
import { Ago, RowsSeen } from './members-cells'
import { SessionList } from './members-sessions'
import { NewToken, OneToken, TokenList } from './members-tokens'

export function OwnAccount({ view }: TabProps) {
  const hasAccount = useSession().data?.user != null
  const answer = useAccount(hasAccount)
  const [open, setOpen] = useState<Token | 'new' | null>(null)
  const close = () => setOpen(null)
  if (!hasAccount)
    return (
      <EmptyState title="You have no account" icon="members">
        You came by a one-time link or with a token. Whoever may make members adds you under People.
      </EmptyState>
    )
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  if (!answer.data) return <Skeleton height={240} />
  return (
    <div className={css.body}>
      <Facts user={answer.data.user} tz={view.tz} />
      <section className={css.part} aria-labelledby="own-tokens">
        <div className={css.head}>
          <h2 id="own-tokens" className={css.subtitle}>
            Your tokens
          </h2>
          <Button icon="plus" onPress={() => setOpen('new')}>
            Make a token
          </Button>
        </div>
        <p className="quiet">A token of yours may never do more than you, and ends with your account.</p>
        <TokenList tokens={answer.data.tokens} isLoading={false} tz={view.tz} onOpen={setOpen} />
      </section>
      <section className={css.part} aria-labelledby="own-sessions">
        <h2 id="own-sessions" className={css.subtitle}>
          Where you are signed in
        </h2>
        <SessionList sessions={answer.data.sessions} isLoading={false} tz={view.tz} path="/account/sessions" />
      </section>
      {open === 'new' && <NewToken path="/account/tokens" roles={null} onClose={close} />}
      {open && open !== 'new' && <OneToken token={open} path="/account/tokens" onClose={close} />}
    </div>
  )
}

/** Who one is here, and the way to another password. */
function Facts({ user, tz }: { user: Account['user']; tz: string }) {
  const session = useSession().data
  const now = useNow()
  const [isChanging, setChanging] = useState(false)
  return (
    <section className={css.facts} aria-label="Your account">
      <dl>
        <div>
          <dt>Name</dt>
          <dd>
            {user.full_name} <span className={css.also}>{user.name}</span>
          </dd>
        </div>
        <div>
          <dt>Role</dt>
          <dd>{user.role}</dd>
        </div>
        <div>
          <dt>Sees only</dt>
          <dd>
            <RowsSeen rows={session?.rows.join(' ') || null} />
          </dd>
        </div>
        {session && session.addresses !== 'whole' && (
          <div>
            <dt>Client addresses</dt>
            <dd>{session.addresses === 'hash' ? 'hashed' : 'cut short'}</dd>
          </div>
        )}
        <div>
          <dt>Signed in</dt>
          <dd>
            <Ago at={user.last_signed_in} now={now} tz={tz} />
          </dd>
        </div>
      </dl>
      {!user.provider && <Button onPress={() => setChanging(true)}>Change the password…</Button>}
      {isChanging && <PasswordForm onClose={() => setChanging(false)} />}
    </section>
  )
}

function PasswordForm({ onClose }: { onClose: () => void }) {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const { act, error, isBusy } = useAct()
  const change = async () => {
    if ((await act('PUT', '/account/password', { old, new: next })) === false) return
    toast('Your password is changed; your other sessions have ended', { tone: 'good' })
    onClose()
  }
  return (
    <FormDialog
      title="Change the password"
      act="Change it"
      onAct={change}
      onClose={onClose}
      isDisabled={!old || !next}
      isBusy={isBusy}
      error={error}
    >
      <TextField
        label="Old password"
        type="password"
        value={old}
        onChange={setOld}
        autoComplete="current-password"
        autoFocus
      />
      <TextField
        label="New password"
        type="password"
        value={next}
        onChange={setNext}
        autoComplete="new-password"
        hint="At least 12 characters; a sentence is good. Your other sessions end."
      />
    </FormDialog>
  )
}
