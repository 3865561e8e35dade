// How good what a source sends is, in the last hour or day: what is there, how late it came, how well refusals are explained.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { delayText, type Quality, type Source, useQuality } from '../api/sources'
import { Segmented } from '../parts/choice'
import { Instant } from '../parts/instant'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { joined } from '../state/filter'
import { durationText, exactText, percentText } from '../state/numbers'
import css from './source-quality.module.css'

const SPANS = [
  { id: 'hour', label: 'Last hour' },
  { id: 'day', label: 'Last day' },
]
type Span = 'hour' | 'day'

export function SourceQuality({ source, tz }: { source: Source; tz: string }) {
  const [span, setSpan] = useState<Span>('day')
  const answer = useQuality(source.name)
  const navigate = useNavigate()
  if (answer.isPending) return <Skeleton height={320} />
  if (answer.isError) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
  const quality = answer.data[span]
  const look = (...terms: string[]) => {
    const filter = joined([`source:${source.name}`, ...terms].map((raw) => ({ raw })))
    navigate({ to: '/logs', search: { tz, from: span === 'hour' ? 'now-1h' : 'now-24h', filter } as never })
  }
  return (
    <div className={css.quality}>
      <div className={css.head}>
        <Segmented label="Of" value={span} options={SPANS} onChange={(id) => setSpan(id as Span)} />
        <span className="quiet">
          counted since <Instant at={answer.data.since} tz={tz} />
        </span>
      </div>
      {quality.events === 0 ? (
        <EmptyState
          title={span === 'hour' ? 'Nothing came in the last hour' : 'Nothing came in the last day'}
          isCompact
        >
          {source.last_event && (
            <>
              The last event came <Instant at={source.last_event} tz={tz} />.
            </>
          )}
        </EmptyState>
      ) : (
        <>
          <Figures quality={quality} onLook={look} />
          <h3 className={css.title}>Events that have</h3>
          <ul className={css.fields}>
            {(quality.fields ?? []).map((field) => (
              <Field key={field.name} field={field} of={quality.events} onLook={() => look(`${field.name}:""`)} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Figures({ quality, onLook }: { quality: Quality; onLook: (...terms: string[]) => void }) {
  const unexplained = quality.denied - quality.explained
  return (
    <dl className={css.figures}>
      <Figure label="Events" value={exactText(quality.events)} />
      <Figure label="Complete" value={percentText(quality.complete)} note="of the values an audit needs" />
      <Figure
        label="Denials with a reason"
        value={quality.denied ? percentText(quality.explained / quality.denied) : '–'}
        note={quality.denied ? `of ${exactText(quality.denied)} denied calls` : 'nothing was denied'}
        act={unexplained > 0 ? `See the ${exactText(unexplained)} without` : undefined}
        onAct={() => onLook('granted:false', 'reason:other')}
        isWarning={unexplained > quality.denied / 10}
      />
      <Figure label="Delay" value={delayText(quality.lag_ms)} note={`${delayText(quality.lag_max_ms)} at most`} />
      <Figure
        label="Late"
        value={exactText(quality.late)}
        note="came 2 minutes or more after their time"
        isWarning={quality.late > quality.events / 100}
      />
      <Figure
        label="Ahead of this server's clock"
        value={exactText(quality.ahead)}
        note={
          quality.ahead > 0
            ? `by ${durationText(quality.ahead_max_ms)} at most: one clock is wrong`
            : 'the clocks agree'
        }
        isWarning={quality.ahead > 0}
      />
      <Figure
        label="Without a time"
        value={exactText(quality.untimed)}
        note={quality.untimed > 0 ? 'got the time of their arrival' : 'each names its own'}
        isWarning={quality.untimed > 0}
      />
    </dl>
  )
}

type FigureProps = {
  label: string
  value: string
  note?: string
  act?: string | undefined
  onAct?: () => void
  isWarning?: boolean
}

function Figure({ label, value, note, act, onAct, isWarning }: FigureProps) {
  return (
    <div className={isWarning ? css.warning : ''}>
      <dt>{label}</dt>
      <dd>
        <b>{value}</b>
        {note && <span>{note}</span>}
        {act && (
          <button type="button" className={css.link} onClick={onAct}>
            {act}
          </button>
        )}
      </dd>
    </div>
  )
}

type FieldProps = { field: NonNullable<Quality['fields']>[number]; of: number; onLook: () => void }

function Field({ field, of, onLook }: FieldProps) {
  const share = field.events / of
  const missing = of - field.events
  return (
    <li>
      <span className={css.name}>{field.label}</span>
      <span className={css.track} aria-hidden="true">
        <i className={field.core && share < 0.9 ? css.low : ''} style={{ width: `${share * 100}%` }} />
      </span>
      <span className={css.share}>{percentText(share)}</span>
      {missing > 0 ? (
        <button type="button" className={css.link} onClick={onLook} title={`${exactText(missing)} events without`}>
          without
          <span className="hidden-but-read"> {field.label}</span>
        </button>
      ) : (
        <span />
      )}
    </li>
  )
}
