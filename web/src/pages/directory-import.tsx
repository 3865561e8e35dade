// A document brought into the directory: chosen or pasted, looked at first, then imported.
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { bring, type Imported, KINDS } from '../api/directory'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { Go } from '../parts/link'
import { ErrorState } from '../parts/state'
import { toast } from '../parts/toast'
import { docPath } from '../shell/docs'
import { exactText } from '../state/numbers'
import css from './directory.module.css'
import { Changes } from './directory-changes'

const EXAMPLE = 'groups: [gold, silver]\nconsumers:\n  - {name: mobile-app, groups: [gold], plan: big}'
const CHANGES_SHOWN_MAX = 100

export function DirectoryImport({ tz, onClose }: { tz: string; onClose: () => void }) {
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [origin, setOrigin] = useState('')
  const [seen, setSeen] = useState<Imported | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const change = (next: string) => {
    setText(next)
    setSeen(null)
    setError(null)
  }
  const read = async (file: File | undefined) => {
    if (!file) return
    change(await file.text())
    if (!origin) setOrigin(file.name.replace(/\.\w+$/, '').replace(/[^\w.-]+/g, '-'))
  }
  const send = async (isDry: boolean) => {
    setBusy(true)
    setError(null)
    try {
      const done = await bring(origin.trim(), text, isDry)
      if (isDry) setSeen(done)
      else {
        await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/directory') })
        toast(`${origin} is imported: ${exactText(done.total)} changes`, { tone: 'good' })
        onClose()
      }
    } catch (cause) {
      setError(cause)
    }
    setBusy(false)
  }
  const isReady = text.trim() !== '' && origin.trim() !== ''
  return (
    <Dialog
      title="Import into the directory"
      size="l"
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            kind={seen ? 'plain' : 'primary'}
            isDisabled={!isReady}
            isPending={isBusy && !seen}
            onPress={() => send(true)}
          >
            Show what would change
          </Button>
          {seen && (
            <Button kind="primary" isPending={isBusy} onPress={() => send(false)}>
              Import
            </Button>
          )}
        </>
      }
    >
      <div className={css.form}>
        <div className={css.acts}>
          <Button icon="download" onPress={() => input.current?.click()}>
            Choose a file
          </Button>
          <input ref={input} type="file" hidden onChange={(event) => read(event.target.files?.[0])} />
          <span className="quiet">
            YAML, JSON, CSV or what a gateway exports;{' '}
            <Go href={docPath('directory')} className={css.docs}>
              how to write one
            </Go>
          </span>
        </div>
        <TextField label="The document" value={text} onChange={change} isArea isMono placeholder={EXAMPLE} />
        <TextField
          label="Who says it"
          value={origin}
          onChange={(next) => {
            setOrigin(next)
            setSeen(null)
          }}
          placeholder="team"
          hint="What this origin said before and the document does not say any more ends; others stay as they are."
        />
        {error !== null && <ErrorState error={error} compact />}
        {seen && <Outcome seen={seen} tz={tz} />}
      </div>
    </Dialog>
  )
}

function Outcome({ seen, tz }: { seen: Imported; tz: string }) {
  const counts = KINDS.flatMap(({ id, label }) => {
    const tally = seen.counts[id]
    const parts = (['added', 'changed', 'removed'] as const).filter((what) => tally?.[what])
    return tally && parts.length
      ? `${label}: ${parts.map((what) => `${exactText(tally[what])} ${what}`).join(', ')}`
      : []
  })
  const shown = seen.changes.slice(0, CHANGES_SHOWN_MAX)
  return (
    <section aria-label="What would change" aria-live="polite">
      <h3 className={css.subtitle}>{seen.total ? `${exactText(seen.total)} changes` : 'Nothing would change'}</h3>
      <p className="quiet">
        Read as {seen.importer}. {counts.join('. ')}
      </p>
      {seen.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      <Changes changes={shown} tz={tz} />
      {seen.total > shown.length && <p className="quiet">and {exactText(seen.total - shown.length)} more</p>}
    </section>
  )
}
