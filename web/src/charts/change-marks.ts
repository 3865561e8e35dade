// When something was changed, as marks over a chart: those that lie together are one, and each leads to what changed.
import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useSession } from '../api/queries'
import { ANY_CHANGE, type TrailMark, useTrailMarks } from '../api/trail'
import type { MenuEntry } from '../parts/menu'
import { switchMarks, useMarks } from '../state/marks'
import { iso } from '../state/range'
import { writeSearch } from '../state/search'
import type { View } from '../state/view'
import type { Marker } from './markers'

/** On one chart. More of them would hide what it shows. */
const MARKS_MAX = 24

/** Of those who may read the operator trail, and only while they want them. */
export function useChangeMarks(view: View): Marker[] | undefined {
  const router = useRouter({ warn: false })
  const isWanted = useMarks()
  const mayRead = useSession().data?.permissions.includes('trail:read') ?? false
  const isOn = isWanted && mayRead
  const { from, to } = view.range
  const answer = useTrailMarks({ from, to, tz: view.tz, marks: MARKS_MAX }, isOn, view.live)
  const marks = isOn ? answer.data?.marks : undefined
  return useMemo(
    () =>
      marks?.map((mark) => ({
        at: Date.parse(mark.time),
        label: wordsOf(mark),
        count: mark.count,
        first: Date.parse(mark.first),
        onOpen: (span) => router?.history.push(auditHref(mark, view.tz, span)),
      })),
    [marks, router, view.tz],
  )
}

/** For the menu of a chart: what switches the marks of all charts. */
export function useMarksEntry(): MenuEntry[] {
  const isOn = useMarks()
  const mayRead = useSession().data?.permissions.includes('trail:read') ?? false
  const label = isOn ? 'Hide change marks' : 'Show change marks'
  return mayRead ? [{ id: 'marks', label, icon: 'audit', isApart: true, run: () => switchMarks(!isOn) }] : []
}

function wordsOf({ event, resource_name, resource_id, operator, count }: TrailMark): string {
  const what = [event, resource_name || resource_id].filter(Boolean).join(' ')
  const who = operator ? ` by ${operator}` : ''
  return count > 1 ? `${count} changes, the last: ${what}${who}` : `${what}${who}`
}

/** One opens itself; several open the list of them. */
function auditHref({ id, count, first, time }: TrailMark, tz: string, all?: { from: number; to: number }): string {
  const { from, to } = all ?? { from: Date.parse(first), to: Date.parse(time) }
  const span = { from: iso(from), to: iso(to + 1000) }
  const which = all || count > 1 ? { event: ANY_CHANGE, outcome: 'success' } : { row: id }
  return `/audit${writeSearch({ ...span, tz, ...which })}`
}
