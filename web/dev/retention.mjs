// How long what is kept, of the stand-in server.
const days = (events, rollups, trail) => ({ events_days: events, rollups_days: rollups, trail_days: trail })
const MIB = 2 ** 20

const hold = (id, stream, from, to, reason, filter = null) => ({
  id,
  stream,
  from,
  to,
  filter,
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
      hold('c2a7710be45f', 'events', null, null, 'Case 4802', 'consumer:partner-north path:/orders*'),
    ],
    archive: {
      to: 's3://kept/gatelog',
      days: 185,
      events: 176_201_940,
      bytes: 7_910 * MIB,
      oldest: '2025-12-01',
      newest: '2026-06-03',
      trail_through: null,
      waiting: null,
      error: null,
    },
    two_person_rule: true,
    waiting: [
      {
        id: '77aa01',
        by: 'grace',
        since: '2026-11-20T09:00:00Z',
        expires: '2026-11-27T09:00:00Z',
        is_own: false,
        wish: { kind: 'release', hold: '4f0c91d2aa07', reason: 'Case 4711: calls of partner-north in May' },
      },
      {
        id: '77aa02',
        by: 'grace',
        since: '2026-11-21T09:00:00Z',
        expires: '2026-11-28T09:00:00Z',
        is_own: false,
        wish: { kind: 'erase', subject: 'consumer', mark: '1c2d3e4f5a6b7c8d' },
      },
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

const erasures = () => ({
  subjects: [
    { name: 'consumer', label: 'Consumer', doc: 'Consumer name or id, also as it was claimed.' },
    { name: 'ip', label: 'IP address', doc: 'The address of the client.' },
    { name: 'operator', label: 'Operator', doc: 'Somebody of the operator trail.' },
  ],
  waiting: [],
  erasures: [
    {
      id: 'e1',
      subject: 'consumer',
      mark: '9f31c0d277aa01be',
      state: 'done',
      started: '2026-11-19T14:00:00Z',
      finished: '2026-11-19T14:00:09Z',
      events: 4_211,
      operator_records: 3,
      left: [],
      error: null,
    },
  ],
})

export const ERASURE_TRIED = {
  subject: 'consumer',
  mark: '1c2d3e4f5a6b7c8d',
  events: 1_204,
  days: [
    { day: '2026-11-01', events: 804 },
    { day: '2026-11-20', events: 400 },
  ],
  rollup_days: 2,
  operator_records: 1,
  operator_open: 0,
  holds: [],
  left: ['directories'],
  refusal: null,
  two_person_rule: true,
  asked_by: 'grace',
}

export const RETENTION = { '/retention': retention, '/erasures': erasures }
