// Facets: the values of each field with counts for the filter without its own terms; a click filters.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Params } from '../api/client'
import { useAnswer, useFields } from '../api/queries'
import type { Facet, Facets, FacetValue } from '../api/types'
import { Icon } from '../parts/icon'
import { PanelSkeleton, Skeleton } from '../parts/state'
import { StatusMark, statusClassOf } from '../parts/status'
import { allFields, hasCounts, meant, SHORT_FIELDS } from '../state/fields'
import { excludes, includes, only, toggled, without } from '../state/filter'
import { countText, exactText, percentText } from '../state/numbers'
import type { View } from '../state/view'
import css from './log-facets.module.css'

const OPEN = ['status_class', 'granted', 'reason', 'consumer', 'route']
const TOP = 6
/** The server counts at most so many fields at once. */
const FIELDS_MAX = 20

export function LogFacets({ view, asked: about }: { view: View; asked: Params }) {
  const served = useFields()
  const [isMore, setMore] = useState(false)
  const known = SHORT_FIELDS.filter((field) => field.isFacet)
  const rest = allFields(served).filter((f) => hasCounts(f) && !known.some((k) => k.name === f.name))
  const ordered: { name: string; label: string }[] = isMore ? [...known, ...rest] : known
  const [open, setOpen] = useState(OPEN)
  const asked = ordered.map((f) => f.name).filter((name) => open.includes(name))
  const answer = useAnswer<Facets>(
    '/facets',
    { ...about, fields: asked.slice(0, FIELDS_MAX).join(','), top: TOP },
    { enabled: asked.length > 0 },
  )
  // How long each list will be is not known before the first answer: headings that come with it move nothing.
  if (answer.isLoading)
    return (
      <div className={css.loading}>
        <PanelSkeleton shape="list" />
      </div>
    )
  return (
    <div className={answer.isPlaceholderData ? css.busy : ''}>
      {ordered.map((field) => (
        <FacetGroup
          key={field.name}
          view={view}
          about={about}
          field={field.name}
          label={field.label}
          isFailed={answer.isError}
          facet={answer.data?.facets.find((f) => f.field === field.name)}
          isOpen={open.includes(field.name)}
          onToggle={() =>
            setOpen(open.includes(field.name) ? open.filter((name) => name !== field.name) : [...open, field.name])
          }
        />
      ))}
      {rest.length > 0 && (
        <Button className={css.all} onPress={() => setMore(!isMore)}>
          {isMore ? 'Fewer fields' : `${rest.length} more fields`}
        </Button>
      )}
    </div>
  )
}

type GroupProps = {
  view: View
  about: Params
  field: string
  label: string
  facet: Facet | undefined
  isOpen: boolean
  isFailed: boolean
  onToggle: () => void
}

function FacetGroup({ view, about, field, label, facet, isOpen, isFailed, onToggle }: GroupProps) {
  const [typed, setTyped] = useState('')
  const [isAll, setAll] = useState(false)
  const more = useAnswer<Facets>(
    '/facets',
    { ...about, fields: field, top: isAll ? 100 : 20, search: typed },
    { enabled: isOpen && (typed !== '' || isAll) },
  )
  const shown = typed !== '' || isAll ? (more.data?.facets[0] ?? facet) : facet
  const searches = facet !== undefined && (facet.other > 0 || isAll)
  return (
    <section className={css.group} aria-label={label}>
      <Button className={css.head} aria-expanded={isOpen} onPress={onToggle}>
        <span className={isOpen ? css.down : css.side}>
          <Icon name="chevron" size={14} />
        </span>
        {label}
        {shown?.approximate && <span title="Counts are approximate">≈</span>}
      </Button>
      {isOpen && !shown && !isFailed && <Skeleton height={104} />}
      {isOpen && searches && (
        <input
          className={css.search}
          placeholder={`Search ${label.toLowerCase()}`}
          aria-label={`Search ${label}`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      {isOpen && shown && (
        <ul className={css.values}>
          {shown.values.map((value) => (
            <Value key={value.value} view={view} field={field} value={value} approximate={shown.approximate} />
          ))}
          {shown.missing > 0 && !typed && field !== 'reason' && (
            <Value
              view={view}
              field={field}
              value={{
                value: '',
                label: field === 'consumer' ? 'unknown' : 'empty',
                count: shown.missing,
                share: shown.missing / (shown.total || 1),
              }}
              approximate={shown.approximate}
            />
          )}
          {shown.values.length === 0 && (shown.missing === 0 || field === 'reason') && (
            <li className={css.none}>{typed ? 'No value has this text' : 'No value'}</li>
          )}
        </ul>
      )}
      {isOpen && facet !== undefined && facet.other > 0 && !typed && (
        <Button className={css.more} onPress={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show more (${countText(facet.other)} calls)`}
        </Button>
      )}
    </section>
  )
}

function Value(props: { view: View; field: string; value: FacetValue; approximate: boolean }) {
  const { view, value, approximate } = props
  const { field, value: wanted } = meant(props.field, value.value) ?? { field: props.field, value: value.value }
  const isIn = includes(view.filter, field, wanted)
  const isOut = excludes(view.filter, field, wanted)
  const isStatus = field === 'status_class' || field === 'status'
  const label = field === 'granted' ? (value.value === 'true' ? 'Granted' : 'Denied') : value.label
  const exact = `${exactText(value.count)} calls, ${percentText(value.share)}`
  return (
    <li className={`${css.value} ${isIn ? css.in : ''} ${isOut ? css.out : ''}`}>
      <span className={css.bar} style={{ '--share': value.share } as React.CSSProperties} aria-hidden="true" />
      <button
        type="button"
        className={css.name}
        aria-pressed={isIn}
        title={`${label}: ${exact}. Click to filter, alt-click to exclude.`}
        onClick={(event) =>
          view.setFilter(event.altKey ? without(view.filter, field, wanted) : toggled(view.filter, field, wanted))
        }
      >
        {isStatus && <StatusMark name={field === 'status' ? statusClassOf(Number(value.value)) : value.value} />}
        <span className={css.text}>{label}</span>
        <span className={css.count}>
          {approximate ? '≈' : ''}
          {countText(value.count)}
        </span>
      </button>
      <button
        type="button"
        className={css.act}
        aria-label={`Only ${label}`}
        title="Only this"
        onClick={() => view.setFilter(only(view.filter, field, wanted))}
      >
        =
      </button>
      <button
        type="button"
        className={css.act}
        aria-label={`Not ${label}`}
        title="Not this"
        aria-pressed={isOut}
        onClick={() => view.setFilter(without(view.filter, field, wanted))}
      >
        ≠
      </button>
    </li>
  )
}
