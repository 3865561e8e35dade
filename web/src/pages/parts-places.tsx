// Where things are shown: tokens, tables, code, figures, and what stands there when there is nothing.
import { Problem } from '../api/client'
import { ChangeMark } from '../charts/change'
import { Banner } from '../parts/banner'
import { Button } from '../parts/button'
import { Card } from '../parts/card'
import { Code } from '../parts/code'
import { Drawer } from '../parts/drawer'
import { Progress } from '../parts/progress'
import { Stat } from '../parts/stat'
import { EmptyState, ErrorState, PanelSkeleton, Skeleton } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import type { Shown } from './parts'
import css from './parts.module.css'

const none = () => {}
const isNarrow = matchMedia('(max-width: 900px)').matches
const COLORS = [
  ...[
    'ground',
    'surface',
    'raised',
    'sunken',
    'hover',
    'line',
    'line-strong',
    'text',
    'muted',
    'accent',
    'accent-soft',
  ],
  ...['good', 'good-soft', 'warn', 'warn-soft', 'bad', 'bad-soft', 'denied', 'denied-soft'],
  ...['2xx', '3xx', '4xx', '5xx', 'unknown', 'denied', '1', '2', '3', '4', '5', '6', '7', '8'].map((m) => `mark-${m}`),
]
type Source = { name: string; format: string; events: number; last: string }
const SOURCES: Source[] = [
  { name: 'edge', format: 'kong', events: 1_204_118, last: '2 s ago' },
  { name: 'partners', format: 'nginx', events: 84_011, last: '3 h ago' },
]
const COLUMNS: TableColumn<Source>[] = [
  { id: 'name', label: 'Source', cell: (s) => s.name, canSort: true },
  { id: 'format', label: 'Format', cell: (s) => s.format, isMono: true },
  { id: 'events', label: 'Events', cell: (s) => s.events.toLocaleString('en'), isNumber: true, canSort: true },
  { id: 'last', label: 'Last event', cell: (s) => s.last },
]
const table = { label: 'Sources', columns: COLUMNS, keyOf: (s: Source) => s.name }
const refused = new Problem(400, {
  title: 'Bad request',
  detail: 'there is no field "statu" (at character 1)',
  position: 1,
  suggestions: ['status', 'status_class'],
  remedy: 'Use one of the fields of the filter language.',
})

export const places: Shown[] = [
  {
    part: 'Colours',
    size: 'wide',
    states: {
      all: (
        <div className={css.swatches}>
          {COLORS.map((name) => (
            <div key={name}>
              <div className={css.swatch} style={{ background: `var(--${name})` }} />
              <p>{name}</p>
            </div>
          ))}
        </div>
      ),
    },
  },
  {
    part: 'Type and elevation',
    size: 'wide',
    states: {
      sizes: (
        <div style={{ display: 'flex', flexWrap: 'wrap', gap: 20, alignItems: 'baseline' }}>
          {['xs', 's', 'm', 'l', 'xl'].map((size) => (
            <span key={size} className="figures" style={{ fontSize: `var(--size-${size})` }}>
              12,345 calls
            </span>
          ))}
          <code className="mono">/api/orders/{'{id}'}</code>
        </div>
      ),
      elevation: (
        <div className={`${css.states} ${css.levels}`}>
          {['shadow', 'shadow-pop', 'shadow-modal'].map((level) => (
            <div key={level} style={{ boxShadow: `var(--${level})` }}>
              {level}
            </div>
          ))}
        </div>
      ),
    },
  },
  {
    part: 'Stat',
    size: 'tile',
    states: {
      figure: (
        <Stat
          label="Total calls"
          value="12.3k"
          exact="12,345"
          href="/logs"
          change={<ChangeMark change={0.12} previous={11_022} wish="up" />}
          note="before 11.0k"
        />
      ),
      worse: (
        <Stat
          label="Denied"
          value="419"
          change={<ChangeMark change={0.32} previous={317} wish="down" />}
          note="before 317"
        />
      ),
      new: <Stat label="Denied" value="3" change={<ChangeMark change={null} state="new" previous={0} />} />,
      missing: <Stat label="p95 response time" value="–" note="no call" />,
      loading: <Stat label="Availability" value={undefined} />,
    },
  },
  {
    part: 'Table',
    size: 'wide',
    states: {
      sorted: (
        <div className={css.box}>
          <Table {...table} rows={SOURCES} sort={{ id: 'events', way: 'down' }} onSort={none} onOpen={none} />
        </div>
      ),
      loading: (
        <div className={css.box}>
          <Table {...table} rows={[]} loadingRows={2} />
        </div>
      ),
      empty: (
        <div className={css.box}>
          <Table {...table} rows={[]} empty="No source yet." />
        </div>
      ),
    },
  },
  {
    part: 'Code',
    size: 'half',
    states: {
      json: (
        <Code
          language="json"
          what="Event"
          text={'{\n  "status": 403,\n  "granted": false,\n  "consumer": "mobile-app"\n}'}
        />
      ),
      shell: (
        <Code
          language="shell"
          title="On the gateway"
          text={
            '# one source, one token\ncurl -X POST https://gatelog.example/api/v1/ingest/kong \\\n  -H "authorization: Bearer gl_in_…"'
          }
        />
      ),
      wrapped: <Code wraps text={'mobile-app GET /api/orders '.repeat(6)} />,
    },
  },
  {
    part: 'Progress',
    size: 'half',
    states: {
      running: (
        <Progress label="Reading" share={0.42} onStop={none}>
          12,400 of about 29,000 rows
        </Progress>
      ),
      unknown: (
        <Progress label="Waiting" share={null}>
          Waiting for the first event
        </Progress>
      ),
      done: (
        <Progress label="Export" share={1} state="done">
          Done, 29,104 rows
        </Progress>
      ),
      failed: (
        <Progress label="Export" share={0.7} state="failed">
          The disk is full; what is written is kept.
        </Progress>
      ),
    },
  },
  {
    part: 'Banner',
    size: 'wide',
    states: {
      plain: <Banner title="Sample data.">What you see was recorded, not sent by your gateway.</Banner>,
      good: (
        <Banner tone="good" title="Connected again.">
          Nothing was lost.
        </Banner>
      ),
      warn: (
        <Banner tone="warn" title="edge is silent" action={<Button>Open source</Button>}>
          since 3 h.
        </Banner>
      ),
      bad: (
        <Banner tone="bad" title="Gatelog does not answer" action={<Button icon="refresh">Try now</Button>}>
          Your filter is kept; this page tries again by itself.
        </Banner>
      ),
    },
  },
  {
    part: 'Empty state and error',
    size: 'half',
    states: {
      empty: <EmptyState icon="search" title="No call in this range" />,
      diagnosed: (
        <EmptyState
          title="No event matches"
          diagnosis={[
            {
              kind: 'filter',
              text: 'Without route:/v2/pay: 18,204 events',
              count: 18204,
              action: { label: 'Remove route:/v2/pay', filter: '' },
            },
          ]}
          onAct={none}
        />
      ),
      'in a card': (
        <div className={css.box} style={{ height: 140 }}>
          <EmptyState isCompact icon="chart" title="Nothing in this range" />
        </div>
      ),
      refused: <ErrorState error={refused} compact />,
      failed: <ErrorState error={new Problem(503, { detail: 'the query queue is full' })} onRetry={none} compact />,
      loading: <Skeleton height={100} />,
      'a list, loading': (
        <div style={{ height: 200 }}>
          <PanelSkeleton shape="list" />
        </div>
      ),
      'a chart, loading': (
        <div style={{ height: 200 }}>
          <PanelSkeleton shape="chart" />
        </div>
      ),
    },
  },
  {
    part: 'Card',
    size: 'half',
    states: {
      full: (
        <Card title="Traffic" question="How many calls came?" span={12}>
          Content
        </Card>
      ),
      renewing: (
        <Card title="Traffic" question="How many calls came?" span={12} isRenewing>
          Content of the question before
        </Card>
      ),
    },
  },
  {
    part: 'Drawer',
    size: 'wide',
    // On a phone it would cover the whole page.
    states: isNarrow
      ? {}
      : {
          beside: (
            <div className={css.box} style={{ display: 'flex', height: 200 }}>
              <div style={{ flex: 1 }} />
              <Drawer label="Event" title="GET /api/orders" onClose={none} footer={<Button>Copy as curl</Button>}>
                <p style={{ paddingTop: 12 }}>Request, response, identity.</p>
              </Drawer>
            </div>
          ),
        },
  },
]
