// The global bar: the same controls in the same order on every data page.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { useAnswer, useSession } from '../api/queries'
import type { Facets } from '../api/types'
import { Button, IconButton } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { type Choice, Select } from '../parts/menu'
import { Pill } from '../parts/status'
import { chosenValue, termsOf, withValue } from '../state/filter'
import { useKeys } from '../state/keys'
import { countText } from '../state/numbers'
import type { View } from '../state/view'
import css from './bar.module.css'
import { FilterField } from './filter-field'
import { Freshness } from './freshness'
import { RangePicker, useRangeMoves } from './range-picker'
import { ZoneSwitch } from './zone-switch'

const ALL = '*'

/** `hasCompare` is false where nothing on the page has a previous period. */
export function Bar(props: { title: string; view: View; tools?: ReactNode; hasCompare?: boolean }) {
  const { title, view, tools, hasCompare = true } = props
  const client = useQueryClient()
  const session = useSession()
  const moves = useRangeMoves(view)
  const [isSheet, setSheet] = useState(false)
  const places = useAnswer<Facets>('/facets', { ...view.asked, fields: 'environment,gateway', top: 50 })
  const refresh = () => client.invalidateQueries()
  const toggleCompare = () => view.set({ compare: view.compares ? 'none' : undefined })

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers change only with the view.
  const keys = useMemo(
    () => ({
      ...(hasCompare ? { x: toggleCompare } : {}),
      r: refresh,
      z: moves.out,
      ArrowLeft: moves.back,
      ArrowRight: moves.forth,
      '/': () => focusOn('filter'),
      d: () => document.querySelector<HTMLElement>('[data-shortcut=range]')?.click(),
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
      {hasCompare && (
        <Button icon="compare" pressed={view.compares} onPress={toggleCompare}>
          Compare
        </Button>
      )}
    </>
  )
  const count = termsOf(view.filter).length

  return (
    <header className={css.bar}>
      <div className={css.row}>
        <h1 className={css.title}>{title}</h1>
        {session.data?.sample && <Pill tone="warn">Sample data</Pill>}
        <div className={css.wide}>{controls}</div>
        <span className={css.grow} />
        <div className={css.wide}>
          <Freshness tz={view.tz} />
        </div>
        <IconButton icon="refresh" label="Refresh" hint="r" onPress={refresh} />
        <span className={css.narrow}>
          <Button icon="filter" onPress={() => setSheet(true)}>
            Filters{count ? ` (${count})` : ''}
          </Button>
        </span>
      </div>
      <div className={`${css.row} ${css.narrow}`}>
        <RangePicker view={view} />
        <span className={css.grow} />
        <Freshness tz={view.tz} />
      </div>
      <div className={`${css.row} ${css.wide}`}>
        <FilterField view={view} error={places.error} />
        {tools}
      </div>
      <Dialog title="Filters" kind="sheet" isOpen={isSheet} onClose={() => setSheet(false)}>
        <div className={css.sheet}>
          {controls}
          <FilterField view={view} error={places.error} />
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

function focusOn(name: string) {
  document.querySelector<HTMLElement>(`[data-shortcut=${name}]`)?.focus()
}
