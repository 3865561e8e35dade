// One panel by its id: the server says what it is, its chart kind says how it is drawn.
import { useState } from 'react'
import type { Params } from '../api/client'
import { useAnswer } from '../api/queries'
import type { Panel, PanelData } from '../api/types'
import { IconButton } from '../parts/button'
import { Card } from '../parts/card'
import { Go } from '../parts/link'
import { Menu } from '../parts/menu'
import { ErrorState, PanelSkeleton, sentence } from '../parts/state'
import { exactText } from '../state/numbers'
import type { View } from '../state/view'
import { useMarksEntry } from './change-marks'
import { aboutPanel, isWide, kindOf, type PanelMoves } from './kinds'
import css from './panel.module.css'
import { useSheet } from './sheets'
import { download } from './twin'
import { TwinTable } from './twin-table'

export { edgesOf, type PanelMoves } from './kinds'

const LIST_ROWS = 8
/** Of combinations of several values, in a table that scrolls. */
const TABLE_ROWS = 100
/** Of status codes: there are few, and the rare ones are what is looked for. */
const CODE_ROWS = 16
function rowsOf({ split, chart }: Panel) {
  if (split?.includes(',')) return TABLE_ROWS
  return split === 'status' && chart === 'toplist' ? CODE_ROWS : LIST_ROWS
}

/** Of twelve columns: on a screen, on a very wide one, and on a small one; of 24 where two such screens would fit. */
export type Spans = { span: number; wideSpan: number; smallSpan: number; vastSpan?: number | undefined }

/** Where an answer comes from, when it is not the panel's own address. */
export type PanelSource = { path: string; params: Params }

/** Asked alike everywhere, so that a panel and the key figures share one answer. */
export function usePanelData(
  id: string,
  view: View,
  step: string | undefined,
  isReady: boolean,
  source: PanelSource = { path: `/panels/${id}`, params: {} },
) {
  return useAnswer<PanelData>(
    source.path,
    { ...view.asked, tz: view.tz, step, ...view.compared, top: LIST_ROWS, ...source.params },
    { live: view.live, enabled: isReady },
  )
}

export function PanelCard(props: {
  panel: Panel
  view: View
  spans: Spans
  moves: PanelMoves
  /** Wider buckets than the server would choose. */
  step?: string | undefined
  /** The step is known. */
  isReady: boolean
  source?: PanelSource | undefined
  /** Its heading, when it is not the panel's own. */
  title?: string | undefined
  /** Twice as high. */
  isTall?: boolean
}) {
  const { view, spans, moves, step, isReady, source, isTall } = props
  const panel = props.title ? { ...props.panel, title: props.title } : props.panel
  const [asTable, setAsTable] = useState(false)
  const of = { path: source?.path ?? `/panels/${panel.id}`, params: { top: rowsOf(panel), ...source?.params } }
  const answer = usePanelData(panel.id, view, step, isReady, of)
  const data = answer.data
  const kind = kindOf(panel.chart, data)
  const twinOf = () => (data ? kind.twin(data, view) : null)
  useSheet(panel.title, twinOf)
  const marks = useMarksEntry()
  const tools = (
    <>
      {!kind.isTable && (
        <IconButton
          icon={asTable ? 'chart' : 'table'}
          label={asTable ? 'View as chart' : 'View as table'}
          pressed={asTable}
          onPress={() => setAsTable(!asTable)}
        />
      )}
      <Menu
        label={`${panel.title} menu`}
        trigger={<IconButton icon="more" label={`More about ${panel.title}`} />}
        entries={[
          {
            id: 'csv',
            label: 'Download as CSV',
            icon: 'download',
            isDisabled: !data,
            run: () => {
              const twin = twinOf()
              if (twin) download(twin, panel.id)
            },
          },
          {
            id: 'logs',
            label: 'Open in Access logs',
            icon: 'logs',
            run: () => moves.open(aboutPanel(panel).term ?? null),
          },
          ...(kind.hasTime ? marks : []),
        ]}
      />
    </>
  )
  const body = () => {
    if (answer.isError && !data) return <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />
    if (!data) return <PanelSkeleton shape={kind.isTable ? 'list' : 'chart'} />
    const twin = asTable ? twinOf() : null
    if (twin) return <TwinTable twin={twin} title={panel.title} />
    return <kind.Draw data={data} view={view} moves={moves} />
  }
  const lines = (data?.rows?.length ?? LIST_ROWS) + (data?.other ? 1 : 0)
  const style = { '--rows': Math.max(1, lines) } as React.CSSProperties
  return (
    <Card
      title={panel.title}
      question={panel.question}
      {...spans}
      tools={tools}
      isBusy={answer.isPending || answer.isPlaceholderData}
    >
      <div
        className={`${css.body} ${kind.isLow ? css.low : ''} ${isTall ? css.tall : ''} ${kind.names.includes('toplist') ? css.list : ''}`}
        style={style}
      >
        {body()}
        {data && kind.isTable && !kind.isLow && <Foot data={data} href={moves.href(aboutPanel(panel).term ?? null)} />}
      </div>
    </Card>
  )
}

/** The last line of a list: what it leaves out, and the way to all of it. */
function Foot({ data, href }: { data: PanelData; href: string }) {
  const rows =
    isWide(data) && data.rows?.length
      ? [`${exactText(data.rows.length)} ${data.rows.length === 1 ? 'row' : 'rows'}`]
      : []
  const others =
    rows.length && data.other
      ? [`${exactText(data.other)} ${data.other === 1 ? 'call is' : 'calls are'} in others`]
      : []
  const text = [...rows, ...others, ...(data.note ? [data.note] : [])].map(sentence).join(' ')
  return (
    <p className={css.foot}>
      <span title={text}>{text}</span>
      <Go href={href}>Show calls</Go>
    </p>
  )
}
