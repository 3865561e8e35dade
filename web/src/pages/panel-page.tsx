// A page of panels: key figures and what the server offers of the page's list, all filtered and compared alike.
import { useRouter } from '@tanstack/react-router'
import { Suspense, useMemo } from 'react'
import { Problem } from '../api/client'
import { useAnswer, usePanels } from '../api/queries'
import type { Diagnosis } from '../api/types'
import { PanelCard, type PanelMoves, type Spans } from '../charts/panel'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { Diagnosed, ErrorState, PanelSkeleton } from '../parts/state'
import { Bar } from '../shell/bar'
import { Refused } from '../shell/filter-problem'
import { StepPicker, useStep } from '../shell/step-picker'
import { writeSearch } from '../state/search'
import { logsSearch, useView, type View } from '../state/view'
import { calmStep, isComparable } from './calm'
import { mendedPath } from './entity'
import { EXPLORED, sourceOf } from './explored'
import { KpiStrip, useSummary } from './kpi-strip'
import { type Entity, OWN_CARDS } from './own-cards'
import { composed, type PageSpec, type Placed } from './panel-layout'
import { scopedTo, usePanelMoves } from './panel-moves'
import css from './panel-page.module.css'

export function PanelPage({ spec }: { spec: PageSpec }) {
  const view = useView()
  return (
    <div className={css.scroll}>
      <Bar title={spec.title} view={view} control={<StepPicker view={view} />} />
      <PanelBody spec={spec} asked={view} />
    </div>
  )
}

/** Everything below the bar. `scope` is the term the page as a whole is about. */
export function PanelBody(props: {
  spec: PageSpec
  asked: View
  scope?: string
  entity?: Entity
  children?: React.ReactNode
}) {
  const { spec, asked, scope = '', entity } = props
  const router = useRouter()
  const panels = usePanels()
  const scoped = useMemo(() => scopedTo(asked, scope), [asked, scope])
  const moves = usePanelMoves(asked, scope)
  const summary = useSummary(scoped)
  const hasBefore = isComparable(summary.data)
  const view = useMemo(() => ({ ...scoped, compares: scoped.compares && hasBefore }), [scoped, hasBefore])
  const step = useStep(asked)
  const calm = step ?? calmStep(summary.data)
  // A filter that cannot be read fails every panel alike: one message says so, not twelve.
  const refusal = summary.error instanceof Problem && summary.error.status === 400 ? summary.error : null
  const isSettled = summary.data !== undefined && !summary.isPlaceholderData
  const isEmpty = isSettled && summary.data.total_calls === 0
  const isWithout = !isEmpty && isSettled && spec.subject?.count(summary.data) === 0
  const sections = useMemo(
    () => composed([...(panels.data?.panels ?? []), ...EXPLORED], spec, (id) => id in OWN_CARDS),
    [panels.data, spec],
  )
  const mending: View = {
    ...view,
    set: (patch, options) =>
      entity && 'filter' in patch
        ? router.history.push(mendedPath(entity.dimension, patch.filter ?? '', asked.search))
        : asked.set(patch, options),
  }
  const isShown = !refusal && !isEmpty && !panels.isPending
  return (
    <div className={css.page}>
      {props.children}
      {refusal && <Refused view={asked} error={refusal} />}
      {!refusal && (
        <KpiStrip
          figures={spec.figures}
          view={view}
          step={step}
          calm={calm}
          moves={moves}
          isFirst={asked.compares && !hasBefore}
        />
      )}
      {spec.links && (
        <nav className={css.links} aria-label="See also">
          {spec.links.map(({ to, label }) => (
            <Go key={to} href={`${to}${writeSearch(logsSearch(asked.search, asked.filter))}`}>
              {label}
            </Go>
          ))}
        </nav>
      )}
      {isEmpty && <Nothing title="No call in this range" view={mending} />}
      {isWithout && <Nothing title={spec.subject?.none ?? ''} view={scopedTo(view, spec.subject?.term ?? '')} />}
      {panels.isError && !panels.data && <ErrorState error={panels.error} onRetry={() => panels.refetch()} />}
      {panels.isPending && <Waiting spec={spec} />}
      {isShown &&
        sections.map((section) => (
          <div key={section.title ?? section.placed[0]?.id} className={css.section}>
            {section.title && (
              <header className={css.head}>
                <h2 className={css.title}>{section.title}</h2>
                {section.about && <p className="quiet">{section.about}</p>}
              </header>
            )}
            <div className={css.grid}>
              {section.placed.map((placed) => (
                <Place key={placed.id} {...{ placed, view, moves, step, calm, entity }} isReady={!summary.isPending} />
              ))}
            </div>
          </div>
        ))}
    </div>
  )
}

type PlaceProps = {
  placed: Placed
  view: View
  moves: PanelMoves
  step: string | undefined
  calm: string | undefined
  isReady: boolean
  entity: Entity | undefined
}

function Place({ placed, view, moves, step, calm, isReady, entity }: PlaceProps) {
  const { id, panel, spans } = placed
  const Own = OWN_CARDS[id]
  if (Own)
    return (
      <Suspense fallback={<Empty {...spans} />}>
        <Own view={view} moves={moves} spans={spans} entity={entity} />
      </Suspense>
    )
  if (!panel) return null
  const isTimed = panel.unit === 'ms'
  return (
    <PanelCard
      panel={panel}
      source={sourceOf(panel.id)}
      spans={spans}
      view={view}
      moves={moves}
      step={isTimed ? calm : step}
      isReady={!isTimed || isReady}
    />
  )
}

/** The place of a card that is not there yet. */
function Empty(spans: Partial<Spans> & { span: number }) {
  return (
    <Card title="" {...spans} isBusy>
      <div className={css.waiting}>
        <PanelSkeleton shape={spans.span > 4 ? 'chart' : 'list'} />
      </div>
    </Card>
  )
}

/** As many cards as will come, so that nothing moves when they do. */
function Waiting({ spec }: { spec: PageSpec }) {
  return (
    <div className={css.grid}>
      {spec.sections
        .flatMap(({ cards }) => cards)
        .map(([id, span, wideSpan]) => (
          <Empty key={id} span={span} wideSpan={wideSpan} />
        ))}
    </div>
  )
}

/** Why there is none of it, as the server makes it out, with the button that helps. */
export function Nothing({ title, view }: { title: string; view: View }) {
  const answer = useAnswer<{ diagnosis: Diagnosis[] }>('/diagnose', view.asked)
  return <Diagnosed title={title} view={view} diagnosis={answer.data?.diagnosis ?? []} />
}
