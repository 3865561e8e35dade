// What the filter field offers at the caret: fields, then values of the field with their counts, and how to write more.
import { useMemo } from 'react'
import { useAnswer, useFields } from '../api/queries'
import type { Facets } from '../api/types'
import { fieldOffers, type Offer, placeAt, valueOffers } from '../state/complete'
import { allFields, hasCounts } from '../state/fields'
import type { View } from '../state/view'
import css from './filter-field.module.css'

export type Offers = { offers: Offer[]; tip: string; isLoading: boolean }

const TIPS: Record<string, string> = {
  number: '>=500 · 200..299 · 200,404',
  duration: '>1s · 100ms..500ms · <=20ms',
  ip: '10.0.0.0/8 · 10.1.2.3',
  text: 'value · start* · ~part · ~/expression/ · ""',
}

export function useOffers(view: View, draft: string, caret: number, isOpen: boolean): Offers {
  const served = useFields()
  const fields = useMemo(() => allFields(served), [served])
  const place = placeAt(draft, caret)
  const typed = place.field.toLowerCase()
  const field = fields.find((f) => f.name === typed || f.aliases?.includes(typed))
  const wantsValues =
    isOpen && place.stage === 'value' && field !== undefined && hasCounts(field) && !/[<>~]$/.test(place.head)
  const facets = useAnswer<Facets>(
    '/facets',
    { ...view.range, filter: view.filter, fields: field?.name, top: 50, search: place.typed },
    { enabled: wantsValues },
  )
  if (!isOpen) return { offers: [], tip: '', isLoading: false }
  if (place.stage === 'field') return { offers: fieldOffers(place, fields), tip: '', isLoading: false }
  const found = wantsValues ? facets.data?.facets.find((f) => f.field === field?.name) : undefined
  return {
    offers: field ? valueOffers(place, found?.values ?? []) : [],
    tip: field ? `${field.label}: ${TIPS[field.kind] ?? TIPS.text}` : '',
    isLoading: wantsValues && facets.isPending,
  }
}

export function OfferList(props: Offers & { id: string; at: number; onPick: (offer: Offer) => void }) {
  const { offers, tip, isLoading, id, at } = props
  if (offers.length === 0 && !tip) return null
  return (
    <div className={css.offers}>
      <div id={id} role="listbox" aria-label="Suggestions">
        {offers.map((offer, index) => (
          <div
            key={offer.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={css.offer}
            // The press must not take the focus from the text.
            onPointerDown={(event) => {
              event.preventDefault()
              props.onPick(offer)
            }}
          >
            <span className="mono">{offer.label}</span>
            <span className={css.end}>{offer.end}</span>
          </div>
        ))}
      </div>
      {tip && (
        <p className={css.tip}>
          <code>{isLoading ? 'Looking for values…' : tip}</code>
        </p>
      )}
    </div>
  )
}
