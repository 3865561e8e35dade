// The door: takes the one-time link from the address, or a pasted API token, and goes to Overview.
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Button, Input, Label, TextField } from 'react-aria-components'
import { Problem, postSession } from '../api/client'
import { Icon } from '../parts/icon'
import { sentence } from '../parts/state'
import { takePlace } from '../state/place'
import css from './welcome.module.css'

export function Welcome() {
  const router = useRouter()
  const client = useQueryClient()
  const [token, setToken] = useState('')
  const [error, setError] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(location.hash.length > 1)
  const tried = useRef(false)

  const enter = async (secret: string) => {
    setBusy(true)
    setError(null)
    try {
      await postSession(secret)
      client.clear()
      router.history.replace(takePlace())
    } catch (cause) {
      setError(cause instanceof Problem ? cause : new Problem(0, { title: 'That did not work', detail: String(cause) }))
      setBusy(false)
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is tried once, when the page opens.
  useEffect(() => {
    const secret = decodeURIComponent(location.hash.slice(1))
    if (!secret || tried.current) return
    tried.current = true
    // The token must not stay in the address, the history or a screenshot.
    history.replaceState(history.state, '', location.pathname)
    enter(secret)
  }, [])

  return (
    <main className={css.page}>
      <div className={css.box}>
        <img src="/gatelog.svg" alt="" width="40" height="40" />
        <h1 className={css.title}>Gatelog</h1>
        <p className="quiet">The book kept at the gate: who called what, was it allowed, and why not.</p>
        {isBusy && <p aria-live="polite">Opening the door…</p>}
        {error && (
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
        )}
        {!isBusy && (
          <form
            className={css.form}
            onSubmit={(event) => {
              event.preventDefault()
              if (token.trim()) enter(token.trim())
            }}
          >
            <TextField value={token} onChange={setToken} type="password" autoComplete="current-password">
              <Label className={css.label}>API token</Label>
              <Input className={css.input} placeholder="gl_ap_…" />
            </TextField>
            <Button type="submit" className={css.enter} isDisabled={!token.trim()}>
              Sign in
            </Button>
            <p className={css.hint}>
              Opened without a link? The server prints a one-time link when it starts for the first time.
            </p>
          </form>
        )}
      </div>
    </main>
  )
}
