// What concerns every page: the server does not answer.
import { useEffect, useRef } from 'react'
import { tryNow, useConnection } from '../api/connection'
import { Banner } from '../parts/banner'
import { Button } from '../parts/button'
import { toast } from '../parts/toast'
import { useNow } from './freshness'
import css from './notices.module.css'

export function Notices() {
  const { isLost } = useConnection()
  const wasLost = useRef(false)
  useEffect(() => {
    if (wasLost.current && !isLost) toast('Connected again', { tone: 'good' })
    wasLost.current = isLost
  }, [isLost])
  return isLost ? <LostConnection /> : null
}

function LostConnection() {
  return (
    <div data-testid="lost">
      <Banner tone="warn" title="Gatelog does not answer." action={<Again />}>
        What is on the page stays, and nothing you typed is lost.
      </Banner>
    </div>
  )
}

/** The seconds are not read aloud: they would be said one by one. */
function Again() {
  const { nextTry } = useConnection()
  const now = useNow()
  const seconds = nextTry === null ? 0 : Math.max(0, Math.ceil((nextTry - now) / 1000))
  return (
    <>
      <span className={css.wait} aria-live="off">
        {seconds > 0 ? `Trying again in ${seconds} s` : 'Trying…'}
      </span>
      <Button onPress={() => tryNow()}>Try now</Button>
    </>
  )
}
