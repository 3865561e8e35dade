// The fields of an event in the order people look for them, with the name each has in the filter language.
import type { AccessEvent } from '../api/types'
import { bytesText, durationText } from '../state/numbers'
import { instantText, zoneText } from '../state/zone'

export type EventField = { label: string; text: string; field?: string; value?: string; isMasked?: boolean }
export type Section = { title: string; fields: EventField[] }

export function sectionsOf(event: AccessEvent, tz: string): Section[] {
  const { request, response } = event
  const line = (label: string, value: unknown, field?: string): EventField[] => {
    if (value === undefined || value === null || value === '') return []
    return [{ label, text: String(value), ...(field ? { field, value: String(value) } : {}) }]
  }
  const time = (text: string | undefined) => {
    if (!text) return undefined
    const at = Date.parse(text)
    return `${instantText(at, tz)} ${zoneText(tz, at)}`
  }
  const headers = (list: string[][] | undefined): EventField[] =>
    (list ?? []).map(([name = '', value = '']) => ({
      label: name,
      text: value,
      isMasked: /^(hmac|masked|tag):/.test(value),
    }))
  /** Members this page has no own line for, under their own names. */
  const rest = (members: Record<string, unknown> | undefined): EventField[] =>
    Object.entries(members ?? {}).flatMap(([name, value]) =>
      line(name, typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
    )
  /** Members of the event model that have no line of their own: `connect_ms` reads `Connect`, in milliseconds. */
  const others = (members: object) =>
    Object.entries(members).flatMap(([name, value]) => {
      if (SHOWN.has(name)) return []
      const isTime = name.endsWith('_ms') && typeof value === 'number'
      return line(
        labelOf(name),
        isTime ? durationText(value) : typeof value === 'object' ? JSON.stringify(value) : value,
      )
    })
  const sections: Section[] = [
    {
      title: 'Request',
      fields: [
        ...line('Time', time(event.timestamp)),
        ...line('Method', request.method, 'method'),
        ...line('Path', request.path, 'path'),
        ...line('Query', request.query),
        ...line('Host', request.host ?? event.domain, 'host'),
        ...line('Client address', request.ip, 'ip'),
        ...line('User agent', request.user_agent, 'user_agent'),
        ...line('Size', request.bytes === undefined ? undefined : bytesText(request.bytes)),
        ...line('Request id', event.request_id, 'request_id'),
        ...line('Correlation id', event.correlation_id, 'correlation_id'),
        ...line('Trace id', event.trace_id, 'trace_id'),
        ...others(request),
      ],
    },
    {
      title: 'Identity',
      fields: [
        ...line('Consumer', event.consumer_name ?? 'unknown', event.consumer_name ? 'consumer' : undefined),
        ...line('Consumer id', event.consumer_id),
        ...(event.consumer_groups ?? []).flatMap((group) => line('Group', group, 'group')),
        ...line('Plan', event.usage_plan, 'plan'),
        ...line('Customer', event.customer, 'customer'),
        ...line('API key', event.api_key_id),
      ],
    },
    {
      title: 'Response',
      fields: [
        ...line('Status', response.status, 'status'),
        ...line('Upstream status', response.upstream_status),
        ...line('Time taken', response.duration_ms === undefined ? undefined : durationText(response.duration_ms)),
        ...line('Size', response.bytes === undefined ? undefined : bytesText(response.bytes)),
        ...others(response),
      ],
    },
    {
      title: 'Where',
      fields: [
        ...line('API', event.api, 'api'),
        ...line('Service', event.service),
        ...line('Route', event.route, 'route'),
        ...line('Gateway', event.gateway, 'gateway'),
        ...line('Environment', event.environment, 'environment'),
        ...line('Source', event.source, 'source'),
        ...line('Format', event.format),
        ...line('Received', time(event.received)),
        ...line('Event id', event.id),
        ...others(event),
      ],
    },
    { title: 'Authentication', fields: rest(event.auth) },
    { title: 'Upstream', fields: rest(event.upstream) },
    { title: 'Error', fields: rest(event.error) },
    { title: 'Request headers', fields: headers(request.headers) },
    { title: 'Response headers', fields: headers(response.headers) },
    {
      title: 'Custom fields',
      fields: rest(event.custom),
    },
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
    'consumer_name consumer_groups usage_plan customer api_key_id request response access auth upstream error custom ' +
    'method path query host ip user_agent bytes headers status duration_ms upstream_ms gateway_ms upstream_status'
  ).split(' '),
)

/** A command that repeats the call; secrets were masked on the way in and stay so. */
export function curlOf(event: AccessEvent): string {
  const { request } = event
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const query = request.query ? `?${request.query}` : ''
  const url = `https://${request.host ?? 'HOST'}${request.path ?? '/'}${query}`
  return `curl -X ${request.method ?? 'GET'} ${quote(url)}`
}
