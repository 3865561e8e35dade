// How often a range that ends now is asked again.

export const REFRESHES: { id: string; label: string; ms: number | false }[] = [
  { id: 'off', label: 'Off', ms: false },
  { id: '5s', label: 'Every 5 seconds', ms: 5_000 },
  { id: '15s', label: 'Every 15 seconds', ms: 15_000 },
  { id: '30s', label: 'Every 30 seconds', ms: 30_000 },
  { id: '1m', label: 'Every minute', ms: 60_000 },
  { id: '5m', label: 'Every 5 minutes', ms: 300_000 },
]

export const REFRESH_DEFAULT = '15s'

export function refreshMs(id: string | undefined): number | false {
  return REFRESHES.find((choice) => choice.id === (id ?? REFRESH_DEFAULT))?.ms ?? false
}
