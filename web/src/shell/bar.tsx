// The global bar: the same controls in the same order on every data page.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { useAnswer, useSession } from '../api/queries'
import type { Facets } from '../api/types'
import { Button, IconButton } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { type Choice, Menu, Select } from '../parts/menu'
import { useNarrow } from '../parts/narrow'
import { Pill } from '../parts/pill'
import { copyText } from '../parts/toast'
import { chosenValue, termsOf, withValue } from '../state/filter'
import { useKeys } from '../state/keys'
import { pinnedLink, sameLink } from '../state/link'
import { countText } from '../state/numbers'
import type { View } from '../state/view'
import css from './bar.module.css'
import { ComparePicker, toggledComparison } from './compare-picker'
import { FilterField } from './filter-field'
import { Freshness } from './freshness'
import { PaperBar, PaperFacts } from './paper'
import { RangePicker, useRangeMoves } from './range-picker'
import { RefreshControl, useAutoRefresh } from './refresh-control'
import { ReportMenu } from './report-menu'
import { ZoneSwitch } from './zone-switch'

const ALL = '*'

type BarProps = {
  title: string
  view: View
  /** Beside the filter; on a phone the page has another place for them. */
  tools?: ReactNode
  /** A control of this page; on a phone it lies in the sheet with the others. */
  control?: ReactNode
}

/** A page that is shown as a report says what it is instead of offering to change it. */
export function Bar(props: BarProps) {
  return props.view.search.report ? <PaperBar title={props.title} view={props.view} /> : <ScreenBar {...props} />
}

function ScreenBar({ title, view, tools, control }: BarProps) {
  const client = useQueryClient()
  const session = useSession()
  const moves = useRangeMoves(view)
  const isNarrow = useNarrow()
  const [isSheet, setSheet] = useState(false)
  const places = useAnswer<Facets>('/facets', { ...view.asked, fields: 'environment,gateway', top: 50 })
  const refresh = () => client.invalidateQueries()
  useAutoRefresh(view)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers change only with the view.
  const keys = useMemo(
    () => ({
      x: () => view.set(toggledComparison(view)),
      r: refresh,
      z: moves.out,
      ArrowLeft: moves.back,
      ArrowRight: moves.forth,
      '/': () => {
        const field = shown('filter')
        if (field) field.focus()
        else setSheet(true)
      },
      d: () => shown('range')?.click(),
    }),
    [view],
  )
  useKeys(keys)

  const choose = (field: string, value: string) =>
    view.setFilter(withValue(view.filter, field, value === ALL ? null : value))
  const place = (field: string, name: string) => {
    const value = chosenValue(view.filter, field)
    return (
      <Select
        label={name}
        prefix={value ? '' : name}
        value={value ?? ALL}
        isChosen={value !== null}
        choices={choicesOf(places.data, field, value)}
        onChange={(id) => choose(field, id)}
      />
    )
  }
  const controls = (
    <>
      {place('environment', 'Environment')}
      {place('gateway', 'Gateway')}
      <RangePicker view={view} />
      <ZoneSwitch view={view} />
      <ComparePicker view={view} />
    </>
  )
  const count = termsOf(view.filter).length

  const links = (
    <Menu
      label="Copy link"
      trigger={<IconButton icon="link" label="Copy link" />}
      entries={[
        { id: 'same', label: 'Link to this view', icon: 'link', run: () => copyText(sameLink(), 'Link') },
        {
          id: 'pinned',
          label: 'Link to exactly this time',
          icon: 'clock',
          run: () => copyText(pinnedLink(view), 'Link'),
        },
      ]}
    />
  )
  const report = <ReportMenu title={title} view={view} />
  const paper = <PaperFacts title={title} view={view} />
  const filter = <FilterField view={view} error={places.error} />

  const freshness = <Freshness tz={view.tz} />
  const name = (
    <>
      <h1 className={css.title}>{title}</h1>
      {session.data?.sample && <Pill tone="warn">Sample data</Pill>}
    </>
  )
  if (!isNarrow)
    return (
      <header className={css.bar}>
        {paper}
        <div className={`${css.row} ${css.first} no-print`}>
          {name}
          {controls}
          <div className={css.right}>
            {freshness}
            <RefreshControl view={view} onRefresh={refresh} />
            {links}
            {report}
          </div>
        </div>
        <div className={`${css.row} ${css.second} no-print`}>
          {filter}
          {control}
          {tools}
        </div>
      </header>
    )
  return (
    <header className={css.bar}>
      {paper}
      <div className={`${css.row} no-print`}>
        {name}
        <span className={css.grow} />
        <IconButton icon="refresh" label="Refresh" onPress={refresh} />
        <Button icon="filter" onPress={() => setSheet(true)}>
          Filters{count ? ` (${count})` : ''}
        </Button>
      </div>
      <div className={`${css.row} no-print`}>
        <RangePicker view={view} />
        <span className={css.grow} />
        {freshness}
      </div>
      <Dialog title="Filters" kind="sheet" isOpen={isSheet} onClose={() => setSheet(false)}>
        <div className={css.sheet}>
          {controls}
          {control}
          {filter}
          <RefreshControl view={view} onRefresh={refresh} />
          {links}
          {report}
        </div>
      </Dialog>
    </header>
  )
}

function choicesOf(facets: Facets | undefined, field: string, chosen: string | null): Choice[] {
  const values = facets?.facets.find((f) => f.field === field)?.values ?? []
  const listed = values.map((v) => ({ id: v.value, label: v.label, end: countText(v.count) }))
  const missing = chosen && !values.some((v) => v.value === chosen) ? [{ id: chosen, label: chosen, end: '0' }] : []
  return [{ id: ALL, label: 'All' }, ...missing, ...listed]
}

/** The element of a shortcut that is on screen: sheets and narrow screens have others. */
function shown(name: string): HTMLElement | undefined {
  const found = [...document.querySelectorAll<HTMLElement>(`[data-shortcut=${name}]`)]
  return found.find((element) => element.offsetParent !== null)
}
