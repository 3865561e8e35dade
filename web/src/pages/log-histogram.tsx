// How the matching events spread over the range; drag or arrow keys zoom.
import type { UseQueryResult } from '@tanstack/react-query'
import type { Tail } from '../api/tail'
import type { Histogram } from '../api/types'
import { Legend } from '../charts/legend'
import { edgesOf } from '../charts/panel'
import { chartSeries } from '../charts/series'
import { TimeChart } from '../charts/time-chart'
import { Button } from '../parts/button'
import { Select } from '../parts/menu'
import { Skeleton } from '../parts/state'
import { only, without } from '../state/filter'
import { countText, exactText } from '../state/numbers'
import { iso } from '../state/range'
import type { View } from '../state/view'
import css from './log-histogram.module.css'

const HEIGHT = 112
const SPLITS = [
  { id: 'status_class', label: 'Status class' },
  { id: 'granted', label: 'Access' },
  { id: 'reason', label: 'Denial reason' },
  { id: 'consumer', label: 'Consumer' },
  { id: 'route', label: 'Route' },
  { id: 'method', label: 'Method' },
  { id: 'gateway', label: 'Gateway' },
  { id: 'none', label: 'Nothing' },
]

type Props = { view: View; answer: UseQueryResult<Histogram>; tail: Tail | null; fresh: number; onFresh: () => void }

export function LogHistogram({ view, answer, tail, fresh, onFresh }: Props) {
  const { data } = answer
  const split = view.search.split ?? 'status_class'
  const series = chartSeries(data?.series ?? [], false)
  const pick = (field: string, value: string, excludes: boolean) =>
    view.setFilter(excludes ? without(view.filter, field, value) : only(view.filter, field, value))
  return (
    <section className={css.box} aria-label="Events over time">
      <div className={css.head}>
        <p className={css.total} aria-live="polite">
          {tail ? (
            <TailStatus tail={tail} />
          ) : (
            data && (
              <>
                <b title={exactText(data.total)}>{exactText(data.total)}</b> {data.total === 1 ? 'event' : 'events'}
              </>
            )
          )}
        </p>
        {fresh > 0 && (
          <Button kind="quiet" icon="refresh" onPress={onFresh}>
            {countText(fresh)} new
          </Button>
        )}
        <span className={css.grow} />
        {series.length > 0 && series.length <= 9 && <Legend series={series} sums field={split} onPick={pick} />}
        <Select
          label="Stack the histogram by"
          prefix="by"
          value={split}
          choices={SPLITS}
          onChange={(id) => view.set({ split: id === 'status_class' ? undefined : id }, { replace: true })}
        />
      </div>
      <div className={answer.isPlaceholderData ? css.busy : ''} style={{ height: HEIGHT }}>
        {data ? (
          <TimeChart
            title="Events"
            kind="bars"
            edges={edgesOf(data)}
            series={series}
            unit="calls"
            tz={view.tz}
            height={HEIGHT}
            onZoom={(from, to) => view.set({ from: iso(from), to: iso(to), row: undefined })}
            onPick={(from, to) => view.set({ from: iso(from), to: iso(to), row: undefined })}
          />
        ) : (
          !answer.isError && <Skeleton height={HEIGHT} />
        )}
      </div>
    </section>
  )
}

function TailStatus({ tail }: { tail: Tail }) {
  return (
    <>
      <span className={`${css.dot} ${tail.isOpen && !tail.isPaused ? css.live : ''}`} />
      <span>{tail.isPaused ? `Paused, ${exactText(tail.held)} waiting` : tail.isOpen ? 'Live' : 'Connecting'}</span>
      <Button kind="quiet" icon={tail.isPaused ? 'play' : 'pause'} onPress={() => tail.setPaused(!tail.isPaused)}>
        {tail.isPaused ? 'Go on' : 'Pause'}
      </Button>
      {tail.dropped > 0 && (
        <span className={css.dropped}>{exactText(tail.dropped)} left out, they came faster than 100 per second</span>
      )}
    </>
  )
}
