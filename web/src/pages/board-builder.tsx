// A question put together without code: what is measured, split by what, of which calls, drawn how; its answer is beside.
import { useState } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import type { BoardItem, Question } from '../api/boards'
import { useFields } from '../api/queries'
import type { ChartKind, Panel } from '../api/types'
import type { PanelMoves } from '../charts/panel'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import field from '../parts/field.module.css'
import { Icon } from '../parts/icon'
import { Pill } from '../parts/pill'
import { EmptyState } from '../parts/state'
import { FilterField } from '../shell/filter-field'
import { allFields, hasCounts } from '../state/fields'
import { type Search, validSearch } from '../state/search'
import type { View } from '../state/view'
import css from './board-builder.module.css'
import { ANY_PACE, ItemCard, useFieldLabel } from './board-item'
import {
  byOf,
  CHARTS,
  drawable,
  MEASURES,
  measureOf,
  missingOf,
  questionTitle,
  refusalOf,
  tidied,
} from './board-question'

const SPLITS_MAX = 4

type Props = {
  item: BoardItem
  onChange: (item: BoardItem) => void
  view: View
  moves: PanelMoves
}
const NO_PANELS = new Map<string, Panel>()

export function Builder({ item, onChange, view, moves }: Props) {
  const label = useFieldLabel()
  const question = item.explore as Question
  const set = (patch: Partial<Question>) => {
    const next = drawable(tidied({ ...question, ...patch }))
    onChange({ ...item, explore: next })
  }
  const missing = missingOf(question)
  return (
    <div className={css.builder}>
      <div className={css.form}>
        <MeasureFields question={question} set={set} />
        <SplitFields question={question} set={set} label={label} />
        <OwnFilter question={question} set={set} view={view} />
        <ChartField question={question} set={set} />
        <TextField
          label="Title"
          value={item.title ?? ''}
          onChange={(title) => {
            const { title: _, ...rest } = item
            onChange(title ? { ...rest, title: title.slice(0, 64) } : rest)
          }}
          placeholder={questionTitle(question, label)}
        />
      </div>
      <section className={css.preview} aria-label="Preview">
        <div className={css.frame} inert>
          {missing ? (
            <EmptyState title={missing} icon="chart" isCompact />
          ) : (
            <ItemCard item={item} panels={NO_PANELS} view={view} moves={moves} pace={ANY_PACE} />
          )}
        </div>
        <p className="quiet">The answer for the range and the filter of the page, as they are now.</p>
      </section>
    </div>
  )
}

type Part = { question: Question; set: (patch: Partial<Question>) => void }

function MeasureFields({ question, set }: Part) {
  const fields = allFields(useFields())
  const { measure, field: counted } = measureOf(question)
  return (
    <>
      <Combobox
        label="Measure"
        value={measure.id}
        choices={MEASURES.map(({ id, label, group }) => ({ id, label, end: group }))}
        onChange={(id) => id && set({ measure: id === 'unique' ? 'unique:consumer' : id })}
      />
      {measure.isOfTime && (
        <Combobox
          label="Of which time"
          value={question.of ?? 'duration'}
          choices={fields
            .filter((f) => f.kind === 'duration')
            .map(({ name, label }) => ({ id: name, label: name === 'duration' ? 'The whole call' : label }))}
          onChange={(of) => of && set({ of })}
        />
      )}
      {measure.isOfField && (
        <Combobox
          label="Different values of"
          value={counted}
          choices={fields.filter(hasCounts).map(({ name, label }) => ({ id: name, label }))}
          onChange={(name) => name && set({ measure: `unique:${name}` })}
        />
      )}
    </>
  )
}

function SplitFields({ question, set, label }: Part & { label: (name: string) => string }) {
  const fields = allFields(useFields())
  const by = byOf(question)
  const put = (names: string[]) => set({ by: names.join(',') })
  return (
    <div className={css.split}>
      {by.length < SPLITS_MAX && (
        <Combobox
          // Another one when a field was chosen, so that its text is empty again.
          key={by.join(',')}
          label={by.length ? 'Split further by' : 'Split by'}
          value={null}
          placeholder={by.length ? 'Another field' : 'Nothing: all calls together'}
          choices={fields
            .filter((f) => hasCounts(f) && !by.includes(f.name) && !['duration', 'size'].includes(f.kind))
            .map(({ name, label }) => ({ id: name, label, end: name }))}
          onChange={(name) => name && put([...by, name])}
        />
      )}
      {by.length > 0 && (
        <div className={css.pills}>
          {by.map((name) => (
            <Pill key={name} label={label(name)} onRemove={() => put(by.filter((other) => other !== name))}>
              {label(name)}
            </Pill>
          ))}
        </div>
      )}
    </div>
  )
}

/** The bar's own filter field, over a filter that is only this question's. */
function OwnFilter({ question, set, view }: Part & { view: View }) {
  const [search, setSearch] = useState<Search>({
    ...view.search,
    filter: question.filter,
    off: undefined,
    pins: undefined,
  } as Search)
  const put = (patch: Partial<Search>) => {
    const next = validSearch({ ...search, ...patch })
    setSearch(next)
    set({ filter: next.filter ?? '' })
  }
  const own: View = {
    ...view,
    search,
    filter: search.filter ?? '',
    set: put,
    setFilter: (filter) => put({ filter: filter || undefined } as Partial<Search>),
  }
  return (
    <div className={css.filter}>
      <span className={field.label}>Only calls that</span>
      <div className={css.bar}>
        <FilterField view={own} error={null} />
      </div>
    </div>
  )
}

function ChartField({ question, set }: Part) {
  return (
    <RadioGroup
      className={css.charts as string}
      orientation="horizontal"
      value={question.chart}
      onChange={(chart) => set({ chart: chart as ChartKind })}
    >
      <Label className={field.label}>Drawn as</Label>
      <div className={css.choices}>
        {CHARTS.map(({ id, label, icon }) => {
          const refusal = refusalOf(id, question)
          return (
            <Radio key={id} value={id} className={css.choice as string} isDisabled={refusal !== null}>
              <Icon name={icon} />
              <span title={refusal ?? undefined}>{label}</span>
            </Radio>
          )
        })}
      </div>
    </RadioGroup>
  )
}
