// Tokens: what programs come with. The text of a token is shown once.
import { useState } from 'react'
import { type MadeToken, type Role, type Token, useAct, useRoles, useTokens } from '../api/members'
import { useSession } from '../api/queries'
import type { Twin } from '../charts/twin'
import { Button } from '../parts/button'
import { Switch } from '../parts/choice'
import { Code } from '../parts/code'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { Select } from '../parts/menu'
import { Pill, type Tone } from '../parts/pill'
import { EmptyState, ErrorState } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { useNow } from '../shell/freshness'
import { CsvButton } from './csv-button'
import type { TabProps } from './members'
import css from './members.module.css'
import { Ago } from './members-cells'
import { Permissions, RoleChoice } from './members-roles'
import { SearchBox } from './search-box'

const STATES: Record<Token['state'], Tone> = { good: 'good', expired: 'warn', revoked: 'bad' }

const mayOf = (token: Token) =>
  token.kind === 'ingest' ? `send as ${token.source}` : `${token.role}${token.only ? ', not all of it' : ''}`
const whoseOf = (token: Token) => token.user ?? (token.kind === 'ingest' ? 'a source' : 'an application')

const columnsAt = (now: number, tz: string): TableColumn<Token>[] => [
  {
    id: 'name',
    label: 'Token',
    cell: (token) => (
      <span className={css.name}>
        {token.name}
        <code className={css.also}>{token.id}</code>
      </span>
    ),
  },
  { id: 'may', label: 'May', cell: mayOf },
  { id: 'whose', label: 'Whose', cell: whoseOf },
  { id: 'used', label: 'Last used', cell: (token) => <Ago at={token.last_used} now={now} tz={tz} otherwise="never" /> },
  { id: 'ends', label: 'Ends', cell: (token) => <Ago at={token.expires} now={now} tz={tz} otherwise="never" /> },
  { id: 'state', label: 'State', cell: (token) => <Pill tone={STATES[token.state]}>{token.state}</Pill> },
]

const has = (token: Token, text: string) =>
  `${token.name} ${token.id} ${mayOf(token)} ${whoseOf(token)} ${token.state}`
    .toLowerCase()
    .includes(text.toLowerCase())

export function Tokens({ view, isNew, onNewDone }: TabProps) {
  const answer = useTokens()
  const roles = useRoles().data?.roles ?? []
  const [open, setOpen] = useState<Token | null>(null)
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} />
  const all = answer.data?.tokens ?? []
  const tokens = all.filter((token) => has(token, view.search.q ?? ''))
  return (
    <div className={css.body}>
      <div className={css.tools}>
        <SearchBox view={view} label="Search tokens" placeholder="Name, role, whose…" />
        <CsvButton title="Tokens" name="tokens" isDisabled={all.length === 0} twinOf={() => twinOf(tokens, view.tz)} />
      </div>
      <TokenList tokens={tokens} isLoading={answer.isPending} tz={view.tz} onOpen={setOpen} />
      {isNew && <NewToken path="/tokens" roles={roles} onClose={onNewDone} />}
      {open && <OneToken key={open.id} token={open} path="/tokens" onClose={() => setOpen(null)} />}
    </div>
  )
}

type ListProps = { tokens: Token[]; isLoading: boolean; tz: string; onOpen: (token: Token) => void }

export function TokenList({ tokens, isLoading, tz, onOpen }: ListProps) {
  const now = useNow()
  return (
    <div className={css.card}>
      <Table
        label="Tokens"
        columns={columnsAt(now, tz)}
        rows={tokens}
        keyOf={(token) => token.id}
        onOpen={onOpen}
        loadingRows={isLoading ? 3 : 0}
        empty={<EmptyState title="There is no token" icon="access" isCompact />}
      />
    </div>
  )
}

const LIVES = [7, 30, 90, 180, 365].map((days) => ({ id: String(days), label: `${days} days` }))

type NewProps = { path: string; roles: Role[] | null; onClose: () => void }

/** Without roles it is one's own, with what one may oneself. */
export function NewToken({ path, roles, onClose }: NewProps) {
  const [made, setMade] = useState<MadeToken | null>(null)
  if (made === null) return <TokenForm path={path} roles={roles} onMade={setMade} onClose={onClose} />
  return (
    <Dialog
      title={`${made.entry.name} is made`}
      isOpen
      onClose={onClose}
      footer={
        <Button kind="primary" onPress={onClose}>
          I have kept it
        </Button>
      }
    >
      <div className={css.form}>
        <Code title="The token, shown only now" text={made.token} what="Token" wraps />
      </div>
    </Dialog>
  )
}

function TokenForm({ path, roles, onMade, onClose }: NewProps & { onMade: (made: MadeToken) => void }) {
  const mine = useSession().data?.permissions ?? []
  const all = useRoles(roles !== null).data?.permissions
  const [name, setName] = useState('')
  const [role, setRole] = useState('analyst')
  const [rows, setRows] = useState('')
  const [days, setDays] = useState('90')
  const [only, setOnly] = useState<string[] | null>(null)
  const { act, error, isBusy } = useAct()
  const may = roles ? (roles.find((one) => one.name === role)?.permissions ?? []) : mine
  // A token has no right to the account it belongs to.
  const offered = may.filter((permission) => permission !== 'account:own')
  const choose = (next: string) => {
    setRole(next)
    setOnly(null)
  }
  const make = async () => {
    const body = { name: name.trim(), rows: rows.trim() || null, days: Number(days), only, ...(roles ? { role } : {}) }
    const answer = await act<MadeToken>('POST', path, body)
    if (answer) onMade(answer)
  }
  return (
    <FormDialog
      title="Make a token"
      act="Make it"
      onAct={make}
      onClose={onClose}
      isDisabled={!name.trim() || only?.length === 0}
      isBusy={isBusy}
      error={error}
    >
      <TextField label="What it is for" value={name} onChange={setName} autoComplete="off" autoFocus />
      {roles && <RoleChoice value={role} roles={roles} onChange={choose} />}
      <Switch isSelected={only !== null} onChange={(isOn) => setOnly(isOn ? offered : null)}>
        Only a part of what {roles ? 'the role' : 'you'} may
      </Switch>
      {only && (
        <Permissions
          all={offered.map((one) => ({ name: one, about: all?.find((known) => known.name === one)?.about ?? '' }))}
          chosen={only}
          onChange={setOnly}
        />
      )}
      <TextField
        label="Sees only"
        value={rows}
        onChange={setRows}
        isMono
        placeholder="gateway:edge"
        hint="A filter; without one it sees all that the role does."
      />
      <div className={css.choice}>
        <span className={css.label}>Ends after</span>
        <Select label="Ends after" value={days} choices={LIVES} onChange={setDays} />
      </div>
    </FormDialog>
  )
}

export function OneToken({ token, path, onClose }: { token: Token; path: string; onClose: () => void }) {
  const [made, setMade] = useState<MadeToken | null>(null)
  const { act, error, isBusy } = useAct()
  const isGood = token.state === 'good' && !made
  const rotate = async () => {
    const answer = await act<MadeToken>('POST', `${path}/${token.id}/rotate`, {})
    if (answer) setMade(answer)
  }
  const revoke = async () => {
    if ((await act('DELETE', `${path}/${token.id}`)) !== false) onClose()
  }
  return (
    <Dialog
      title={token.name}
      isOpen
      onClose={onClose}
      footer={
        isGood ? (
          <>
            {token.kind === 'api' && (
              <Button isDisabled={isBusy} icon="refresh" onPress={rotate}>
                Make another
              </Button>
            )}
            <Button kind="danger" isDisabled={isBusy} onPress={revoke}>
              Revoke
            </Button>
          </>
        ) : (
          <Button onPress={onClose}>Close</Button>
        )
      }
    >
      <div className={css.form}>
        {error !== null && <ErrorState error={error} compact />}
        {made ? (
          <>
            <Code title="The new token, shown only now" text={made.token} what="Token" wraps />
            <p className="quiet">The old one goes on for 24 hours.</p>
          </>
        ) : (
          <>
            <p>
              {token.kind === 'ingest' ? `Sends events of ${token.source}.` : `Has the role ${token.role}`}
              {token.only ? `, of that only ${token.only.join(', ')}.` : ''}
            </p>
            {token.rows && (
              <p>
                Sees only <code className={css.filter}>{token.rows}</code>
              </p>
            )}
            {isGood && (
              <p className="quiet">Revoking counts at once, and ends the sessions that were opened with it.</p>
            )}
          </>
        )}
      </div>
    </Dialog>
  )
}

/** Which tokens there are, for a file. */
function twinOf(tokens: Token[], tz: string): Twin {
  const moment = (time: string | null) => (time ? Date.parse(time) : null)
  const columns: [string, string, (token: Token) => string | number | null][] = [
    ['Token', 'text', (token) => token.name],
    ['Id', 'text', (token) => token.id],
    ['May', 'text', mayOf],
    ['Only', 'text', (token) => token.only?.join(' ') ?? ''],
    ['Sees only', 'text', (token) => token.rows ?? ''],
    ['Whose', 'text', whoseOf],
    ['Made', 'time', (token) => moment(token.created)],
    ['Last used', 'time', (token) => moment(token.last_used)],
    ['Ends', 'time', (token) => moment(token.expires)],
    ['State', 'text', (token) => token.state],
  ]
  return {
    columns: columns.map(([label, unit]) => ({ label, unit })),
    rows: tokens.map((token) => columns.map(([, , of]) => of(token))),
    tz,
  }
}
