// The filter: pills and their text, two views of one thing, with completion of fields and values.
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { Problem } from '../api/client'
import { useAnswer, useFields } from '../api/queries'
import type { Facets } from '../api/types'
import { IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import { sentence } from '../parts/state'
import { applied, fieldOffers, type Offer, placeAt, valueOffers } from '../state/complete'
import { allFields } from '../state/fields'
import { inverted, removed, replaced, termsOf, withTerm } from '../state/filter'
import type { View } from '../state/view'
import css from './filter-field.module.css'
import { FilterPill } from './filter-pill'

export function FilterField({ view, error }: { view: View; error: unknown }) {
  const [draft, setDraft] = useState('')
  const [asText, setAsText] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [caret, setCaret] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  const terms = termsOf(view.filter)

  // A filter changed elsewhere (a click, Back) ends the editing of its text.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new filter resets.
  useEffect(() => {
    setAsText(false)
    setDraft('')
  }, [view.filter])

  const offers = useOffers(view, draft, caret, isOpen)
  const problem = error instanceof Problem && error.status === 400 ? error : null

  const commit = (text: string) => {
    const typed = text.trim()
    setOpen(false)
    setAt(-1)
    if (asText) {
      setAsText(false)
      view.setFilter(typed)
    } else if (typed) {
      view.setFilter(withTerm(view.filter, typed))
    }
    setDraft('')
  }

  const edit = (text: string) => {
    setDraft(text)
    setCaret(text.length)
    input.current?.focus()
  }

  const accept = (offer: Offer) => {
    const next = applied(draft, placeAt(draft, caret), offer)
    setAt(-1)
    if (offer.closes && !asText) return commit(next.text)
    setDraft(next.text)
    setCaret(next.caret)
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret))
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    const offer = offers[at]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      setAt((now) =>
        offers.length ? (now + step + offers.length + (now < 0 && step < 0 ? 1 : 0)) % offers.length : -1,
      )
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (isOpen && offer) accept(offer)
      else commit(draft)
    } else if (event.key === 'Tab' && isOpen && draft && offers.length && !event.shiftKey) {
      event.preventDefault()
      accept(offer ?? (offers[0] as Offer))
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (isOpen) setOpen(false)
      else input.current?.blur()
    } else if (event.key === 'Backspace' && !draft && !asText && terms.length) {
      event.preventDefault()
      const last = terms.length - 1
      const raw = terms[last]?.raw ?? ''
      view.setFilter(removed(view.filter, last))
      // The reset on the new filter comes first; then the term is back as text.
      setTimeout(() => edit(raw))
    }
  }

  const onBlur = () => {
    setOpen(false)
    if (asText) commit(draft)
  }

  return (
    <search className={css.wrap}>
      <div className={`${css.field} ${problem ? css.wrong : ''}`}>
        <span className={css.lead}>
          <Icon name="search" />
        </span>
        {!asText &&
          terms.map((term, index) => (
            <FilterPill
              key={`${term.start}${term.raw}`}
              term={term}
              onRemove={() => view.setFilter(removed(view.filter, index))}
              onInvert={() => view.setFilter(replaced(view.filter, index, inverted(term)))}
              onEdit={() => {
                view.setFilter(removed(view.filter, index))
                setTimeout(() => edit(term.raw))
              }}
            />
          ))}
        <input
          ref={input}
          className={css.input}
          data-shortcut="filter"
          aria-label="Filter"
          role="combobox"
          aria-expanded={isOpen && offers.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
          aria-invalid={problem !== null}
          placeholder={
            terms.length && !asText
              ? 'Add a filter'
              : 'Filter: consumer:mobile-app status:>=500 -route:/health "free text"'
          }
          value={draft}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          onChange={(event) => {
            setDraft(event.target.value)
            setCaret(event.target.selectionStart ?? event.target.value.length)
            setOpen(true)
            setAt(-1)
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={onBlur}
          onKeyDown={onKeyDown}
        />
        {(terms.length > 0 || asText) && (
          <span className={css.tools}>
            <IconButton
              icon="edit"
              label="Edit as text"
              pressed={asText}
              onPress={() => {
                setAsText(true)
                edit(view.filter)
              }}
            />
            <IconButton icon="close" label="Remove all filters" onPress={() => view.setFilter('')} />
          </span>
        )}
      </div>
      {isOpen && offers.length > 0 && (
        <div className={css.offers} id={list} role="listbox" aria-label="Suggestions">
          {offers.map((offer, index) => (
            <div
              key={offer.id}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={css.offer}
              // The press must not take the focus from the text.
              onPointerDown={(event) => {
                event.preventDefault()
                accept(offer)
              }}
            >
              <span className="mono">{offer.label}</span>
              <span className={css.end}>{offer.end}</span>
            </div>
          ))}
        </div>
      )}
      {problem && <FilterProblem view={view} problem={problem} />}
    </search>
  )
}

function useOffers(view: View, draft: string, caret: number, isOpen: boolean): Offer[] {
  const served = useFields()
  const fields = useMemo(() => allFields(served), [served])
  const place = placeAt(draft, caret)
  const field = fields.find((f) => f.name === place.field)
  const wantsValues = isOpen && place.stage === 'value' && field?.facet === true && !/[<>]/.test(place.head)
  const facets = useAnswer<Facets>(
    '/facets',
    {
      from: view.range.from,
      to: view.range.to,
      filter: view.filter,
      fields: place.field,
      top: 50,
      search: place.typed,
    },
    { enabled: wantsValues },
  )
  if (!isOpen) return []
  if (place.stage === 'field') return fieldOffers(place, fields)
  const facet = facets.data?.facets.find((f) => f.field === place.field)
  return wantsValues && facet ? valueOffers(place, facet.values) : []
}

/** The server's words, under the character that stopped its parser, with the nearest name one click away. */
function FilterProblem({ view, problem }: { view: View; problem: Problem }) {
  const position = problem.position ?? 0
  const after = view.filter.slice(position)
  const lead = /^[-(]*/.exec(after)?.[0] ?? ''
  // A name ends at its sign; anything else is a value, which ends where the term does.
  const name = /^[-(]*[\w.]+(?=[:~])/.exec(after)?.[0]
  const word = name ?? /^[-(]*(?:"[^"]*"?|[^\s(),]*)/.exec(after)?.[0] ?? ''
  const mended = (suggestion: string) => {
    const whole = suggestion.startsWith('"') && name ? (/^\S*/.exec(after)?.[0] ?? word) : word
    return view.filter.slice(0, position) + lead + suggestion + view.filter.slice(position + whole.length)
  }
  return (
    <div className={css.problem} role="alert">
      <code className={css.code}>
        {view.filter.slice(0, position)}
        <mark className={css.mark}>{view.filter.slice(position, position + Math.max(1, word.length)) || ' '}</mark>
        {view.filter.slice(position + Math.max(1, word.length))}
      </code>
      <span>{sentence(problem.detail || problem.title)}</span>
      {problem.suggestions.slice(0, 3).map((suggestion) => (
        <button
          key={suggestion}
          type="button"
          className={css.suggestion}
          onClick={() => view.setFilter(mended(suggestion))}
        >
          {suggestion}
        </button>
      ))}
    </div>
  )
}
