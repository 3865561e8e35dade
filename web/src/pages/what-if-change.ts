// A change that is tried on past traffic: its kinds, what each asks for, and how it is read from the address.
import type { Explanation } from '../api/explain'

export const TARGETS = ['route', 'service', 'api', 'environment', 'consumer'] as const
export type Target = (typeof TARGETS)[number]

export type TimeWindow = { days?: string[]; from: string; to: string; zone?: string }
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
export type Change = {
  kind: string
  group?: string
  addresses?: string[]
  windows?: TimeWindow[]
  limit?: number
  period?: string
} & { [target in Target]?: string }

export type ChangeKind = {
  id: string
  label: string
  /** What it asks for besides what it is made to. */
  asks: ('group' | 'addresses' | 'windows' | 'limit')[]
  targets: readonly Target[]
  /** Of a limit: how long it may count. */
  periods?: string[]
}

const RULES: readonly Target[] = ['route', 'service', 'api', 'environment']

export const KINDS: ChangeKind[] = [
  { id: 'allow_group', label: 'Allow a group', asks: ['group'], targets: RULES },
  { id: 'deny_group', label: 'Deny a group', asks: ['group'], targets: RULES },
  { id: 'add_group', label: 'Put a consumer into a group', asks: ['group'], targets: ['consumer'] },
  { id: 'remove_group', label: 'Take a consumer out of a group', asks: ['group'], targets: ['consumer'] },
  { id: 'allow_address', label: 'Allow addresses', asks: ['addresses'], targets: TARGETS },
  { id: 'deny_address', label: 'Deny addresses', asks: ['addresses'], targets: TARGETS },
  { id: 'time_window', label: 'Open at certain times only', asks: ['windows'], targets: TARGETS },
  {
    id: 'rate_limit',
    label: 'Limit the rate of each consumer',
    asks: ['limit'],
    targets: TARGETS,
    periods: ['second', 'minute', 'hour'],
  },
  {
    id: 'quota',
    label: 'Set a quota for each consumer',
    asks: ['limit'],
    targets: TARGETS,
    periods: ['day', 'week', 'month'],
  },
]

export const kindOf = (change: Change): ChangeKind =>
  KINDS.find(({ id }) => id === change.kind) ?? (KINDS[0] as ChangeKind)
export const targetOf = (change: Change): Target => TARGETS.find((target) => change[target] !== undefined) ?? 'route'

/** The change with another target, which keeps nothing of the one before. */
export function withTarget(change: Change, target: Target, name: string): Change {
  const next = Object.fromEntries(Object.entries(change).filter(([member]) => !TARGETS.includes(member as Target)))
  return { ...(next as Change), [target]: name }
}

/** Another kind of change: what it asks for too is kept. */
export function withKind(change: Change, id: string): Change {
  const kind = KINDS.find((known) => known.id === id) ?? (KINDS[0] as ChangeKind)
  const before = targetOf(change)
  const target = kind.targets.includes(before) ? before : (kind.targets[0] as Target)
  return {
    kind: kind.id,
    [target]: target === before ? (change[before] ?? '') : '',
    ...(kind.asks.includes('group') ? { group: change.group ?? '' } : {}),
    ...(kind.asks.includes('addresses') ? { addresses: change.addresses ?? [] } : {}),
    ...(kind.asks.includes('windows') ? { windows: change.windows ?? [OFFICE] } : {}),
    ...(kind.asks.includes('limit')
      ? {
          limit: change.limit ?? 100,
          period: kind.periods?.includes(change.period ?? '') ? (change.period ?? '') : (kind.periods?.[1] ?? 'minute'),
        }
      : {}),
  }
}

const OFFICE: TimeWindow = { days: DAYS.slice(0, 5), from: '07:00', to: '19:00' }

export const FIRST: Change = { kind: 'allow_group', route: '', group: '' }

/** The change in the address, or none when it cannot be read. */
export function readChange(text: string | undefined): Change | null {
  if (!text) return null
  try {
    const found = JSON.parse(text) as Change | null
    const isKnown = found !== null && typeof found === 'object' && KINDS.some(({ id }) => id === found.kind)
    return isKnown ? withKind(found, found.kind) : null
  } catch {
    return null
  }
}

/** Windows are meant in the zone of the page, where they do not say which. */
export function zoned(change: Change, tz: string): Change {
  return change.windows ? { ...change, windows: change.windows.map((window) => ({ zone: tz, ...window })) } : change
}

/** What is missing before it can be tried. */
export function missingOf(change: Change): string | null {
  const kind = kindOf(change)
  if (!change[targetOf(change)]?.trim()) return `Name the ${targetOf(change)}`
  if (kind.asks.includes('group') && !change.group?.trim()) return 'Name the group'
  if (kind.asks.includes('addresses') && !change.addresses?.length) return 'Give an address or a network'
  if (kind.asks.includes('windows') && !change.windows?.length) return 'Say when it is open'
  if (kind.asks.includes('limit') && !((change.limit ?? 0) > 0)) return 'Say how many calls'
  return null
}

/** The change that would let a refused call pass; null where none of these kinds would. */
export function changeOf({ rule, identity }: Explanation): Change | null {
  if (!rule) return null
  const target = TARGETS.find((known) => known === rule.object.type)
  if (rule.kind === 'groups' && target && target !== 'consumer') {
    const [group] = identity.groups ?? []
    return { kind: 'allow_group', [target]: rule.object.name, group: group ?? '' }
  }
  return null
}
