// The head of a page on paper: what it is, of when, of which calls, and when it was made. A page that is shown as a report
// has it in place of the bar; every other page has it only when it is printed.
import { useIsFetching } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useReports } from '../api/reports'
import { useSheetCount } from '../charts/sheets'
import { Button } from '../parts/button'
import { Go } from '../parts/link'
import { rangeText, spanOf, spanText } from '../state/range'
import { writeSearch } from '../state/search'
import type { View } from '../state/view'
import { instantText, zoneText } from '../state/zone'
import css from './paper.module.css'
import { type DataFormat, fetchPage } from './report-data'

/** Nothing new was asked for so long: the page stands. */
const CALM_MS = 600

export function PaperFacts({ title, name, view, isHead, isTimeless }: PaperProps) {
  const [made] = useState(() => Date.now())
  const { tz, typed, comparison } = view
  const span = spanOf(typed, made, tz)
  const ofCalls = [
    ['Range', `${rangeText(typed, made, tz)}, ${spanText(span, made, tz)} ${zoneText(tz, span.to)}`],
    ['Compared with', comparison.span ? spanText(comparison.span, made, tz) : ''],
    ['Filter', view.filter],
  ]
  const facts = [
    ['Page', name ? title : ''],
    ...(isTimeless ? [] : ofCalls),
    ['Made', `${instantText(made, tz).slice(0, 16)} ${zoneText(tz, made)}`],
  ].filter(([, text]) => text)
  const Title = isHead ? 'h1' : 'p'
  return (
    <div className={isHead ? css.facts : `${css.facts} ${css.onPaper}`}>
      <Title className={css.title}>{name ?? title}</Title>
      <dl className={css.list}>
        {facts.map(([label, text]) => (
          <div key={label} className={css.fact}>
            <dt>{label}</dt>
            <dd className={label === 'Filter' ? 'mono' : ''}>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

type PaperProps = {
  title: string
  name?: string | undefined
  view: View
  isHead?: boolean
  /** The page is not about the calls of a range. */
  isTimeless?: boolean | undefined
}

/** In place of the bar: the facts, and what can be done with the report. */
export function PaperBar({ title, view, isTimeless }: Pick<PaperProps, 'title' | 'view' | 'isTimeless'>) {
  const answer = useReports()
  const report = answer.data?.reports.find(({ id }) => id === view.search.report)
  const name = report?.name ?? title
  const { pathname } = useLocation()
  const { report: _, get, ...search } = view.search
  const fetchAs = (format: DataFormat) => fetchPage(format, { name, path: pathname, view, isTimeless })
  useFetchOnce(get, report !== undefined || answer.isError, fetchAs, () =>
    view.set({ get: undefined }, { replace: true }),
  )
  return (
    <header className={css.paper}>
      <div className={`${css.acts} no-print`}>
        <Go href={`/reports${writeSearch({ tz: view.search.tz })}`} className={css.link}>
          All reports
        </Go>
        <Go href={`${pathname}${writeSearch(search)}`} className={css.link}>
          The page itself
        </Go>
        <span className={css.grow} />
        <Button icon="download" onPress={() => fetchAs('csv')}>
          CSV
        </Button>
        <Button icon="download" onPress={() => fetchAs('json')}>
          JSON
        </Button>
        <Button icon="print" kind="primary" onPress={() => window.print()}>
          Print
        </Button>
      </div>
      <PaperFacts title={title} name={report?.name} view={view} isHead isTimeless={isTimeless} />
    </header>
  )
}

/** Fetches the page as data as soon as everything on it is there, once. */
function useFetchOnce(
  format: DataFormat | undefined,
  isKnown: boolean,
  fetchAs: (format: DataFormat) => Promise<void>,
  done: () => void,
) {
  const isWorking = useIsFetching() > 0
  const count = useSheetCount()
  // biome-ignore lint/correctness/useExhaustiveDependencies: begins anew whenever something on the page is asked for.
  useEffect(() => {
    if (!format || !isKnown || isWorking) return
    const timer = setTimeout(() => {
      done()
      fetchAs(format)
    }, CALM_MS)
    return () => clearTimeout(timer)
  }, [format, isKnown, isWorking, count])
}
