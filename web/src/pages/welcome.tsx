// The door: takes the one-time link from the address, or a pasted API token, and goes to where one came from.
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { type Problem, postSession } from '../api/client'
import { problemOf, Refused, SignIn } from '../shell/sign-in'
import { rememberedPlace, takePlace } from '../state/place'
import css from './welcome.module.css'

export function Welcome() {
  const router = useRouter()
  const client = useQueryClient()
  const [error, setError] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(location.hash.length > 1)
  const tried = useRef(false)
  const place = rememberedPlace()

  const goOn = () => {
    client.clear()
    router.history.replace(takePlace())
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is tried once, when the page opens.
  useEffect(() => {
    const secret = decodeURIComponent(location.hash.slice(1))
    if (!secret || tried.current) return
    tried.current = true
    // The token must not stay in the address, the history or a screenshot.
    history.replaceState(history.state, '', location.pathname)
    postSession({ token: secret })
      .then(goOn)
      .catch((cause) => {
        setError(problemOf(cause))
        setBusy(false)
      })
  }, [])

  return (
    <main className={css.page}>
      <div className={css.box}>
        <img src="/gatelog.svg" alt="" width="40" height="40" />
        <h1 className={css.title}>Gatelog</h1>
        <p className="quiet">The book kept at the gate: who called what, was it allowed, and why not.</p>
        {isBusy && <p aria-live="polite">Opening the door…</p>}
        {error && <Refused error={error} />}
        {!isBusy && (
          <>
            {place && (
              <p className={css.place}>
                Sign in to go on to <code>{place}</code>
              </p>
            )}
            <SignIn onIn={goOn} />
          </>
        )}
      </div>
    </main>
  )
}
