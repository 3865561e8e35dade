// The door: takes the one-time link or the answer of the identity provider from the address, or what is typed, and goes to
// where one came from.
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Problem, postProviderAnswer, postSession } from '../api/client'
import { problemOf, Refused, SignIn } from '../shell/sign-in'
import { rememberedPlace, takePlace } from '../state/place'
import { type CameBack, cameBack } from '../state/provider'
import css from './welcome.module.css'

/** What stands in the address and opens the door, once. Read before the router tidies the address. */
let arrived: CameBack = cameBack(location)

const UNREACHABLE = new Problem(502, {
  title: 'The identity provider cannot be reached',
  detail: "the server's log says what is wrong",
  remedy: 'try again in a moment, or sign in another way',
})

/** What the server says of an answer of the provider, under a title of its own. */
function providerProblem(cause: unknown): Problem {
  const { detail, remedy } = problemOf(cause)
  return new Problem(403, { title: 'The sign-in at the identity provider did not lead in', detail, remedy })
}

export function Welcome() {
  const router = useRouter()
  const client = useQueryClient()
  const [error, setError] = useState<Problem | null>(arrived.kind === 'unreachable' ? UNREACHABLE : null)
  const [isBusy, setBusy] = useState(arrived.kind === 'link' || arrived.kind === 'answer')
  const tried = useRef(false)
  const place = rememberedPlace()

  const goOn = () => {
    client.clear()
    router.history.replace(takePlace())
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the link or the answer is tried once, when the page opens.
  useEffect(() => {
    const came = arrived
    if (tried.current || came.kind === 'nothing') return
    tried.current = true
    arrived = { kind: 'nothing' }
    // What opens the door must not stay in the address, the history or a screenshot.
    history.replaceState(history.state, '', location.pathname)
    if (came.kind === 'unreachable') return
    const opening = came.kind === 'link' ? postSession({ token: came.token }) : postProviderAnswer(came.answer)
    opening.then(goOn).catch((cause) => {
      setError(came.kind === 'link' ? problemOf(cause) : providerProblem(cause))
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
