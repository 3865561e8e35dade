// A pasted line, read as the source would read it: nothing is kept. Members that are not known can be named by hand.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { sendJson } from '../api/client'
import { useFields } from '../api/queries'
import { type Source, sourcePath, type Tried } from '../api/sources'
import type { AccessEvent } from '../api/types'
import { Button, IconButton } from '../parts/button'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import { Select } from '../parts/menu'
import { ErrorState, sentence } from '../parts/state'
import { toast } from '../parts/toast'
import css from './source-drawer.module.css'

type Pair = { field: string; path: string }
const ANY = 'any'
/** Formats that a source may be fixed to; without one each record is recognised by itself. */
const FORMATS =
  'kong apisix aws webmethods caddy traefik envoy haproxy tyk gravitee azure otel flowgenx apache nginx json logfmt csv'.split(
    ' ',
  )
/** Of a source that brings what operators did to a gateway, instead of calls. */
const TRAILS = 'trail cloudtrail konnect-audit kong-audit kubernetes-audit webmethods-audit api7-audit'.split(' ')

const pairsOf = (source: Source): Pair[] =>
  Object.entries(source.field_map ?? {}).map(([field, path]) => ({ field, path: String(path) }))
const mapOf = (pairs: Pair[]) => {
  const full = pairs.filter(({ field, path }) => field && path)
  return full.length ? Object.fromEntries(full.map(({ field, path }) => [field, path])) : undefined
}

export function TryLine({ source }: { source: Source }) {
  const client = useQueryClient()
  const [line, setLine] = useState('')
  const [format, setFormat] = useState(source.format ?? ANY)
  const [pairs, setPairs] = useState(() => pairsOf(source))
  const [tried, setTried] = useState<Tried | null>(null)
  const [error, setError] = useState<unknown>(null)
  const reading = { format: format === ANY ? undefined : format, field_map: mapOf(pairs) }
  const isChanged = format !== (source.format ?? ANY) || JSON.stringify(pairs) !== JSON.stringify(pairsOf(source))

  const run = async (work: () => Promise<void>) => {
    setError(null)
    await work().catch(setError)
  }
  const tryIt = () => run(async () => setTried(await sendJson<Tried>('POST', '/sources/try', { ...reading, line })))
  const keep = () =>
    run(async () => {
      await sendJson('PUT', sourcePath(source.name), reading)
      await client.invalidateQueries({ queryKey: ['/sources'] })
      toast('The source reads its records like this from now on', { tone: 'good' })
    })
  const change = (at: number, patch: Partial<Pair>) =>
    setPairs(pairs.map((pair, i) => (i === at ? { ...pair, ...patch } : pair)))

  return (
    <div className={css.form}>
      <TextField
        label="A line of its log"
        value={line}
        onChange={setLine}
        isArea
        isMono
        placeholder='{"time":"2026-11-20T14:00:00Z","status":403,…}'
        hint="It is read and masked, and not kept. Of CSV, paste the line of names too."
      />
      <div className={css.acts}>
        <Select
          label="Format"
          prefix="Read as"
          value={format}
          choices={[
            { id: ANY, label: 'whatever it is' },
            ...FORMATS.map((id) => ({ id, label: id })),
            ...TRAILS.map((id) => ({ id, label: id === 'trail' ? 'operators: any trail' : `operators: ${id}` })),
          ]}
          onChange={setFormat}
        />
        <Button icon="plus" onPress={() => setPairs([...pairs, { field: '', path: '' }])}>
          Name a member
        </Button>
      </div>
      {pairs.length > 0 && (
        <Pairs pairs={pairs} onChange={change} onRemove={(at) => setPairs(pairs.toSpliced(at, 1))} />
      )}
      <div className={css.acts}>
        <Button kind="primary" isDisabled={!line.trim()} onPress={tryIt}>
          Read it
        </Button>
        {isChanged && <Button onPress={keep}>Use this for {source.name}</Button>}
      </div>
      {error !== null && <ErrorState error={error} compact />}
      {tried && <Outcome tried={tried} />}
    </div>
  )
}

type PairsProps = {
  pairs: Pair[]
  onChange: (at: number, patch: Partial<Pair>) => void
  onRemove: (at: number) => void
}

function Pairs({ pairs, onChange, onRemove }: PairsProps) {
  const fields = useFields().map(({ name, label }) => ({ id: name, label: name, end: label }))
  return (
    <div className={css.map}>
      {pairs.map((pair, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the list.
        <div key={at} className={css.pair}>
          <TextField
            label="In the record"
            value={pair.path}
            onChange={(path) => onChange(at, { path })}
            isMono
            placeholder="res.code"
          />
          <Combobox
            label="means"
            value={pair.field || null}
            choices={fields}
            onChange={(field) => onChange(at, { field: field ?? '' })}
          />
          <IconButton icon="close" label={`Remove ${pair.path || 'this member'}`} onPress={() => onRemove(at)} />
        </div>
      ))}
    </div>
  )
}

function Outcome({ tried }: { tried: Tried }) {
  return (
    <div aria-live="polite">
      {tried.rejects.map((reject) => (
        <p key={reject.reason} className={css.wrong}>
          {sentence(reject.reason)}
        </p>
      ))}
      {tried.event && (
        <dl className={css.read}>
          {flat(tried.event).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {!tried.event && tried.rejects.length === 0 && <p className={css.note}>There is no record in this text.</p>}
    </div>
  )
}

/** The members of an event by their dotted names. */
export function flat(event: AccessEvent | Record<string, unknown>, under = ''): [string, string][] {
  return Object.entries(event).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return []
    if (typeof value === 'object' && !Array.isArray(value))
      return flat(value as Record<string, unknown>, `${under}${name}.`)
    return [[under + name, Array.isArray(value) ? value.map(String).join(', ') : String(value)]]
  })
}
