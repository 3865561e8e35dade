// One consumer, group, plan, key, API or route: its figures, whom and what it talks to, its denials, its latest calls, and
// what is said of it elsewhere.
import { useParams } from '@tanstack/react-router'
import { type Dimension, useDimensionList, useUsage } from '../api/usage'
import { ChangeMark } from '../charts/change'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { Go } from '../parts/link'
import { Pill } from '../parts/pill'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { copyText } from '../parts/toast'
import { Bar } from '../shell/bar'
import { StepPicker } from '../shell/step-picker'
import { pinnedLink } from '../state/link'
import { percentText } from '../state/numbers'
import { useView, type View } from '../state/view'
import { isComparable } from './calm'
import { entityTerm, usagePath } from './entity'
import { labelOf } from './entity-label'
import css from './entity-page.module.css'
import { entitySpec } from './entity-spec'
import { usePanelMoves } from './panel-moves'
import { PanelBody } from './panel-page'
import { Seen } from './usage-list'

export function EntityPage() {
  const view = useView()
  const { dimension: id = '', key = '' } = useParams({ strict: false })
  const list = useDimensionList()
  const dimension = list.data?.dimensions.find((one) => one.id === id)
  return (
    <div className={css.scroll}>
      <Bar title={dimension ? labelOf(dimension.id, key) : key} view={view} control={<StepPicker view={view} />} />
      {list.isError && <ErrorState error={list.error} onRetry={() => list.refetch()} />}
      {list.isPending && <Skeleton height={320} />}
      {list.data && !dimension && <EmptyState title={`Nothing is counted by "${id}"`} icon="usage" />}
      {dimension && (
        <PanelBody
          key={`${id} ${key}`}
          spec={entitySpec(dimension)}
          asked={view}
          scope={entityTerm(dimension, key)}
          entity={{ dimension, name: key }}
        >
          <Head dimension={dimension} name={key} view={view} />
        </PanelBody>
      )}
    </div>
  )
}

/** What it is, where it stands among the others, and the ways on from here. */
function Head({ dimension, name, view }: { dimension: Dimension; name: string; view: View }) {
  const answer = useUsage(dimension.id, view, { search: name, limit: 50, offset: 0, sort: 'calls', order: 'desc' })
  const row = answer.data?.rows.find((one) => one.key === name)
  const moves = usePanelMoves(view, entityTerm(dimension, name))
  const isFirst = !row || !isComparable({ total_calls: row.calls, previous: { total_calls: row.previous ?? 0 } })
  return (
    <header className={css.head}>
      <nav aria-label="Where this is" className={css.trail}>
        <Go href={usagePath('consumers', view.search)}>Usage</Go>
        <Icon name="right" size={12} />
        <Go href={usagePath(dimension.id, view.search)}>{dimension.title}</Go>
        <Icon name="right" size={12} />
        <b>{row?.label || labelOf(dimension.id, name)}</b>
      </nav>
      <p className={css.facts}>
        {row?.detail && <span>{row.detail}</span>}
        {row && <span>{percentText(row.share)} of all calls</span>}
        {row && view.compares && !isFirst && (
          <ChangeMark change={row.change} state={row.state} previous={row.previous} />
        )}
        {row?.first_seen && (
          <span>
            first seen <Seen at={row.first_seen} tz={view.tz} />
          </span>
        )}
        {row?.last_seen && (
          <span>
            last seen <Seen at={row.last_seen} tz={view.tz} />
          </span>
        )}
        {row?.known === false && <Pill tone="warn">not listed in the directory</Pill>}
      </p>
      <span className={css.ways}>
        <Go href={moves.href(null)} className={css.way}>
          <Icon name="logs" /> Its calls
        </Go>
        <Go href={moves.href('granted:false')} className={css.way}>
          <Icon name="denials" /> Those denied
        </Go>
        <Button icon="link" onPress={() => copyText(pinnedLink(view), 'Link')}>
          Share
        </Button>
      </span>
    </header>
  )
}
