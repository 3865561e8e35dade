// The fields people ask for most, under the short names that filter and facets take; the server lists the rest.
import type { Field } from '../api/types'

/** `of` is the name the server's own list has for the same field. */
export type ShortField = { name: string; label: string; of: string; kind: string; isFacet: boolean }

const short = (name: string, label: string, more: Partial<ShortField> = {}): ShortField => ({
  name,
  label,
  of: name,
  kind: 'text',
  isFacet: true,
  ...more,
})

export const SHORT_FIELDS: ShortField[] = [
  short('status_class', 'Status class'),
  short('granted', 'Access', { kind: 'bool' }),
  short('reason', 'Denial reason'),
  short('consumer', 'Consumer', { of: 'consumer_name' }),
  short('route', 'Route'),
  short('method', 'Method'),
  short('status', 'Status', { kind: 'number' }),
  short('group', 'Group', { of: 'consumer_groups', kind: 'list' }),
  short('plan', 'Plan', { of: 'usage_plan' }),
  short('customer', 'Customer'),
  short('api', 'API'),
  short('gateway', 'Gateway'),
  short('environment', 'Environment'),
  short('ip', 'Client address', { kind: 'ip' }),
  short('host', 'Host', { of: 'domain' }),
  short('country', 'Country'),
  short('agent_class', 'Agent class'),
  short('agent', 'Agent'),
  short('user_agent', 'User agent'),
  short('auth_method', 'Auth method'),
  short('source', 'Source'),
  short('path', 'Path', { isFacet: false }),
  short('duration', 'Time taken', { kind: 'duration', isFacet: false }),
  short('request_id', 'Request id', { isFacet: false }),
]

/** `aliases` and `operators` as the server has them, when it says so. */
export type KnownField = Field & { aliases?: string[]; operators?: string[] }

/** The short names first, then what else the server knows, without saying anything twice. */
export function allFields(served: Field[]): KnownField[] {
  const taken = new Set(SHORT_FIELDS.flatMap((field) => [field.name, field.of]))
  const first = SHORT_FIELDS.map(({ name, label, of, kind, isFacet }) => {
    const field = served.find((f) => f.name === of) as KnownField | undefined
    const aliases = [...(of === name ? [] : [of]), ...(field?.aliases ?? []).filter((alias) => alias !== name)]
    const operators = field?.operators ?? []
    return { name, label, kind, facet: isFacet, doc: field?.doc ?? '', aliases, operators }
  })
  return [...first, ...served.filter((field) => !taken.has(field.name))]
}

/** Pairs, JSON and instants have no values that could be listed with counts. */
export function hasCounts(field: { name: string; kind: string }): boolean {
  return field.kind !== 'time' && !/^(custom|external_calls|query_parameters)$|_headers$|_body$/.test(field.name)
}

/** What the name of a series or a facet value means as a filter; null where no filter says it. */
export function meant(field: string, value: string): { field: string; value: string } | null {
  if (value === 'other' || field === 'none') return null
  if (field === 'reason' && value === 'granted') return { field: 'granted', value: 'true' }
  if (/^status/.test(field) && (value === 'unknown' || value === '')) return { field: 'status', value: '' }
  return { field, value }
}
