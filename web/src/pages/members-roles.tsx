// Roles: those of the program, those of one's own, and what someone with one of them sees.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getJson } from '../api/client'
import { type Role, rolePath, useAct, useRoles } from '../api/members'
import { Button } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Segmented } from '../parts/choice'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { Select } from '../parts/menu'
import { Pill } from '../parts/pill'
import { ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import { PAGES } from '../shell/pages'
import { exactText } from '../state/numbers'
import type { TabProps } from './members'
import css from './members.module.css'
import { RowsSeen } from './members-cells'

export function RoleChoice(props: { value: string; roles: Role[]; onChange: (name: string) => void }) {
  const choices = props.roles.map(({ name }) => ({ id: name, label: name }))
  const about = props.roles.find(({ name }) => name === props.value)?.about
  return (
    <div className={css.choice}>
      <span className={css.label}>Role</span>
      <Select label="Role" value={props.value} choices={choices} onChange={props.onChange} />
      {about && <span className={css.also}>{about}</span>}
    </div>
  )
}

const COLUMNS: TableColumn<Role>[] = [
  {
    id: 'name',
    label: 'Role',
    cell: (role) => (
      <span className={css.name}>
        {role.name}
        {!role.built_in && <Pill tone="accent">own</Pill>}
      </span>
    ),
  },
  {
    id: 'about',
    label: 'What it is for',
    cell: (role) => <span className={css.about}>{role.about || <span className="quiet">–</span>}</span>,
  },
  { id: 'rows', label: 'Sees only', cell: (role) => <RowsSeen rows={role.rows} /> },
  { id: 'may', label: 'Permissions', isNumber: true, cell: (role) => role.permissions.length },
  { id: 'users', label: 'People', isNumber: true, cell: (role) => role.users },
  { id: 'tokens', label: 'Tokens', isNumber: true, cell: (role) => role.tokens },
]

export function Roles({ mayWrite, isNew, onNewDone }: TabProps) {
  const answer = useRoles()
  const [open, setOpen] = useState<Role | null>(null)
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const all = answer.data?.permissions ?? []
  const close = () => setOpen(null)
  return (
    <div className={css.body}>
      <div className={css.card}>
        <Table
          label="Roles"
          columns={COLUMNS}
          rows={answer.data?.roles ?? []}
          keyOf={(role) => role.name}
          onOpen={setOpen}
          loadingRows={answer.isPending ? 6 : 0}
        />
      </div>
      {isNew && <RoleForm of={null} all={all} onClose={onNewDone} />}
      {open && mayWrite && !open.built_in && <RoleForm key={open.name} of={open} all={all} onClose={close} />}
      {open && (!mayWrite || open.built_in) && <RoleShown role={open} all={all} onClose={close} />}
    </div>
  )
}

const ADDRESSES = [
  { id: 'whole', label: 'Whole', about: 'As the gateway saw them.' },
  { id: 'network', label: 'Network', about: 'Cut to /24 and /48, in lists, charts, exports and filters.' },
  { id: 'hash', label: 'Hash', about: 'A keyed hash: equal ones stay equal, and nobody can tell which.' },
]

type Permission = { name: string; about: string }

/** A role that is not for changing. */
function RoleShown({ role, all, onClose }: { role: Role; all: Permission[]; onClose: () => void }) {
  return (
    <Dialog title={role.name} size="l" isOpen onClose={onClose} footer={<Button onPress={onClose}>Close</Button>}>
      <div className={css.form}>
        <p>{role.about}</p>
        <Preview permissions={role.permissions} rows={[role.rows ?? '']} addresses={role.addresses} />
        <Permissions all={all} chosen={role.permissions} />
      </div>
    </Dialog>
  )
}

/** A role of one's own that is made, or changed: its people have what it says at once, and their sessions end. */
function RoleForm({ of: role, all, onClose }: { of: Role | null; all: Permission[]; onClose: () => void }) {
  const [name, setName] = useState(role?.name ?? '')
  const [about, setAbout] = useState(role?.about ?? '')
  const [rows, setRows] = useState(role?.rows ?? '')
  const [addresses, setAddresses] = useState<Role['addresses']>(role?.addresses ?? 'whole')
  const [may, setMay] = useState<string[]>(role?.permissions ?? ['panels:read', 'account:own'])
  const { act, error, isBusy } = useAct()
  const isUsed = role !== null && role.users + role.tokens > 0
  const save = async () => {
    const body = { about: about.trim(), permissions: may, rows: rows.trim() || null, addresses }
    if ((await act('PUT', rolePath(name.trim()), body)) === false) return
    toast(`The role ${name.trim()} is ${role ? 'changed' : 'made'}`, { tone: 'good' })
    onClose()
  }
  const remove = async () => {
    if (role && (await act('DELETE', rolePath(role.name))) !== false) onClose()
  }
  return (
    <FormDialog
      title={role ? role.name : 'Make a role'}
      act={role ? 'Save' : 'Make it'}
      size="l"
      onAct={save}
      onClose={onClose}
      isDisabled={!name.trim() || may.length === 0}
      isBusy={isBusy}
      error={error}
      more={
        role && (
          <Button kind="quiet" isDisabled={isBusy || isUsed} onPress={remove}>
            {isUsed ? 'In use' : 'Remove'}
          </Button>
        )
      }
    >
      <div className={css.pair}>
        {!role && (
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            hint="Lower-case letters, digits, - and _."
            autoFocus
          />
        )}
        <TextField label="What it is for" value={about} onChange={setAbout} />
      </div>
      <TextField
        label="Sees only"
        value={rows}
        onChange={setRows}
        isMono
        placeholder="environment:prod api:pets"
        hint="A filter. Everyone with this role sees only what matches, in every list, chart, export and live tail."
      />
      <div className={css.choice}>
        <span className={css.label}>Client addresses</span>
        <Segmented
          label="Client addresses"
          value={addresses}
          options={ADDRESSES}
          onChange={(id) => setAddresses(id as Role['addresses'])}
        />
        <span className={css.also}>{ADDRESSES.find(({ id }) => id === addresses)?.about}</span>
      </div>
      <Preview permissions={may} rows={[rows]} addresses={addresses} />
      <Permissions all={all} chosen={may} onChange={setMay} />
    </FormDialog>
  )
}

type PermissionsProps = { all: Permission[]; chosen: string[]; onChange?: (chosen: string[]) => void }

/** Permissions to be chosen, or to be looked at. */
export function Permissions({ all, chosen, onChange }: PermissionsProps) {
  const toggle = (name: string, isOn: boolean) =>
    onChange?.(isOn ? [...chosen, name] : chosen.filter((one) => one !== name))
  return (
    <fieldset className={css.rights}>
      <legend className={css.label}>Permissions</legend>
      {all.map(({ name, about }) => (
        <Checkbox
          key={name}
          isSelected={chosen.includes(name)}
          isReadOnly={!onChange}
          onChange={(isOn) => toggle(name, isOn)}
        >
          <span>
            <code className={css.filter}>{name}</code>
            <span className={css.right}>{about}</span>
          </span>
        </Checkbox>
      ))}
    </fieldset>
  )
}

type PreviewProps = { permissions: string[]; rows: string[]; addresses?: Role['addresses'] }

/** What someone with these permissions and filters sees. */
export function Preview({ permissions, rows, addresses = 'whole' }: PreviewProps) {
  const filter = rows
    .map((text) => text.trim())
    .filter(Boolean)
    .map((text) => `(${text})`)
    .join(' ')
  const pages = PAGES.filter(({ needs }) => needs.some((one) => permissions.includes(one))).map(({ label }) => label)
  return (
    <section className={css.preview} aria-label="What they see">
      <b>What they see</b>
      <span>{pages.length > 0 ? pages.join(' · ') : 'No page at all'}</span>
      {permissions.includes('panels:read') && (
        <span>
          <Seen filter={filter} />
          {addresses === 'hash' && ' Client addresses are hashed.'}
          {(addresses === 'network' || !permissions.includes('events:read')) && ' Client addresses are cut short.'}
        </span>
      )}
    </section>
  )
}

const WEEK = { from: 'now-7d', to: 'now', compare: 'none' }

/** How many calls of the last week a filter leaves. */
function Seen({ filter }: { filter: string }) {
  const ask = (text: string) => ({
    queryKey: ['/summary', 'preview', text],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      getJson<{ total_calls: number }>('/summary', { ...WEEK, filter: text }, signal),
    retry: false,
    staleTime: 60_000,
  })
  const [all, part] = [useQuery(ask('')), useQuery(ask(filter))]
  if (part.isError) return <>The filter cannot be read yet.</>
  if (!all.data || !part.data) return <>Counting the calls they see…</>
  const [seen, total] = [part.data.total_calls, all.data.total_calls]
  if (!filter) return <>All {exactText(total)} calls of the last seven days.</>
  return (
    <>
      {exactText(seen)} of the {exactText(total)} calls of the last seven days.
    </>
  )
}
