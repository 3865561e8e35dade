// The token of a source: a new one with time to change over, and a test request that any shell can send.
import { useState } from 'react'
import { sendJson } from '../api/client'
import { type Rotated, type Source, sourcePath } from '../api/sources'
import { Button } from '../parts/button'
import { Code } from '../parts/code'
import { ErrorState } from '../parts/state'
import css from './source-drawer.module.css'

/** A request of the contract's own form, with the time of sending, that any source may send. */
export function testRequest(url: string, token: string): string {
  return `curl -sS ${url}/i/${token}/json -d "{\\"timestamp\\":\\"$(date -u +%FT%TZ)\\",\\"method\\":\\"GET\\",\\"path\\":\\"/hello\\",\\"status\\":200,\\"consumer\\":\\"me\\"}"`
}

export function SourceToken({ source }: { source: Source }) {
  const [made, setMade] = useState<Rotated | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const rotate = async () => {
    setBusy(true)
    setError(null)
    try {
      setMade(await sendJson<Rotated>('POST', `${sourcePath(source.name)}/token`))
    } catch (cause) {
      setError(cause)
    }
    setBusy(false)
  }
  return (
    <div className={css.form}>
      <p className={css.note}>
        The server keeps only a hash of a token, so nobody can look at it again. A new one goes beside the old one for a
        day, so that the gateway can change over without losing a call.
      </p>
      {made && (
        <>
          <Code title="The new token, shown only now" text={made.token} what="Token" wraps />
          {made.old_valid_until && (
            <p className={css.note}>
              The old one is good until {made.old_valid_until.slice(0, 16).replace('T', ' ')} UTC.
            </p>
          )}
        </>
      )}
      {error !== null && <ErrorState error={error} compact />}
      <div className={css.acts}>
        <Button icon="refresh" isDisabled={isBusy} onPress={rotate}>
          Make a new token
        </Button>
      </div>
      <Code
        title="A test request"
        language="shell"
        text={testRequest(location.origin, made?.token ?? 'TOKEN')}
        what="Test request"
        wraps
      />
    </div>
  )
}
