// What the palette offers, in groups. A command is one entry in a list; some come from the server, some from the text.
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue } from 'react'
import { getJson } from '../api/client'
import { useAnswer, useSession } from '../api/queries'
import type { Facets } from '../api/types'
import { useDimensions } from '../api/usage'
import { entityHref } from '../pages/entity'
import type { IconName } from '../parts/icon'
import { copyText } from '../parts/toast'
import { termText, withTerm } from '../state/filter'
import { keysAreOff, switchKeys } from '../state/keys'
import { pinnedLink, sameLink } from '../state/link'
import { marksAreOn, switchMarks } from '../state/marks'
import { countText } from '../state/numbers'
import { CALENDAR, PRESETS, type Range, rangeText, spanOf, spanText } from '../state/range'
import { parseRange } from '../state/range-words'
import { parseSearch } from '../state/search'
import { applyTheme } from '../state/theme'
import { logsSearch, rememberZone, type View } from '../state/view'
import { browserZone } from '../state/zone'
import { toggledComparison } from './compare-picker'
import { DOCS } from './docs'
import { type Page, usePages } from './pages'

export type Command = {
  id: string
  label: string
  icon: IconName
  run: () => void
  /** Further words it is found by. */
  words?: string
  /** What stands at the end of its line. */
  end?: string
  /** Made for what is typed, so it always matches. */
  isForText?: boolean
}
export type Group = { name: string; commands: Command[] }

const FOUND_FIELDS = 'consumer,route,group,api,customer,gateway,environment'
const FOUND_CHARS_MIN = 2

/** The groups that have something, and whether the server is still looking for the text. */
export function useCommands(view: View, typed: string, onHelp: () => void): { groups: Group[]; isLooking: boolean } {
  const navigate = useNavigate()
  const text = typed.trim()
  const logs = (filter: string) => navigate({ to: '/logs', search: logsSearch(view.search, filter) as never })
  const pick = (range: Range) => view.set({ from: range.from, to: range.to === 'now' ? undefined : range.to })
  const dimensions = useDimensions()
  const shown = usePages()
  /** The page of what was found, or its calls where it has none. */
  const open = (field: string, value: string) => {
    const page = entityHref(dimensions, field, value, view.search)
    if (page) navigate({ to: page })
    else logs(termText(field, value))
  }
  const { found, isLooking } = useFound(view, text, open)
  const saved = useSavedViews(navigate)
  const mayMark = useSession().data?.permissions.includes('trail:read') ?? false
  const own = ofText(text, view, pick, logs)
  const groups: Group[] = [
    { name: 'For what is typed', commands: own },
    { name: 'Pages', commands: pages(view, shown, navigate, logs) },
    { name: 'Found', commands: found },
    { name: 'Saved views', commands: saved },
    { name: 'Time range', commands: ranges(pick) },
    { name: 'Actions', commands: [...actions(view, navigate), ...(mayMark ? [marks()] : [])] },
    { name: 'Help', commands: help(onHelp, navigate) },
    { name: 'Search', commands: isLooking ? [] : search(own.length ? 'search' : TYPED, text, view, logs) },
  ]
  return { groups: groups.filter((group) => group.commands.length > 0), isLooking }
}

/** What the text itself is keeps the focus while it is typed: first a text to search for, then maybe a term or a range. */
const TYPED = 'typed'

type Navigate = ReturnType<typeof useNavigate>

/** Pages that other pages lead to, and the rail does not. */
const RULE_PAGES = [
  {
    to: '/what-if',
    label: 'What if',
    words: 'replay a change of a rule simulate policy group address quota',
    icon: 'compare',
  },
  {
    to: '/grants',
    label: 'Grants nobody uses',
    words: 'least privilege unused permissions access review',
    icon: 'check',
  },
  { to: '/endpoints', label: 'Endpoints nobody documented', words: 'shadow zombie api openapi drift', icon: 'search' },
] as const

function pages(view: View, shown: Page[], navigate: Navigate, logs: (filter: string) => void): Command[] {
  return [
    ...shown.map((page) => ({
      id: page.to,
      label: page.label,
      words: page.alias,
      icon: page.icon,
      end: `g ${page.key}`,
      run: () => navigate({ to: page.to, search: logsSearch(view.search, view.filter) as never }),
    })),
    {
      id: 'denied',
      label: 'Denied calls',
      words: 'denials refused forbidden 403 401 ACL violations security monitoring',
      icon: 'logs',
      run: () => logs('granted:false'),
    },
    {
      id: 'errors',
      label: 'Server errors',
      words: '5xx failures backend upstream',
      icon: 'logs',
      run: () => logs('status:>=500'),
    },
    {
      id: 'unknown',
      label: 'Calls without a consumer',
      words: 'anonymous unidentified is empty nobody',
      icon: 'logs',
      run: () => logs('consumer:""'),
    },
    ...RULE_PAGES.map(({ to, label, words, icon }) => ({
      id: to,
      label,
      words,
      icon,
      run: () => navigate({ to, search: logsSearch(view.search, view.filter) as never }),
    })),
    {
      id: 'connect',
      label: 'Connect a gateway',
      words: 'add source token set-up install kong nginx apisix vector fluent bit',
      icon: 'plus',
      run: () => navigate({ to: '/connect' }),
    },
  ]
}

function ranges(pick: (range: Range) => void): Command[] {
  const last = PRESETS.map(({ text, label }) => ({
    label,
    end: text,
    range: { from: `now-${text}`, to: 'now' },
  }))
  return [...last, ...CALENDAR.map(({ label, range }) => ({ label, range, end: '' }))].map(({ label, range, end }) => ({
    id: `range ${label}`,
    label,
    words: `${end} time range`,
    icon: 'clock',
    end,
    run: () => pick(range),
  }))
}

function actions(view: View, navigate: Navigate): Command[] {
  const zone = (tz: string) => {
    rememberZone(tz)
    view.set({ tz })
  }
  return [
    {
      id: 'compare',
      label: view.compares ? 'Stop comparing' : 'Compare with the previous period',
      words: 'trend change',
      icon: 'compare',
      end: 'x',
      run: () => view.set(toggledComparison(view)),
    },
    { id: 'clear', label: 'Remove all filters', words: 'reset', icon: 'filter', run: () => view.setFilter('') },
    {
      id: 'tail',
      label: 'Live tail',
      words: 'stream follow',
      icon: 'play',
      run: () => navigate({ to: '/logs', search: { ...logsSearch(view.search, view.filter), tail: '1' } as never }),
    },
    {
      id: 'link',
      label: 'Copy link to this view',
      words: 'share url',
      icon: 'link',
      run: () => copyText(sameLink(), 'Link'),
    },
    {
      id: 'pinned',
      label: 'Copy link to exactly this time',
      words: 'share url pinned absolute',
      icon: 'link',
      run: () => copyText(pinnedLink(view), 'Link'),
    },
    { id: 'utc', label: 'Times in UTC', words: 'zone', icon: 'globe', run: () => zone('UTC') },
    {
      id: 'own',
      label: `Times in ${browserZone()}`,
      words: 'zone browser local',
      icon: 'globe',
      run: () => zone(browserZone()),
    },
    { id: 'light', label: 'Light theme', icon: 'sun', run: () => applyTheme('light') },
    { id: 'dark', label: 'Dark theme', icon: 'moon', run: () => applyTheme('dark') },
    { id: 'system', label: 'Theme like the system', icon: 'screen', run: () => applyTheme('system') },
  ]
}

function marks(): Command {
  const isOn = marksAreOn()
  return {
    id: 'marks',
    label: isOn ? 'Hide change marks on charts' : 'Show change marks on charts',
    words: 'markers annotations operator events trail',
    icon: 'audit',
    run: () => switchMarks(!isOn),
  }
}

function help(onHelp: () => void, navigate: Navigate): Command[] {
  const docs = DOCS.map(
    ({ id, label, words }): Command => ({
      id: `docs ${id}`,
      label,
      words: `docs documentation help manual ${words}`,
      icon: 'help',
      run: () => navigate({ to: '/docs/$page', params: { page: id } }),
    }),
  )
  return [
    { id: 'keys', label: 'Keyboard shortcuts', words: 'help keys docs', icon: 'help', end: '?', run: onHelp },
    {
      id: 'keys off',
      label: keysAreOff() ? 'Switch single-key shortcuts on' : 'Switch single-key shortcuts off',
      words: 'accessibility keyboard',
      icon: 'help',
      run: () => switchKeys(!keysAreOff()),
    },
    {
      id: 'api',
      label: 'Description of the HTTP API for programs',
      words: 'openapi docs documentation reference',
      icon: 'help',
      run: () => window.open('/api/v1/openapi.json', '_blank', 'noopener'),
    },
    ...docs,
  ]
}

/** A range or a term that the text itself is. */
function ofText(text: string, view: View, pick: (range: Range) => void, logs: (filter: string) => void): Command[] {
  const made = { id: TYPED, isForText: true }
  if (/^-?[\w.]+(:|~)\S/.test(text)) {
    const run = () => logs(withTerm(view.filter, text))
    return [{ ...made, label: `Filter by ${text}`, icon: 'filter', run }]
  }
  const now = Date.now()
  const parsed = parseRange(text, now, view.tz)
  if (!('range' in parsed)) return []
  const { range } = parsed
  const end = spanText(spanOf(range, now, view.tz), now, view.tz)
  return [{ ...made, label: `Show ${rangeText(range, now, view.tz)}`, end, icon: 'clock', run: () => pick(range) }]
}

/** Last of all: look for the text in the log. */
function search(id: string, text: string, view: View, logs: (filter: string) => void): Command[] {
  if (!text) return []
  const term = `"${text.replaceAll('"', '')}"`
  const run = () => logs(withTerm(view.filter, term))
  return [{ id, label: `Search access logs for ${term}`, icon: 'search', isForText: true, run }]
}

/** Consumers, routes and the like whose name has the text, with their calls in the range. */
function useFound(view: View, text: string, open: (field: string, value: string) => void) {
  const isOn = text.length >= FOUND_CHARS_MIN && !/[:~]/.test(text)
  const asked = useDeferredValue(text)
  const { from, to } = view.range
  const answer = useAnswer<Facets>(
    '/facets',
    { from, to, fields: FOUND_FIELDS, search: asked, top: 4 },
    { enabled: isOn },
  )
  const isLooking = isOn && (answer.isFetching || asked !== text)
  if (!isOn) return { found: [], isLooking }
  // Until the answer is there, of that before: who is among the most frequent there is so among those with more of the text, so
  // that nothing goes away and comes back under the eyes and the focus.
  const found = (answer.data?.facets ?? []).flatMap((facet): Command[] =>
    facet.values
      .filter(({ value, label }) => value && `${value} ${label}`.toLowerCase().includes(text.toLowerCase()))
      .map(({ value, label, count }) => ({
        id: `${facet.field}:${value}`,
        label,
        end: `${facet.label}, ${countText(count)} calls`,
        icon: 'filter',
        isForText: true,
        run: () => open(facet.field, value),
      })),
  )
  return { found, isLooking }
}

type SavedView = { id: string; name: string; page: string; search: string; shared: boolean }

function useSavedViews(navigate: Navigate): Command[] {
  const answer = useQuery({
    queryKey: ['/views', {}],
    queryFn: ({ signal }) => getJson<{ views: SavedView[] }>('/views', {}, signal),
    retry: false,
  })
  return (answer.data?.views ?? []).map(({ id, name, page, search, shared }) => ({
    id: `view ${id}`,
    label: name,
    words: `saved view ${page}`,
    end: shared ? 'shared' : 'private',
    icon: 'logs',
    run: () => navigate({ to: page === 'logs' ? '/logs' : '/', search: parseSearch(search) as never }),
  }))
}
