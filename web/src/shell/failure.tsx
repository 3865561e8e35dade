// When a page fails to draw: what happened, what is kept, what to do, and an id to tell it by.
import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { copyText } from '../parts/toast'
import css from './failure.module.css'

/** Enough to find the report again in a console or a message. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(5)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A part of the app that is not there any more: the server was upgraded while this page was open. */
const isOutdated = (error: unknown) => /dynamically imported module|module script/i.test(String(error))

export function Failure({ error, reset }: { error: unknown; reset?: () => void }) {
  const [id] = useState(newId)
  const router = useRouter({ warn: false })
  useEffect(() => console.error(`Gatelog page failure ${id}`, error), [id, error])
  const details = () =>
    [`Gatelog page failure ${id}`, location.href, navigator.userAgent, error instanceof Error ? error.stack : error]
      .map(String)
      .join('\n')
  const again = () => {
    reset?.()
    router?.invalidate()
  }
  return (
    <div className={css.page} role="alert">
      <span className={css.mark}>
        <Icon name="warn" size={24} />
      </span>
      <h1 className={css.title}>{isOutdated(error) ? 'Gatelog was upgraded' : 'This page failed'}</h1>
      <p>
        {isOutdated(error)
          ? 'This page belongs to the version before. Load it again to go on with the new one.'
          : 'The mistake is in the page, not in your data. Nothing was changed or lost, and the address still holds range, filter and zone.'}
      </p>
      <p className={css.detail}>
        {error instanceof Error ? error.message : String(error)} · id <code>{id}</code>
      </p>
      <div className={css.acts}>
        <Button icon="refresh" kind="primary" onPress={() => location.reload()}>
          Load again
        </Button>
        {!isOutdated(error) && reset && <Button onPress={again}>Try without loading</Button>}
        <Button icon="copy" onPress={() => copyText(details(), 'Report')}>
          Copy report
        </Button>
      </div>
    </div>
  )
}

/** An address that leads nowhere. */
export function NoPage() {
  const router = useRouter()
  const { pathname } = router.state.location
  return (
    <div className={css.page}>
      <span className={css.mark}>
        <Icon name="search" size={24} />
      </span>
      <h1 className={css.title}>There is no page here</h1>
      <p>
        <code>{pathname}</code> is not part of this version of Gatelog. The link may be cut off, or made by a newer one.
      </p>
      <div className={css.acts}>
        <Button icon="overview" kind="primary" onPress={() => router.navigate({ to: '/' })}>
          Overview
        </Button>
        <Button icon="logs" onPress={() => router.navigate({ to: '/logs' })}>
          Access logs
        </Button>
        <Button icon="left" onPress={() => router.history.back()}>
          Back
        </Button>
      </div>
    </div>
  )
}
