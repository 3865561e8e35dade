// Reports in the shapes of docs/api.md: two of the program, one of someone else, one of one's own.
import { savedChanged } from './saved.mjs'

const ours = { shared: true, mine: false, built_in: true, owner: 'Gatelog', updated: null }
const reports = [
  {
    id: 'weekly-overview',
    name: 'Overview of last week',
    path: '/',
    search: 'from=now-1w/w&to=now/w',
    format: 'page',
    ...ours,
  },
  {
    id: 'monthly-customers',
    name: 'Use of last month, by customer',
    path: '/usage/customers',
    search: 'from=now-1M/M&to=now/M',
    format: 'csv',
    ...ours,
  },
  {
    id: 'r1',
    name: 'Denials of partners',
    path: '/denials',
    search: 'from=now-7d&filter=group:partners&tz=Europe/Berlin',
    format: 'page',
    shared: true,
    mine: false,
    built_in: false,
    owner: 'ann',
    updated: '2026-11-20T08:00:00.000000Z',
  },
  {
    id: 'r2',
    name: 'My morning',
    path: '/boards/b2',
    search: 'tz=UTC',
    format: 'json',
    shared: false,
    mine: true,
    built_in: false,
    owner: 'admin',
    updated: '2026-11-21T08:00:00.000000Z',
  },
]

export const reportsOf = () => ({ reports })
export const reportChanged = (method, path, body) =>
  savedChanged({ list: reports, kind: 'reports', noun: 'report' }, method, path, body)
