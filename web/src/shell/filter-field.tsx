// The filter: pills and their text, two views of one thing, with completion of fields and values.
import { useEffect, useId, useRef, useState } from 'react'
import { IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import { applied, type Offer, placeAt } from '../state/complete'
import {
  changed,
  cleared,
  isPinned,
  type Kept,
  pinToggled,
  removed,
  switchedOff,
  switchedOn,
  type Term,
  termsOf,
  withTerm,
} from '../state/filter'
import type { View } from '../state/view'
import css from './filter-field.module.css'
import { OfferList, useOffers } from './filter-offers'
import { FilterPill } from './filter-pill'
import { FilterProblem, isFilterProblem } from './filter-problem'

const EXAMPLE = 'Filter: consumer:mobile-app status:>=500 -route:/health "free text"'

export function FilterField({ view, error }: { view: View; error: unknown }) {
  const problem = isFilterProblem(error) ? error : null
  return (
    <search className={css.wrap}>
      <FilterInput view={view} isWrong={problem !== null} />
      {problem && <FilterProblem view={view} problem={problem} />}
    </search>
  )
}

export function keptOf(view: View): Kept {
  return { filter: view.filter, off: view.search.off ?? '', pins: view.search.pins ?? '' }
}

export function keep(view: View, kept: Kept, replace = false) {
  const patch = { filter: kept.filter || undefined, off: kept.off || undefined, pins: kept.pins || undefined }
  view.set({ ...patch, row: undefined }, { replace })
}

function FilterInput({ view, isWrong }: { view: View; isWrong: boolean }) {
  const [draft, setDraft] = useState('')
  const [asText, setAsText] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [caret, setCaret] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  const terms = termsOf(view.filter)
  const off = termsOf(view.search.off ?? '')

  // A filter changed elsewhere (a click, Back) ends the editing of its text.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new filter resets.
  useEffect(() => {
    setAsText(false)
    setDraft('')
  }, [view.filter])

  const found = useOffers(view, draft, caret, isOpen)
  const { offers } = found

  const commit = (text: string) => {
    const typed = text.trim()
    setOpen(false)
    setAt(-1)
    if (asText) {
      setAsText(false)
      if (typed !== view.filter) view.setFilter(typed)
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
      if (isOpen && offers.length) setOpen(false)
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

  return (
    <>
      <div className={`${css.field} ${isWrong ? css.wrong : ''}`}>
        <span className={css.lead}>
          <Icon name="search" />
        </span>
        {!asText && <Pills view={view} terms={terms} off={off} />}
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
          aria-invalid={isWrong}
          placeholder={(terms.length || off.length) && !asText ? 'Add a filter' : EXAMPLE}
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
          onBlur={() => {
            setOpen(false)
            if (asText) commit(draft)
          }}
          onKeyDown={onKeyDown}
        />
        {(terms.length > 0 || off.length > 0 || asText) && (
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
            <IconButton icon="close" label="Remove all but pinned" onPress={() => keep(view, cleared(keptOf(view)))} />
          </span>
        )}
      </div>
      {isOpen && <OfferList {...found} id={list} at={at} onPick={accept} />}
    </>
  )
}

/** Terms in force, then those switched off. A pill is its place, so that its editor stays open while it changes. */
function Pills({ view, terms, off }: { view: View; terms: Term[]; off: Term[] }) {
  const kept = keptOf(view)
  const pill = (term: Term, index: number, isOff: boolean) => {
    const change = (raw: string, replace: boolean) =>
      keep(view, isOff ? { ...kept, off: withTerm(removed(kept.off, index), raw) } : changed(kept, index, raw), replace)
    return (
      <FilterPill
        key={`${isOff} ${index}`}
        term={term}
        isOff={isOff}
        isPinned={isPinned(kept, term.raw)}
        filter={view.filter}
        range={view.range}
        onChange={(raw) => change(raw, true)}
        onRemove={() => change('', false)}
        onSwitch={() => keep(view, isOff ? switchedOn(kept, term.raw) : switchedOff(kept, term.raw))}
        onPin={() => keep(view, pinToggled(kept, term.raw))}
      />
    )
  }
  return (
    <>
      {terms.map((term, index) => pill(term, index, false))}
      {off.map((term, index) => pill(term, index, true))}
    </>
  )
}
