// Signing in with a name and a password or an API token: the same form at the door and over a page whose session has ended.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { getOpen, Problem, postSession } from '../api/client'
import type { Ways } from '../api/members'
import { Icon } from '../parts/icon'
import { Skeleton, sentence } from '../parts/state'
import css from './sign-in.module.css'

export function problemOf(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(0, { title: 'That did not work', detail: String(cause) })
}

/** How one gets in here, when that is known; before anyone has an account, with a token. */
function useWays(): Ways | null {
  const ways = useQuery({
    queryKey: ['/session/ways'],
    queryFn: ({ signal }) => getOpen<Ways>('/session/ways', signal),
    retry: false,
    staleTime: 60_000,
  })
  return ways.isPending ? null : (ways.data ?? { password: false, provider: null })
}

export function SignIn({ onIn }: { onIn: () => void }) {
  const ways = useWays()
  // A form that turns into another one while someone types would be worse than a moment without one.
  return ways ? <SignInForm ways={ways} onIn={onIn} /> : <Skeleton height={180} />
}

function SignInForm({ ways, onIn }: { ways: Ways; onIn: () => void }) {
  const [chosen, setChosen] = useState<'password' | 'token' | null>(null)
  const [name, setName] = useState('')
  const [secret, setSecret] = useState('')
  const [error, setError] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const way = chosen ?? (ways.password ? 'password' : 'token')
  const isReady = secret.trim() !== '' && (way === 'token' || name.trim() !== '') && !isBusy
  const enter = async () => {
    setBusy(true)
    setError(null)
    try {
      await postSession(
        way === 'token' ? { token: secret.trim() } : { name: name.trim().toLowerCase(), password: secret },
      )
      onIn()
    } catch (cause) {
      setError(problemOf(cause))
    }
    setBusy(false)
  }
  const other = () => {
    setChosen(way === 'token' ? 'password' : 'token')
    setSecret('')
    setError(null)
  }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) enter()
      }}
    >
      {error && <Refused error={error} />}
      {ways.provider && (
        <>
          <a className={css.provider} href="/api/v1/session/provider">
            {ways.provider.label}
          </a>
          <span className={css.or}>or</span>
        </>
      )}
      {way === 'token' ? (
        <TextField key="token" value={secret} onChange={setSecret} type="password" autoComplete="current-password">
          <Label className={css.label}>API token</Label>
          <Input className={css.input} placeholder="gl_ap_…" />
        </TextField>
      ) : (
        <>
          <TextField value={name} onChange={setName} autoComplete="username">
            <Label className={css.label}>Name</Label>
            <Input className={css.plain} spellCheck={false} autoCapitalize="none" />
          </TextField>
          <TextField key="password" value={secret} onChange={setSecret} type="password" autoComplete="current-password">
            <Label className={css.label}>Password</Label>
            <Input className={css.plain} />
          </TextField>
        </>
      )}
      <Button type="submit" className={css.enter} isDisabled={!isReady}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </Button>
      <Button className={css.way} onPress={other}>
        {way === 'token' ? 'With a name and a password' : 'With an API token'}
      </Button>
      <Help way={way} />
    </form>
  )
}

/** What to do for those who have nothing to sign in with. */
function Help({ way }: { way: 'password' | 'token' }) {
  if (way === 'token')
    return (
      <p className={css.hint}>
        The server prints a one-time link when it starts for the first time. Later,{' '}
        <code>gatelog token create --role analyst</code> on the server makes a token.
      </p>
    )
  return (
    <p className={css.hint}>
      Forgotten? Whoever keeps the members here sets a new password. When nobody can sign in any more,{' '}
      <code>gatelog admin rescue</code> on the server prints a link.
    </p>
  )
}

export function Refused({ error }: { error: Problem }) {
  const isWords = error.detail.includes('password')
  return (
    <div className={css.error} role="alert">
      <Icon name="warn" />
      <div>
        <strong>
          {error.status === 401 && !isWords
            ? 'This link or token is not valid any more'
            : sentence(isWords ? error.detail : error.title)}
        </strong>
        {!isWords && (
          <>
            <p>{sentence(error.detail)}</p>
            <p>
              {sentence(
                error.remedy ??
                  'A one-time link opens one session, once. Start the server again or run gatelog token to get a new one.',
              )}
            </p>
          </>
        )}
      </div>
    </div>
  )
}
