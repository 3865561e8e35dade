// What is shown of each kind of entity: one list of columns a kind.
import type { Entity, Item, Kind } from '../api/directory'
import type { Twin } from '../charts/twin'
import { Pill } from '../parts/pill'
import type { TableColumn } from '../parts/table'
import { exactText } from '../state/numbers'
import css from './directory.module.css'

export const nameOf = ({ entity, key }: Item) => entity.name ?? entity.id ?? key

/** A member as a person reads it: `100,000 a month`, `gold, silver`. */
export function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(wordsOf).join(', ')
  if (typeof value === 'number') return exactText(value)
  if (typeof value !== 'object') return String(value)
  const { limit, period, rate, burst, name, id, api, stage, ...rest } = value as Record<string, unknown>
  if (limit !== undefined) return `${wordsOf(limit)} a ${period}`
  if (rate !== undefined) return `${wordsOf(rate)} a second${burst ? `, bursts of ${wordsOf(burst)}` : ''}`
  if (name !== undefined || id !== undefined) return String(name ?? id)
  if (api !== undefined) return stage ? `${api} (${stage})` : String(api)
  return Object.entries(rest)
    .map(([key, inner]) => `${key.replaceAll('_', ' ')} ${wordsOf(inner)}`)
    .join('; ')
}

type Column = TableColumn<Item>
const name: Column = {
  id: 'name',
  label: 'Name',
  cell: (item) => nameOf(item),
}
const text = (id: string, label: string, isMono = false): Column => ({
  id,
  label,
  isMono,
  cell: ({ entity }) => wordsOf(entity[id]) || <span className="quiet">–</span>,
})
const pills = (id: string, label: string): Column => ({
  id,
  label,
  cell: ({ entity }) => {
    const values = (entity[id] as unknown[] | undefined) ?? []
    if (values.length === 0) return <span className="quiet">none</span>
    return (
      <span className={css.pills}>
        {values.slice(0, 4).map((value) => (
          <Pill key={wordsOf(value)}>{wordsOf(value)}</Pill>
        ))}
      </span>
    )
  },
})
const consumers: Column = {
  id: 'consumers',
  label: 'Consumers',
  isNumber: true,
  cell: ({ consumers }) => (consumers === 0 ? <span className="quiet">unused</span> : exactText(consumers)),
}
const rules: Column = {
  id: 'rules',
  label: 'Rules',
  cell: ({ entity }) => <span className="quiet">{ruleWords(entity)}</span>,
}

const ruleWords = ({ rules }: Entity) =>
  Object.entries((rules ?? {}) as Record<string, unknown>)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([rule, value]) => `${rule.replaceAll('_', ' ')}: ${wordsOf(value)}`)
    .join('; ') || 'none'

const COLUMNS: Record<Kind, Column[]> = {
  consumers: [name, pills('groups', 'Groups'), text('plan', 'Plan'), text('customer', 'Customer')],
  groups: [name, consumers],
  plans: [name, text('quota', 'Quota'), text('throttle', 'Throttle'), consumers],
  routes: [
    name,
    text('methods', 'Methods', true),
    text('templates', 'Templates', true),
    text('service', 'Service'),
    rules,
  ],
  keys: [name, text('consumer', 'Consumer'), text('customer', 'Customer'), text('plans', 'Plans')],
  customers: [name, consumers],
  apis: [name, text('version', 'Version'), text('stages', 'Stages'), rules],
  services: [name, text('api', 'API'), rules],
  environments: [name, text('sources', 'Sources'), text('domains', 'Domains'), text('stages', 'Stages'), rules],
}
const id: Column = { ...text('id', 'Id', true) }
const origin: Column = { id: 'origin', label: 'From', cell: (item) => <span className="quiet">{item.origin}</span> }

export const columnsOf = (kind: Kind): Column[] => [...COLUMNS[kind], id, origin]

/** What stands in a column, in words. */
function textOf(item: Item, column: string): string {
  if (column === 'name') return nameOf(item)
  if (column === 'origin') return item.origin
  if (column === 'consumers') return String(item.consumers ?? '')
  if (column === 'rules') return ruleWords(item.entity)
  return wordsOf(item.entity[column])
}

/** All entities of a kind, for a file. */
export const itemsTwin = (kind: Kind, items: Item[], tz: string): Twin => ({
  columns: columnsOf(kind).map(({ label }) => ({ label, unit: 'text' })),
  rows: items.map((item) => columnsOf(kind).map((column) => textOf(item, column.id))),
  tz,
})
