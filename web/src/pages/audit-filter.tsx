// What is looked for in the operator trail. Fields are filled in, and Search or Enter asks; a range counts at once.
import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { ANY_CHANGE, type TrailFacets } from '../api/trail'
import { Button } from '../parts/button'
import { Segmented, Switch } from '../parts/choice'
import { Combobox } from '../parts/combobox'
import { TextField } from '../parts/field'
import { Icon } from '../parts/icon'
import type { Choice } from '../parts/menu'
import pop from '../parts/popover.module.css'
import { RangeForm } from '../shell/range-form'
import { countText } from '../state/numbers'
import { type Range, rangeText } from '../state/range'
import type { Search } from '../state/search'
import css from './audit.module.css'

/** The filters of the API, as the address has them too. Those without a list take an id that was copied elsewhere. */
export const FILTERS = [
  { id: 'event', label: 'Event', hint: 'Any' },
  { id: 'operator', label: 'Operator', hint: 'Any' },
  { id: 'resource_id', label: 'Resource ID', hint: 'Paste a UUID' },
  { id: 'resource_type', label: 'Resource type', hint: 'Any' },
  { id: 'source', label: 'Source', hint: 'Any' },
  { id: 'outcome', label: 'Outcome', hint: 'Any' },
  { id: 'origin', label: 'Origin', hint: 'Any' },
] as const
/** None of them, whatever set it. */
export const UNFILTERED: Partial<Search> = {
  ...Object.fromEntries(FILTERS.map(({ id }) => [id, undefined])),
  change_set: undefined,
  q: undefined,
}
type FilterId = (typeof FILTERS)[number]['id']
type Draft = Record<FilterId | 'q', string>

const WORDS: Record<string, string> = { [ANY_CHANGE]: 'Any change' }
/** Gatelog's own, by the name people know it by. */
const OWN: Record<string, string> = { gatelog: 'Gatelog itself' }
const RANGES = [
  { id: 'now-7d', label: '7 days' },
  { id: 'now-30d', label: '30 days' },
]

type Props = {
  search: Search
  range: Range
  tz: string
  facets: UseQueryResult<TrailFacets>
  onRun: (patch: Partial<Search>) => void
}

export function AuditFilter({ search, range, tz, facets, onRun }: Props) {
  const there = draftOf(search)
  const key = JSON.stringify(there)
  const [draft, setDraft] = useState<Draft>(there)
  // What the address got from elsewhere, by Back or by a link, is taken over; what was typed here is there already.
  const own = useRef(key)
  useEffect(() => {
    if (own.current === key) return
    own.current = key
    setDraft(JSON.parse(key))
  }, [key])
  const put = (id: FilterId | 'q', value: string) => setDraft((now) => ({ ...now, [id]: value }))
  const go = (next: Draft) => {
    own.current = JSON.stringify(next)
    onRun(Object.fromEntries(Object.entries(next).map(([id, value]) => [id, value.trim() || undefined])))
  }
  const clear = () => {
    const none = draftOf({})
    setDraft(none)
    own.current = JSON.stringify(none)
    onRun(UNFILTERED)
  }
  const isSet = search.change_set || Object.values(draft).some(Boolean)
  return (
    <form
      className={`${css.filter} no-print`}
      aria-label="Filters"
      onSubmit={(event) => {
        event.preventDefault()
        go(draft)
      }}
    >
      <div className={css.range}>
        <RangeChoice range={range} tz={tz} onPick={(next) => onRun({ from: next.from, to: inAddress(next.to) })} />
        {/* An event that is asked for is shown, be it a read or not. */}
        {!search.event && (
          <Switch
            isSelected={search.reads === 'shown'}
            onChange={(isOn) => onRun({ reads: isOn ? 'shown' : undefined })}
          >
            Show reads
          </Switch>
        )}
      </div>
      <div className={css.fields}>
        {FILTERS.map(({ id, label, hint }) =>
          id === 'resource_id' ? (
            <TextField
              key={id}
              label={label}
              value={draft[id]}
              onChange={(value) => put(id, value)}
              placeholder={hint}
              isMono
            />
          ) : (
            <Combobox
              key={id}
              label={label}
              text={wordOf(draft[id], choicesOf(facets.data, id))}
              choices={choicesOf(facets.data, id)}
              onChange={(value) => put(id, idOf(value ?? '', choicesOf(facets.data, id)))}
              placeholder={hint}
              isLoading={facets.isPending}
            />
          ),
        )}
        <TextField label="Text" value={draft.q} onChange={(value) => put('q', value)} placeholder="Anywhere in it" />
        <div className={css.acts}>
          <Button type="submit" kind="primary" icon="search">
            Search
          </Button>
          {isSet && (
            <Button kind="quiet" onPress={clear}>
              Clear
            </Button>
          )}
        </div>
      </div>
    </form>
  )
}

const inAddress = (to: string) => (to === 'now' ? undefined : to)

function draftOf(search: Search): Draft {
  const values = FILTERS.map(({ id }) => [id, search[id] ?? ''])
  return { ...Object.fromEntries(values), q: search.q ?? '' }
}

/** A value in the words of the list, and back: what is typed in full is chosen. */
const wordOf = (id: string, choices: Choice[]) => choices.find((choice) => choice.id === id)?.label ?? id
function idOf(text: string, choices: Choice[]): string {
  const [first, ...others] = choices.filter(({ label }) => label === text)
  return first && others.length === 0 ? first.id : text
}

/** The values there are under the other filters, with how many events each has. */
function choicesOf(facets: TrailFacets | undefined, id: FilterId): Choice[] {
  const values = facets?.facets.find(({ field }) => field === id)?.values ?? []
  const named = (value: string, label: string) => (id === 'origin' ? (OWN[value] ?? label) : label)
  const listed = values.map(({ value, label, count }) => ({
    id: value,
    label: named(value, label),
    end: countText(count),
  }))
  const further = id === 'event' ? Object.entries(WORDS).map(([value, label]) => ({ id: value, label })) : []
  return [...further, ...listed]
}

/** 7 days, 30 days, or any other. */
function RangeChoice({ range, tz, onPick }: { range: Range; tz: string; onPick: (range: Range) => void }) {
  const [isOpen, setOpen] = useState(false)
  const preset = range.to === 'now' ? RANGES.find(({ id }) => id === range.from) : undefined
  return (
    <>
      <Segmented
        label="Date range"
        value={preset?.id ?? ''}
        options={RANGES}
        onChange={(from) => onPick({ from, to: 'now' })}
      />
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <AriaButton className={`${pop.trigger} ${preset ? '' : pop.chosen}`}>
          <Icon name="clock" size={14} />
          <b>{preset ? 'Custom' : rangeText(range, Date.now(), tz)}</b>
          <Icon name="chevron" size={14} />
        </AriaButton>
        <Popover className={pop.popover} placement="bottom start">
          <Dialog className={css.picker} aria-label="Custom range">
            <RangeForm
              range={range}
              tz={tz}
              onPick={(next) => {
                setOpen(false)
                onPick(next)
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </>
  )
}
