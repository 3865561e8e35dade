// What is different here: the values whose share in this part of the range differs most from the rest around it.
import { useAnswer } from '../api/queries'
import { Button } from '../parts/button'
import { Drawer } from '../parts/drawer'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { SHORT_FIELDS } from '../state/fields'
import { includes, termClicked, termsOf } from '../state/filter'
import { exactText, percentText } from '../state/numbers'
import { iso, rangeText } from '../state/range'
import type { View } from '../state/view'
import css from './log-differences.module.css'

export type Differences = {
  region: { from: string; to: string; total: number }
  rest: { total: number }
  approximate: boolean
  values: {
    field: string
    field_label: string
    value: string
    label: string
    filter: string
    region_count: number
    region_share: number
    rest_count: number
    rest_share: number
    difference: number
  }[]
}
const MANY = 'A field has too many values here to count each; shares are approximate'
/** The name its facet has, else the server's. */
const labelOf = (row: { field: string; field_label: string }) =>
  SHORT_FIELDS.find(({ name, of }) => row.field === name || row.field === of)?.label ?? row.field_label
type Span = { from: number; to: number }

/** What the part is compared with: the range that was zoomed into, else as much time before it. */
export function aroundOf(span: Span, within: string | undefined): Span {
  const [from, to] = (within ?? '').split('..').map(Number)
  const holds =
    from !== undefined && to !== undefined && from <= span.from && to >= span.to && to - from > span.to - span.from
  return holds ? { from, to } : { from: 2 * span.from - span.to, to: span.to }
}

export function LogDifferences({ view, span, onClose }: { view: View; span: Span; onClose: () => void }) {
  const around = aroundOf(span, view.search.within)
  const answer = useAnswer<Differences>('/differences', {
    from: iso(around.from),
    to: iso(around.to),
    filter: view.filter,
    region_from: iso(span.from),
    region_to: iso(span.to),
    top: 30,
  })
  const now = Date.now()
  const words = ({ from, to }: Span) => rangeText({ from: iso(from), to: iso(to) }, now, view.tz)
  const { data } = answer
  return (
    <Drawer label="What is different here" title="What is different here" onClose={onClose}>
      <p className={css.what}>
        <b>{words(span)}</b>
        {data && ` (${exactText(data.region.total)} events)`} against{' '}
        {view.search.within ? `the rest of ${words(around)}` : 'as much time before'}
        {data && ` (${exactText(data.rest.total)})`}
      </p>
      {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />}
      {answer.isPending && <Skeleton height={240} />}
      {data && data.values.length === 0 && <NothingDiffers data={data} view={view} span={span} />}
      {data && data.values.length > 0 && (
        <>
          <p className={css.legend}>
            <i className={css.here} /> share here <i className={css.rest} /> share in the rest
            {data.approximate && <span title={MANY}>≈ approximate</span>}
          </p>
          <ol className={answer.isPlaceholderData ? css.busy : ''}>
            {data.values.map((row) => (
              <Row key={`${row.field} ${row.value}`} row={row} view={view} />
            ))}
          </ol>
        </>
      )}
    </Drawer>
  )
}

/** Why no value differs, and what can be done about it. */
function NothingDiffers({ data, view, span }: { data: Differences; view: View; span: Span }) {
  if (data.region.total === 0)
    return (
      <EmptyState title="There is nothing here">
        No event of this part of the range matches, so it has no shares to compare.
        {view.filter && <Button onPress={() => view.setFilter('')}>Remove all filters</Button>}
      </EmptyState>
    )
  if (data.rest.total > 0)
    return <EmptyState title="Nothing stands out">Every value has about the same share here as in the rest.</EmptyState>
  const { within } = view.search
  const third = (span.to - span.from) / 3
  const inside = { from: iso(span.from + 2 * third), to: iso(span.to), within: `${span.from}..${span.to}` }
  return (
    <EmptyState title="There is nothing to compare with">
      {within ? 'No event lies in the rest of the range.' : 'No event lies in as much time before.'} Compare a part of
      the range with the rest of it: drag over the histogram with Shift, or take its last third.
      <Button onPress={() => view.set({ ...inside, diff: '1' })}>Compare the last third with the rest</Button>
    </EmptyState>
  )
}

function Row({ row, view }: { row: Differences['values'][number]; view: View }) {
  const isIn = includes(view.filter, row.field, row.value) || termsOf(view.filter).some((t) => t.raw === row.filter)
  const points = Math.round(row.difference * 1000) / 10
  return (
    <li>
      <button
        type="button"
        className={`${css.row} ${isIn ? css.in : ''}`}
        aria-pressed={isIn}
        title="Press: only this. Alt: not this"
        onClick={(event) => view.setFilter(termClicked(view.filter, row.filter, event.altKey))}
      >
        <span className={css.name}>
          <span className={`quiet ${css.field}`}>{labelOf(row)}</span>{' '}
          <b title={row.value}>{row.label || row.value || 'empty'}</b>
          <em className={points > 0 ? css.more : css.less}>
            {points > 0 ? '+' : '−'}
            {Math.abs(points).toFixed(1)} points
          </em>
        </span>
        <Bar look="here" share={row.region_share} count={row.region_count} />
        <Bar look="rest" share={row.rest_share} count={row.rest_count} />
      </button>
    </li>
  )
}

function Bar({ look, share, count }: { look: 'here' | 'rest'; share: number; count: number }) {
  return (
    <span className={css.bar} title={`${exactText(count)} events`}>
      <span className={css.track}>
        <i className={css[look]} style={{ width: `${Math.max(0.5, share * 100)}%` }} />
      </span>
      <span>{percentText(share)}</span>
    </span>
  )
}
