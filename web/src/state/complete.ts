// What the filter field offers at the caret: field names first, then values of the field.
import type { Field } from '../api/types'
import { quoted } from './filter'

export type Place = { start: number; end: number; stage: 'field' | 'value'; field: string; typed: string; head: string }

/** The term under the caret and which half of it is being typed. */
export function placeAt(text: string, caret: number): Place {
  let start = 0
  let inQuotes = false
  for (let i = 0; i < caret; i++) {
    const c = text[i] as string
    if (c === '"') inQuotes = !inQuotes
    else if (!inQuotes && (/\s/.test(c) || c === '(' || c === ')')) start = i + 1
  }
  let end = caret
  while (end < text.length && (inQuotes || !/[\s()]/.test(text[end] as string))) {
    if (text[end] === '"') inQuotes = !inQuotes
    end++
  }
  const piece = text.slice(start, caret)
  const head = /^(-?)([\w.-]+)(:(?:>=|<=|>|<)?|~)/.exec(piece)
  if (head) {
    const typed = piece.slice(head[0].length).replace(/^"|"$/g, '')
    return { start, end, stage: 'value', field: head[2] as string, typed, head: head[0] }
  }
  const minus = piece.startsWith('-') ? '-' : ''
  return { start, end, stage: 'field', field: '', typed: piece.slice(minus.length), head: minus }
}

export type Offer = { id: string; label: string; end?: string; text: string; closes: boolean }

export function fieldOffers(place: Place, fields: Field[]): Offer[] {
  const typed = place.typed.toLowerCase()
  const matches = fields.filter((f) => f.name.toLowerCase().includes(typed) || f.label.toLowerCase().includes(typed))
  matches.sort((a, b) => Number(b.name.startsWith(typed)) - Number(a.name.startsWith(typed)))
  return matches
    .slice(0, 9)
    .map((f) => ({ id: f.name, label: f.name, end: f.label, text: `${place.head}${f.name}:`, closes: false }))
}

export function valueOffers(place: Place, values: { value: string; label: string; count: number }[]): Offer[] {
  const typed = place.typed.toLowerCase()
  return values
    .filter((v) => v.value.toLowerCase().includes(typed) || v.label.toLowerCase().includes(typed))
    .slice(0, 9)
    .map((v) => ({
      id: v.value,
      label: v.label === v.value ? v.value : `${v.value} — ${v.label}`,
      end: v.count.toLocaleString(),
      text: `${place.head}${quoted(v.value)}`,
      closes: true,
    }))
}

export function applied(text: string, place: Place, offer: Offer): { text: string; caret: number } {
  const next = text.slice(0, place.start) + offer.text + text.slice(place.end)
  return { text: next, caret: place.start + offer.text.length }
}
