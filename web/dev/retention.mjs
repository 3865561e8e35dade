// How long what is kept, of the stand-in server.
const days = (events, rollups, trail) => ({ events_days: events, rollups_days: rollups, trail_days: trail })
const MIB = 2 ** 20

const hold = (id, stream, from, to, reason) => ({
  id,
  stream,
  from,
  to,
  reason,
  by: 'ada',
  since: '2026-10-02T08:15:00Z',
})

/** With less than what is set something would be removed. */
function retention(params) {
  const events = Number(params?.get?.('events_days') ?? 180)
  const removed = Math.max(0, 170 - events)
  return {
    settings: { events: 180, rollups: 730, trail: 400 },
    set: days(null, null, null),
    days: { events, rollups: 730, trail: 400 },
    presets: [
      { name: 'standard', about: 'Half a year of events, two years of roll-ups.', set: days(180, 730, 400) },
      { name: 'pci', about: 'PCI DSS 10.5.1: 12 months.', set: days(366, 730, 400) },
      { name: 'hipaa', about: 'HIPAA 45 CFR 164.316(b)(2): six years.', set: days(2192, 2192, 2192) },
    ],
    holds: [
      hold('4f0c91d2aa07', 'events', '2026-05-01', '2026-05-31', 'Case 4711: calls of partner-north in May'),
      hold('9b11e6207c3d', 'trail', null, null, 'Audit of the year'),
    ],
    use: {
      days: 171,
      oldest: '2026-06-04',
      events: 182_400_311,
      bytes: 8_420 * MIB,
      trail_bytes: 31 * MIB,
      free_bytes: 41_000 * MIB,
    },
    forecast: { measured_days: 14, bytes_per_day: 49 * MIB, bytes_at_end: 49 * MIB * (events + 1), full_in_days: null },
    removed: {
      days: removed,
      events: removed * 1_066_000,
      bytes: removed * 49 * MIB,
      held_days: removed ? 31 : 0,
      rollup_days: 0,
      trail_through: null,
      list: [],
    },
  }
}

export const RETENTION = { '/retention': retention }
