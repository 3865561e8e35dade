// How the matching events spread over the range; drag or arrow keys zoom. Above it: how many there are, how far they are
// read, how many are new.
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Tail } from '../api/tail'
import type { Histogram } from '../api/types'
import { useChangeMarks, useMarksEntry } from '../charts/change-marks'
import type { ChartAction } from '../charts/chosen'
import { Legend } from '../charts/legend'
import { edgesOf } from '../charts/panel'
import { chartSeries } from '../charts/series'
import { TimeChart } from '../charts/time-chart'
import { Button, IconButton } from '../parts/button'
import { Menu, type MenuEntry, Select } from '../parts/menu'
import { useNarrow } from '../parts/narrow'
import { Skeleton, sentence } from '../parts/state'
import { SHORT_FIELDS } from '../state/fields'
import { only, without } from '../state/filter'
import { countText, exactText, percentText } from '../state/numbers'
import { iso } from '../state/range'
import type { View } from '../state/view'
import css from './log-histogram.module.css'
import type { LogRows } from './log-rows'

const HEIGHT = 112
const SPLITS = [
  ...SHORT_FIELDS.filter((field) => field.isFacet).map(({ name, label }) => ({ id: name, label })),
  { id: 'none', label: 'Nothing' },
]
/** Fields of a few values: their legend has room beside the count of events. */
const SHORT_LEGENDS = ['status_class', 'granted', 'none']
const DIFFERENT = 'What is different here?'

type Props = {
  view: View
  answer: UseQueryResult<Histogram>
  /** The range on screen, in epoch milliseconds. */
  span: { from: number; to: number }
  rows: LogRows | null
  tail: Tail | null
  fresh: number
  onFresh: () => void
}

export function LogHistogram({ view, answer, span, rows, tail, fresh, onFresh }: Props) {
  const { data } = answer
  const split = view.search.split ?? 'status_class'
  const hidden = new Set(view.search.hide?.split(',') ?? [])
  const all = chartSeries(data?.series ?? [], view.compares)
  const [lit, setLit] = useState<string | null>(null)
  const edges = useMemo(() => (data ? edgesOf(data) : []), [data])
  const isShown = view.search.chart !== 'none'
  const markers = useChangeMarks(view)
  const marks = useMarksEntry()
  const pick = (field: string, value: string, excludes: boolean) =>
    view.setFilter(excludes ? without(view.filter, field, value) : only(view.filter, field, value))
  const zoom = (from: number, to: number) =>
    view.set({ from: iso(from), to: iso(to), row: undefined, within: `${span.from}..${span.to}` })
  const hide = (key: string) => {
    const keys = hidden.has(key) ? [...hidden].filter((other) => other !== key) : [...hidden, key]
    view.set({ hide: keys.join(',') || undefined }, { replace: true })
  }
  const compare: ChartAction = {
    id: 'differences',
    label: DIFFERENT,
    icon: 'compare',
    run: (from, to) =>
      view.set({ from: iso(from), to: iso(to), row: undefined, within: `${span.from}..${span.to}`, diff: '1' }),
  }
  const entries: MenuEntry[] = [
    {
      id: 'chart',
      label: isShown ? 'Hide the histogram' : 'Show the histogram',
      icon: 'chart',
      hint: 'h',
      run: () => view.set({ chart: isShown ? 'none' : undefined }, { replace: true }),
    },
    ...marks,
  ]
  const hasLines = !SHORT_LEGENDS.includes(split)
  const legend = all.length > 0 && (
    <Legend
      series={all}
      sums
      field={split}
      edges={edges}
      hidden={hidden}
      onPick={pick}
      onHide={hide}
      onLight={setLit}
    />
  )
  return (
    <section className={css.box} aria-label="Events over time">
      <div className={css.head}>
        <p className={css.total} aria-live="polite">
          {tail ? <TailStatus tail={tail} /> : data && <Total total={data.total} isOld={answer.isPlaceholderData} />}
        </p>
        {rows && <Reading rows={rows} />}
        {fresh > 0 && (
          <Button kind="quiet" icon="refresh" onPress={onFresh} data-testid="fresh">
            {countText(fresh)} new
          </Button>
        )}
        <Compare view={view} />
        <span className={css.grow} />
        {isShown && !hasLines && legend}
        {isShown && !hasLines && !data && <span className={css.legendPlace} aria-hidden="true" />}
        {isShown && (
          <Select
            label="Stack the histogram by"
            prefix="by"
            value={split}
            choices={SPLITS}
            onChange={(id) =>
              view.set({ split: id === 'status_class' ? undefined : id, hide: undefined }, { replace: true })
            }
          />
        )}
        <Menu
          label="Histogram"
          trigger={<IconButton icon="more" label="More about the histogram" />}
          entries={entries}
        />
      </div>
      {isShown && hasLines && <div className={css.lines}>{legend}</div>}
      {isShown && (
        <div className={answer.isPlaceholderData ? css.busy : ''} style={{ height: HEIGHT }}>
          {data ? (
            <TimeChart
              title="Events"
              kind="bars"
              edges={edges}
              series={all.filter((s) => !hidden.has(s.key))}
              lit={lit}
              markers={markers}
              actions={[compare]}
              unit="calls"
              tz={view.tz}
              height={HEIGHT}
              onZoom={zoom}
            />
          ) : (
            !answer.isError && <Skeleton height={HEIGHT} />
          )}
        </div>
      )}
    </section>
  )
}

function Compare({ view }: { view: View }) {
  const isOn = view.search.diff === '1'
  const toggle = () => view.set({ diff: isOn ? undefined : '1', row: undefined })
  if (useNarrow()) return <IconButton icon="compare" label={DIFFERENT} pressed={isOn} onPress={toggle} />
  return (
    <Button kind="quiet" icon="compare" pressed={isOn} onPress={toggle}>
      {DIFFERENT}
    </Button>
  )
}

function Total({ total, isOld }: { total: number; isOld: boolean }) {
  return (
    <span className={isOld ? css.busy : ''}>
      <b data-testid="total">{exactText(total)}</b> {total === 1 ? 'event' : 'events'}
    </span>
  )
}

/** How far the list is read: a part of the range, rows looked at; Stop keeps what is there. */
function Reading({ rows }: { rows: LogRows }) {
  const { progress, state } = rows
  const isPart = rows.head.length > 0 || progress.rows > 0
  if (state === 'reading' && isPart && progress.share < 1) {
    return (
      <span className={css.reading} data-testid="reading">
        <progress className={css.progress} value={progress.share} max={1} aria-label="Part of the range read" />
        <span>
          {percentText(progress.share)} of the range, {countText(progress.rows)} rows
        </span>
        <Button kind="quiet" icon="stop" onPress={() => rows.stop()}>
          Stop
        </Button>
      </span>
    )
  }
  if (state === 'stopped' || (state === 'failed' && rows.head.length > 0)) {
    return (
      <span className={css.reading} data-testid="reading">
        <span className={css.part}>
          {state === 'stopped' ? 'Stopped' : 'Reading failed'} after {percentText(progress.share)} of the range:{' '}
          {countText(rows.head.length)} rows are kept
        </span>
        <Button kind="quiet" icon="play" onPress={() => rows.resume()}>
          Go on
        </Button>
      </span>
    )
  }
  if (rows.partial) return <span className={css.part}>{sentence(`Partial: ${rows.partial}`)}</span>
  return null
}

function TailStatus({ tail }: { tail: Tail }) {
  const seen = tail.received + tail.dropped
  return (
    <>
      <span className={`${css.dot} ${tail.isOpen && !tail.isPaused ? css.live : ''}`} />
      <span>{tail.isPaused ? `Paused, ${exactText(tail.held)} waiting` : tail.isOpen ? 'Live' : 'Connecting'}</span>
      <Button kind="quiet" icon={tail.isPaused ? 'play' : 'pause'} onPress={() => tail.setPaused(!tail.isPaused)}>
        {tail.isPaused ? 'Go on' : 'Pause'}
      </Button>
      {tail.dropped > 0 && (
        <span className={css.dropped}>
          sampled 1:{Math.max(2, Math.round(seen / Math.max(1, tail.received)))}, {exactText(tail.dropped)} left out:
          they came faster than 100 per second
        </span>
      )}
    </>
  )
}
