// Reports: pages that were kept, with their range and filter. Each is opened as a page to print, or fetched as data.
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Report, type ReportText, removeReport, saveReport, useReports } from '../api/reports'
import { IconButton } from '../parts/button'
import { Go } from '../parts/link'
import { Menu, type MenuEntry } from '../parts/menu'
import { EmptyState, ErrorState, sentence } from '../parts/state'
import { Table, type TableColumn } from '../parts/table'
import { toast } from '../parts/toast'
import { PAGES } from '../shell/pages'
import { FORMATS } from '../shell/report-menu'
import { rangeText } from '../state/range'
import { parseSearch, rangeOf, validSearch, writeSearch } from '../state/search'
import { useView } from '../state/view'
import { DeleteDialog } from './board-dialogs'
import css from './boards.module.css'
import own from './reports.module.css'
import { useMayChange, Whose } from './whose'

/** The address of a report: its page, in the form it is printed, or fetched at once. */
export function reportHref({ id, path, search }: Report, get?: 'csv' | 'json'): string {
  return `${path}${writeSearch({ ...validSearch(parseSearch(search)), report: id, get })}`
}

const opened = (report: Report) => reportHref(report, report.format === 'page' ? undefined : report.format)

export function Reports() {
  const view = useView()
  const answer = useReports()
  const [leaving, setLeaving] = useState<Report | null>(null)
  const acts = useActs()
  const reports = answer.data?.reports ?? []
  const rank = (report: Report) => (report.mine ? 0 : report.built_in ? 2 : 1)
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div>
          <h1 className={css.title}>Reports</h1>
          <p className="quiet">
            Pages with their range and filter, to be printed or fetched as data. Every page has “Save as report” in its
            bar.
          </p>
        </div>
      </header>
      {answer.isError && !answer.data && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
      {!(answer.isError && !answer.data) && (
        <div className={own.card}>
          <Table
            label="All reports"
            columns={columnsOf(view.tz, acts, setLeaving)}
            rows={reports.toSorted((a, b) => rank(a) - rank(b))}
            keyOf={(report) => report.id}
            loadingRows={answer.isPending ? 4 : 0}
            empty={
              <EmptyState title="No report is kept" icon="report">
                Open a page, choose what it shows, and save it as a report.
              </EmptyState>
            }
          />
        </div>
      )}
      {leaving && (
        <DeleteDialog name={leaving.name} onDelete={() => acts.remove(leaving)} onClose={() => setLeaving(null)} />
      )}
    </div>
  )
}

type Acts = ReturnType<typeof useActs>

function useActs() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const mayChange = useMayChange()
  const tried = async (work: () => Promise<unknown>, said: string) => {
    try {
      await work()
      toast(said, { tone: 'good' })
    } catch (cause) {
      toast(sentence(cause instanceof Error ? cause.message : String(cause)), { tone: 'bad' })
    }
  }
  const textOf = ({ name, path, search, format, shared }: Report): ReportText => ({
    name,
    path,
    search,
    format,
    shared,
  })
  return {
    mayChange,
    go: (href: string) => navigate({ to: href }),
    share: (report: Report) =>
      tried(
        () => saveReport(client, { ...textOf(report), shared: !report.shared }, report),
        report.shared ? `“${report.name}” is private` : `Everyone sees “${report.name}”`,
      ),
    copy: (report: Report) =>
      tried(
        () => saveReport(client, { ...textOf(report), name: `${report.name.slice(0, 57)}, copy`, shared: false }),
        `“${report.name}” is copied`,
      ),
    remove: (report: Report) => tried(() => removeReport(client, report.id), `“${report.name}” is deleted`),
  }
}

function columnsOf(zone: string, acts: Acts, onDelete: (report: Report) => void): TableColumn<Report>[] {
  const searchOf = ({ search }: Report) => validSearch(parseSearch(search))
  return [
    {
      id: 'name',
      label: 'Report',
      cell: (report) => (
        <Go href={opened(report)} className={css.link}>
          {report.name}
        </Go>
      ),
    },
    { id: 'page', label: 'Page', cell: ({ path }) => <span title={path}>{pageText(path)}</span> },
    {
      id: 'range',
      label: 'Range',
      cell: (report) => {
        const search = searchOf(report)
        return rangeText(rangeOf(search), Date.now(), search.tz ?? zone)
      },
    },
    {
      id: 'filter',
      label: 'Filter',
      cell: (report) => {
        const { filter } = searchOf(report)
        return filter ? (
          <code className={own.filter} title={filter}>
            {filter}
          </code>
        ) : (
          <span className="quiet">all calls</span>
        )
      },
    },
    { id: 'format', label: 'Opens as', cell: ({ format }) => FORMATS.find(({ id }) => id === format)?.label ?? format },
    { id: 'whose', label: 'Whose', cell: (report) => <Whose of={report} /> },
    {
      id: 'acts',
      label: 'Do',
      cell: (report) => (
        <Menu
          label={report.name}
          trigger={<IconButton icon="more" label={`More about ${report.name}`} />}
          entries={entriesOf(report, acts, onDelete)}
        />
      ),
    },
  ]
}

function entriesOf(report: Report, acts: Acts, onDelete: (report: Report) => void): MenuEntry[] {
  const to = (get?: 'csv' | 'json') => () => acts.go(reportHref(report, get))
  const open: MenuEntry[] = [
    { id: 'print', label: 'Open as a page to print', icon: 'print', run: to() },
    { id: 'csv', label: 'Download as CSV', icon: 'download', run: to('csv') },
    { id: 'json', label: 'Download as JSON', icon: 'download', run: to('json') },
    { id: 'copy', label: 'Make a copy', icon: 'copy', isApart: true, run: () => acts.copy(report) },
  ]
  if (!acts.mayChange(report)) return open
  return [
    ...open,
    {
      id: 'share',
      label: report.shared ? 'Make private' : 'Share with everyone',
      icon: 'globe',
      run: () => acts.share(report),
    },
    { id: 'delete', label: 'Delete', icon: 'close', isDanger: true, isApart: true, run: () => onDelete(report) },
  ]
}

/** `Usage: consumers`, `Dashboards: aws`. */
function pageText(path: string): string {
  const page = PAGES.find(({ to }) => to === path || (to !== '/' && path.startsWith(`${to}/`)))
  const rest = path
    .slice(page?.to.length ?? 0)
    .split('/')
    .filter(Boolean)
    .map(decoded)
  return [page?.label, rest.join(', ')].filter(Boolean).join(': ') || path
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
