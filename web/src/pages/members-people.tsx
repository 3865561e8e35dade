// Accounts: who has one, with which role, and whether they are shut out.
import { useState } from 'react'
import { newPassword, type User, useAct, useRoles, userPath, useUsers } from '../api/members'
import type { Twin } from '../charts/twin'
import { Button } from '../parts/button'
import { Switch } from '../parts/choice'
import { Code } from '../parts/code'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import { useNow } from '../shell/freshness'
import { CsvButton } from './csv-button'
import type { TabProps } from './members'
import css from './members.module.css'
import { Ago, RowsSeen } from './members-cells'
import { Preview, RoleChoice } from './members-roles'
import { SearchBox } from './search-box'

const columnsAt = (now: number, tz: string): TableColumn<User>[] => [
  {
    id: 'name',
    label: 'Name',
    cell: (user) => (
      <span className={css.name}>
        {user.full_name}
        {user.full_name !== user.name && <span className={css.also}>{user.name}</span>}
        {user.disabled && <Pill tone="bad">shut out</Pill>}
      </span>
    ),
  },
  { id: 'role', label: 'Role', cell: (user) => user.role },
  { id: 'rows', label: 'Sees only', cell: (user) => <RowsSeen rows={user.rows} /> },
  { id: 'way', label: 'Signs in', cell: wayOf },
  {
    id: 'last',
    label: 'Last signed in',
    cell: (user) => <Ago at={user.last_signed_in} now={now} tz={tz} otherwise="never" />,
  },
]

/** The identity provider that vouches for someone, or their password. */
const wayOf = ({ provider }: User) => (provider ? provider.issuer.replace(/^https?:\/\//, '') : 'with a password')

const has = (user: User, text: string) =>
  `${user.name} ${user.full_name} ${user.role} ${user.rows ?? ''}`.toLowerCase().includes(text.toLowerCase())

export function People({ view, mayWrite, isNew, onNewDone }: TabProps) {
  const answer = useUsers()
  const now = useNow()
  const [open, setOpen] = useState<User | null>(null)
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const all = answer.data?.users ?? []
  const search = view.search.q ?? ''
  const users = all.filter((user) => has(user, search))
  return (
    <div className={css.body}>
      <div className={css.tools}>
        <SearchBox view={view} label="Search people" placeholder="Name, role, filter…" />
        <CsvButton title="People" name="people" isDisabled={all.length === 0} twinOf={() => twinOf(users, view.tz)} />
      </div>
      <div className={css.card}>
        <Table
          label="People"
          columns={columnsAt(now, view.tz)}
          rows={users}
          keyOf={(user) => user.name}
          {...(mayWrite ? { onOpen: setOpen } : {})}
          loadingRows={answer.isPending ? 3 : 0}
          empty={
            all.length > 0 ? (
              <EmptyState title="Nobody is found by this text" isCompact />
            ) : (
              <EmptyState title="Nobody has an account yet" icon="members">
                You came by a link or a token. Add yourself, and sign in with your own account from now on.
              </EmptyState>
            )
          }
        />
      </div>
      {isNew && <Person user={null} isFirst={all.length === 0} onClose={onNewDone} />}
      {open && <Person key={open.name} user={open} isFirst={false} onClose={() => setOpen(null)} />}
    </div>
  )
}

/** An account that is made, or changed. A change of role or filter counts at once, and ends the person's sessions. */
function Person({ user, isFirst, onClose }: { user: User | null; isFirst: boolean; onClose: () => void }) {
  const [isRemoving, setRemoving] = useState(false)
  const removal = useAct()
  if (user && isRemoving)
    return (
      <ConfirmDialog
        title={`Remove ${user.full_name}?`}
        act="Remove the account"
        error={removal.error}
        onAct={async () => (await removal.act('DELETE', userPath(user.name))) !== false}
        onClose={onClose}
      >
        Their sessions and tokens end at once. What they did stays in the operator trail. To let them come back later,
        shut them out instead.
      </ConfirmDialog>
    )
  return <PersonForm user={user} isFirst={isFirst} onRemove={() => setRemoving(true)} onClose={onClose} />
}

type FormProps = { user: User | null; isFirst: boolean; onRemove: () => void; onClose: () => void }

function PersonForm({ user, isFirst, onRemove, onClose }: FormProps) {
  const roles = useRoles().data?.roles ?? []
  const [name, setName] = useState(user?.name ?? '')
  const [fullName, setFullName] = useState(user?.full_name ?? '')
  const [role, setRole] = useState(user?.role ?? (isFirst ? 'super_admin' : 'viewer'))
  const [rows, setRows] = useState(user?.rows ?? '')
  const [isOut, setOut] = useState(user?.disabled ?? false)
  const [password, setPassword] = useState('')
  const { act, error, isBusy } = useAct()
  const said = {
    full_name: fullName.trim() || name.trim(),
    role,
    rows: role === 'super_admin' ? null : rows.trim() || null,
  }
  const save = async () => {
    const done = user
      ? await act('PUT', userPath(user.name), { ...said, disabled: isOut, password: password || null })
      : await act('POST', '/users', { ...said, name: name.trim().toLowerCase(), password })
    if (done === false) return
    toast(user ? `${said.full_name} is changed` : `${said.full_name} can sign in now`, { tone: 'good' })
    onClose()
  }
  const chosen = roles.find((one) => one.name === role)
  return (
    <FormDialog
      title={user ? user.full_name : 'Add someone'}
      act={user ? 'Save' : 'Add'}
      onAct={save}
      onClose={onClose}
      isDisabled={!name.trim() || (!user && !password)}
      isBusy={isBusy}
      error={error}
      more={
        user && (
          <Button kind="quiet" onPress={onRemove}>
            Remove…
          </Button>
        )
      }
    >
      <div className={css.pair}>
        {!user && (
          <TextField
            label="Name to sign in with"
            value={name}
            onChange={setName}
            hint="Like ann or ann@example.com; it never changes."
            autoComplete="off"
            autoFocus
          />
        )}
        <TextField label="Full name" value={fullName} onChange={setFullName} autoComplete="off" />
      </div>
      <RoleChoice value={role} roles={roles} onChange={setRole} />
      {role !== 'super_admin' && (
        <TextField
          label="Sees only"
          value={rows}
          onChange={setRows}
          isMono
          placeholder="environment:prod gateway:edge"
          hint="A filter. It only narrows, together with that of the role; without one they see all of it."
        />
      )}
      {chosen && (
        <Preview
          permissions={chosen.permissions}
          rows={[chosen.rows ?? '', said.rows ?? '']}
          addresses={chosen.addresses}
        />
      )}
      {!user?.provider && <PasswordField isOther={user !== null} value={password} onChange={setPassword} />}
      {user && (
        <Switch isSelected={isOut} onChange={setOut}>
          Shut out: no session and no token of theirs is good
        </Switch>
      )}
    </FormDialog>
  )
}

/** A password for someone else: typed, or made here and shown once. */
function PasswordField(props: { isOther: boolean; value: string; onChange: (text: string) => void }) {
  const { isOther, value, onChange } = props
  const [isMade, setMade] = useState(false)
  const turn = () => {
    onChange(isMade ? '' : newPassword())
    setMade(!isMade)
  }
  return (
    <div className={css.password}>
      {isMade ? (
        <Code title="Password, shown only now: give it to them in private" text={value} what="Password" />
      ) : (
        <TextField
          label={isOther ? 'New password' : 'Password'}
          type="password"
          value={value}
          onChange={onChange}
          autoComplete="new-password"
          hint={isOther ? 'Leave it empty to keep the one they have.' : 'At least 12 characters; a sentence is good.'}
        />
      )}
      <Button onPress={turn}>{isMade ? 'Type one' : 'Make one'}</Button>
    </div>
  )
}

/** Who may what, for a file. */
function twinOf(users: User[], tz: string): Twin {
  const columns: [string, string, (user: User) => string | number | null][] = [
    ['Name', 'text', (user) => user.name],
    ['Full name', 'text', (user) => user.full_name],
    ['Role', 'text', (user) => user.role],
    ['Sees only', 'text', (user) => user.rows ?? ''],
    ['Shut out', 'text', (user) => (user.disabled ? 'yes' : 'no')],
    ['Signs in', 'text', wayOf],
    ['Made', 'time', (user) => Date.parse(user.created)],
    ['Last signed in', 'time', (user) => (user.last_signed_in ? Date.parse(user.last_signed_in) : null)],
  ]
  return {
    columns: columns.map(([label, unit]) => ({ label, unit })),
    rows: users.map((user) => columns.map(([, , of]) => of(user))),
    tz,
  }
}
