// First run: choose a gateway, get its exact configuration with a new token, and see the first event arrive.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { getJson, sendJson } from '../api/client'
import { type Gateway, type Gateways, type NewSource, type Rotated, useSources } from '../api/sources'
import { Button } from '../parts/button'
import { Code } from '../parts/code'
import { TextField } from '../parts/field'
import { inlined } from '../parts/markdown'
import { ErrorState, Skeleton } from '../parts/state'
import { useView } from '../state/view'
import css from './connect.module.css'
import { FirstEvent } from './first-event'

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i

export function Connect() {
  const view = useView()
  const client = useQueryClient()
  const answer = useQuery({
    queryKey: ['/gateways'],
    queryFn: ({ signal }) => getJson<Gateways>('/gateways', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const sources = useSources()
  const [chosen, setChosen] = useState<string | null>(null)
  const [name, setName] = useState<string | null>(null)
  const [token, setToken] = useState('')
  const [error, setError] = useState<unknown>(null)
  const known = sources.data?.sources ?? []
  const made = view.search.source
  const wantedId = chosen ?? known.find((source) => source.name === made)?.gateway
  const gateway = answer.data?.gateways.find(({ id }) => id === wantedId) ?? null
  const wanted =
    name ??
    freeName(
      gateway?.id ?? '',
      known.map((source) => source.name),
    )

  const make = async () => {
    setError(null)
    try {
      const answered = await sendJson<NewSource>('POST', '/sources', { name: wanted, gateway: gateway?.id })
      setToken(answered?.token ?? '')
      client.invalidateQueries({ queryKey: ['/sources'] })
      view.set({ source: wanted }, { replace: true })
    } catch (cause) {
      setError(cause)
    }
  }
  const again = async () => {
    setError(null)
    try {
      const rotated = await sendJson<Rotated>('POST', `/sources/${encodeURIComponent(made ?? '')}/token`)
      setToken(rotated?.token ?? '')
    } catch (cause) {
      setError(cause)
    }
  }

  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1 className={css.title}>
          {known.some((s) => s.accepted > 0) ? 'Add a source' : 'Connect your first gateway'}
        </h1>
        <p className="quiet">
          Your gateway sends its access log here, or a small program carries it. Nothing leaves this server.
        </p>
      </header>
      <Step number={1} title="What sends the log?">
        {answer.isPending && <Skeleton height={180} />}
        {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />}
        {answer.data && (
          <GatewayChoice
            gateways={made && gateway ? [gateway] : answer.data.gateways}
            chosen={gateway?.id ?? null}
            onChange={setChosen}
            isDisabled={!!made}
          />
        )}
      </Step>
      {(gateway || made) && (
        <Step number={2} title="A name and a token">
          {made ? (
            <p>
              The source <b>{made}</b>{' '}
              {token ? 'has its token; it stands below, and is shown only now.' : 'has a token.'}{' '}
              {!token && (
                <Button icon="refresh" onPress={again}>
                  Make a new token
                </Button>
              )}
            </p>
          ) : (
            <form
              className={css.name}
              onSubmit={(event) => {
                event.preventDefault()
                if (NAME.test(wanted)) make()
              }}
            >
              <TextField
                label="Name of the source"
                value={wanted}
                onChange={setName}
                error={wanted && !NAME.test(wanted) ? 'Letters, digits, dots and dashes, at most 63' : undefined}
                hint="You will see it at every event that comes this way."
              />
              <Button type="submit" kind="primary" isDisabled={!NAME.test(wanted)}>
                Make its token
              </Button>
            </form>
          )}
          {error !== null && <ErrorState error={error} compact />}
        </Step>
      )}
      {made && gateway && <Steps gateway={gateway} url={answer.data?.url} token={token} />}
      {made && <FirstEvent name={made} number={gateway ? 4 : 3} />}
    </div>
  )
}

/** `kong`, then `kong-2` when there is one already. */
export function freeName(id: string, taken: string[]): string {
  if (!taken.includes(id)) return id
  for (let n = 2; ; n++) if (!taken.includes(`${id}-${n}`)) return `${id}-${n}`
}

export function Step({ number, title, children }: { number: number; title: string; children: React.ReactNode }) {
  return (
    <section className={css.step} aria-label={title}>
      <span className={css.number} aria-hidden="true">
        {number}
      </span>
      <div className={css.content}>
        <h2 className={css.subtitle}>{title}</h2>
        {children}
      </div>
    </section>
  )
}

type ChoiceProps = {
  gateways: Gateway[]
  chosen: string | null
  onChange: (id: string) => void
  isDisabled: boolean
}

function GatewayChoice({ gateways, chosen, onChange, isDisabled }: ChoiceProps) {
  return (
    <RadioGroup
      className={css.gateways as string}
      aria-label="Gateway"
      value={chosen}
      onChange={onChange}
      isDisabled={isDisabled}
    >
      {gateways.map(({ id, label, about }) => (
        <Radio key={id} value={id} className={css.gateway as string}>
          <b>{label}</b>
          <span className={css.about}>{firstSentence(about)}</span>
        </Radio>
      ))}
    </RadioGroup>
  )
}

/** Without the marks of Markdown, up to its first full stop. */
export const firstSentence = (text: string) => /^.*?\.(?=\s|$)/.exec(text.replaceAll('`', ''))?.[0] ?? text

const LOCAL = /^https?:\/\/(localhost|127\.|\[::1\])/

/** Fills the address and the token into a configuration. */
export function filled(code: string, address: string, token: string): string {
  const url = address.trim().replace(/\/+$/, '')
  const [, scheme, host = '', port] = /^(https?):\/\/(\[[^\]]*\]|[^/:]+)(?::(\d+))?/.exec(url) ?? []
  const isHttps = scheme === 'https'
  const parts = {
    url,
    token: token || 'TOKEN',
    host,
    port: port ?? (isHttps ? '443' : '80'),
    tls: isHttps ? 'on' : 'off',
  }
  return code.replace(/\{(url|token|host|port|tls)\}/g, (_, name: keyof typeof parts) => parts[name])
}

function Steps({ gateway, url, token }: { gateway: Gateway; url: string | undefined; token: string }) {
  const [address, setAddress] = useState(url ?? location.origin)
  const told = (text: string) => inlined(filled(text, address, token))
  return (
    <Step number={3} title="Set it up">
      <p className="quiet">{told(gateway.about)}</p>
      <TextField
        label="This server, as the gateway reaches it"
        value={address}
        onChange={setAddress}
        type="url"
        hint={
          LOCAL.test(address)
            ? 'This address only works on this machine. A gateway elsewhere, or in a container, needs another one.'
            : 'It stands in the configuration below.'
        }
      />
      <ol className={css.steps}>
        {gateway.steps.map((step) => (
          <li key={step.text + step.code}>
            <p>{told(step.text)}</p>
            {step.code && (
              <Code
                text={filled(step.code, address, token)}
                language={step.language}
                title={step.file || undefined}
                what="Configuration"
                wraps
              />
            )}
          </li>
        ))}
      </ol>
      {gateway.notes.map(({ title, text }) => (
        <p key={title} className="quiet">
          <b>{title}</b>: {told(text)}
        </p>
      ))}
    </Step>
  )
}
