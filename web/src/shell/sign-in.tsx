// Signing in with an API token: the same form at the door and over a page whose session has ended.
import { useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { Problem, postSession } from '../api/client'
import { Icon } from '../parts/icon'
import { sentence } from '../parts/state'
import css from './sign-in.module.css'

export function problemOf(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(0, { title: 'That did not work', detail: String(cause) })
}

export function SignIn({ onIn }: { onIn: () => void }) {
  const [token, setToken] = useState('')
  const [error, setError] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const enter = async () => {
    setBusy(true)
    setError(null)
    try {
      await postSession(token.trim())
      onIn()
    } catch (cause) {
      setError(problemOf(cause))
    }
    setBusy(false)
  }
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (token.trim() && !isBusy) enter()
      }}
    >
      {error && <Refused error={error} />}
      <TextField value={token} onChange={setToken} type="password" autoComplete="current-password">
        <Label className={css.label}>API token</Label>
        <Input className={css.input} placeholder="gl_ap_…" />
      </TextField>
      <Button type="submit" className={css.enter} isDisabled={!token.trim() || isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

export function Refused({ error }: { error: Problem }) {
  return (
    <div className={css.error} role="alert">
      <Icon name="warn" />
      <div>
        <strong>{error.status === 401 ? 'This link or token is not valid any more' : error.title}</strong>
        <p>{sentence(error.detail)}</p>
        <p>
          {sentence(
            error.remedy ??
              'A one-time link opens one session, once. Start the server again or run gatelog token to get a new one.',
          )}
        </p>
      </div>
    </div>
  )
}
