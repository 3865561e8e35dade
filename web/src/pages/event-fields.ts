// The fields of an event in the order people look for them, with the name each has in the filter language.
import type { AccessEvent } from '../api/types'
import { consumerOf } from '../state/columns'
import { pillText } from '../state/filter'
import { bytesText, durationText } from '../state/numbers'
import { elsewhereText, instantText, zoneText } from '../state/zone'

/** One line. `field` and `value` as the filter takes them; `term` where only a whole term says it. */
export type EventField = {
  label: string
  text: string
  field?: string
  value?: string
  term?: string
  isMasked?: boolean
  /** What the pointer over it says. */
  tip?: string
}
export type Section = { title: string; fields: EventField[] }

const MASKED = /(^|[\s=])(hmac|masked|tag):/
const textOf = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value))

function line(label: string, value: unknown, field?: string, text = textOf(value)): EventField[] {
  if (value === undefined || value === null || value === '') return []
  const isMasked = MASKED.test(text)
  return [{ label, text, ...(field ? { field, value: textOf(value) } : {}), ...(isMasked ? { isMasked } : {}) }]
}

const sized = (bytes: number | undefined) => (bytes === undefined ? undefined : bytesText(bytes))
const timed = (ms: number | undefined) => (ms === undefined ? undefined : durationText(ms))

function instant(label: string, text: string | undefined, tz: string): EventField[] {
  if (!text) return []
  const at = Date.parse(text)
  return line(label, `${instantText(at, tz)} ${zoneText(tz, at)}`).map((shown) => ({
    ...shown,
    tip: elsewhereText(at, tz),
  }))
}

/** Members of the event model without a line of their own, by their path, which the filter takes as a name:
 * `response.connect_ms` reads `Connect`, in milliseconds. */
function others(members: object | undefined, group: string): EventField[] {
  return Object.entries(members ?? {}).flatMap(([name, value]) => {
    if (SHOWN.has(name) || typeof value === 'object') return SHOWN.has(name) ? [] : line(labelOf(name), value)
    const isTime = name.endsWith('_ms') && typeof value === 'number'
    return line(labelOf(name), value, group + name, isTime ? durationText(value) : String(value))
  })
}

function headers(list: string[][] | undefined, field: string): EventField[] {
  return (list ?? []).flatMap(([name = '', value = '']) =>
    line(name, `${name}=${value}`, MASKED.test(value) ? undefined : field, value),
  )
}

/** A code of a country with its name, or what kind of address it is: `private`. */
export function countryText(code: string | undefined): string | undefined {
  if (!code || !/^[A-Z]{2}$/.test(code)) return code?.replace('_', ' ')
  const name = new Intl.DisplayNames(undefined, { type: 'region', fallback: 'none' }).of(code)
  return name ? `${name} (${code})` : code
}

/** Custom fields have no names in the filter: their values are looked for. */
function custom(members: Record<string, unknown> | undefined): EventField[] {
  return Object.entries(members ?? {}).flatMap(([name, value]) =>
    line(name, value).map((shown) => {
      const tests = [{ op: 'contains' as const, value: shown.text }]
      return shown.isMasked ? shown : { ...shown, term: pillText({ field: 'custom', negated: false, tests }) }
    }),
  )
}

export function sectionsOf(event: AccessEvent, tz: string): Section[] {
  const { request, response, agent } = event
  const sections: Section[] = [
    {
      title: 'Request',
      fields: [
        ...instant('Time', event.timestamp, tz),
        ...line('Method', request.method, 'method'),
        ...line('Path', request.path, 'path'),
        ...line('Query', request.query, 'query'),
        ...line('Host', event.domain, 'host'),
        ...line('Client address', request.ip, 'ip'),
        ...line('Country', request.country, 'country', countryText(request.country)),
        ...line('City', request.city, 'city'),
        ...line('Network', request.asn, 'asn'),
        ...line('User agent', request.user_agent, 'user_agent'),
        ...line('Agent', agent?.name, 'agent', [agent?.name, agent?.version].filter(Boolean).join(' ')),
        ...line('Agent class', agent?.class, 'agent_class', agent?.class?.replace('_', ' ')),
        ...line('System', agent?.os, 'os'),
        ...line('Device', agent?.device, 'device'),
        ...line('Size', request.bytes, 'request_bytes', sized(request.bytes)),
        ...line('Request id', event.request_id, 'request_id'),
        ...line('Correlation id', event.correlation_id, 'correlation_id'),
        ...line('Trace id', event.trace_id, 'trace_id'),
        ...others(request, 'request.'),
      ],
    },
    {
      title: 'Identity',
      fields: [
        ...line('Consumer', consumerOf(event) ?? 'unknown', consumerOf(event) ? 'consumer' : undefined),
        ...line('Consumer id', event.consumer_id, 'consumer_id'),
        ...line('Claimed to be', event.claimed_consumer, 'claimed_consumer'),
        ...(event.consumer_groups ?? []).flatMap((group) => line('Group', group, 'group')),
        ...line('Plan', event.usage_plan, 'plan'),
        ...line('Customer', event.customer, 'customer'),
        ...line('API key', event.api_key_id, 'key'),
        ...others(event.auth, 'auth.'),
      ],
    },
    {
      title: 'Response',
      fields: [
        ...line('Status', response.status, 'status'),
        ...line('Time taken', response.duration_ms, 'duration', timed(response.duration_ms)),
        ...line('Size', response.bytes, 'response_bytes', sized(response.bytes)),
        ...others(response, 'response.'),
        ...others(event.error, 'error.').map((field) => ({ ...field, label: `Error ${field.label.toLowerCase()}` })),
      ],
    },
    { title: 'Upstream', fields: others(event.upstream, 'upstream.') },
    {
      title: 'Where',
      fields: [
        ...line('API', event.api, 'api'),
        ...line('Service', event.service, 'service'),
        ...line('Route', event.route, 'route'),
        ...line('Gateway', event.gateway, 'gateway'),
        ...line('Environment', event.environment, 'environment'),
        ...line('Source', event.source, 'source'),
        ...line('Format', event.format, 'format'),
        ...instant('Received', event.received, tz),
        ...line('Event id', event.id, 'id'),
        ...others(event, ''),
      ],
    },
    { title: 'Request headers', fields: headers(request.headers, 'request_headers') },
    { title: 'Response headers', fields: headers(response.headers, 'response_headers') },
    { title: 'Custom fields', fields: custom(event.custom) },
  ]
  return sections.filter((section) => section.fields.length > 0)
}

/** `route_id` → `Route id`. */
function labelOf(name: string): string {
  const words = name.replace(/_ms$/, '').replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Members of an event, its request and its response that have a line of their own or a section. */
const SHOWN = new Set(
  (
    'id timestamp seq received source format request_id correlation_id trace_id gateway environment domain api service route consumer_id ' +
    'claimed_consumer consumer_name consumer_groups usage_plan customer api_key_id request response access auth upstream error custom ' +
    'method path query ip country city asn user_agent bytes headers duration_ms status agent'
  ).split(' '),
)

/** A command that repeats the call; secrets were masked on the way in and stay so. */
export function curlOf(event: AccessEvent): string {
  const { request } = event
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const query = request.query ? `?${request.query}` : ''
  const url = `https://${event.domain ?? 'HOST'}${request.path ?? '/'}${query}`
  return `curl -X ${request.method ?? 'GET'} ${quote(url)}`
}
