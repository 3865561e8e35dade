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
  const head = /^(-?)([\w.]+)(:|~)(?:(?:"(?:[^"\\]|\\.)*"|[^",])*,)*(?:>=|<=|>|<|~)?/.exec(piece)
  if (head) {
    const typed = piece.slice(head[0].length).replace(/^"|"$/g, '')
    return { start, end, stage: 'value', field: head[2] as string, typed, head: head[0] }
  }
  const minus = piece.startsWith('-') ? '-' : ''
  return { start, end, stage: 'field', field: '', typed: piece.slice(minus.length), head: minus }
}

export type Offer = { id: string; label: string; end?: string; text: string; closes: boolean }

const OFFERS_MAX = 9

type Named = Pick<Field, 'name' | 'label'> & { aliases?: string[] }

export function fieldOffers(place: Place, fields: Named[]): Offer[] {
  const typed = place.typed.toLowerCase()
  const has = (text: string) => text.toLowerCase().includes(typed)
  const matches = fields.filter((f) => has(f.name) || has(f.label) || f.aliases?.some(has))
  const isStart = (f: Named) => [f.name, ...(f.aliases ?? [])].some((name) => name.startsWith(typed))
  matches.sort((a, b) => Number(isStart(b)) - Number(isStart(a)))
  return matches
    .slice(0, OFFERS_MAX)
    .map((f) => ({ id: f.name, label: f.name, end: f.label, text: `${place.head}${f.name}:`, closes: false }))
}

/** Values of the field, then, while nothing is typed, that there is none or any. */
export function valueOffers(place: Place, values: { value: string; label: string; count: number }[]): Offer[] {
  const typed = place.typed.toLowerCase()
  const isStart = (v: { value: string; label: string }) =>
    v.value.toLowerCase().startsWith(typed) || v.label.toLowerCase().startsWith(typed)
  const found = values
    .filter((v) => v.value !== '' && (v.value.toLowerCase().includes(typed) || v.label.toLowerCase().includes(typed)))
    .sort((a, b) => Number(isStart(b)) - Number(isStart(a)))
    .slice(0, OFFERS_MAX)
    .map((v) => ({
      id: v.value,
      label: v.label === v.value ? v.value : `${v.value} — ${v.label}`,
      end: v.count.toLocaleString(),
      text: `${place.head}${quoted(v.value)}`,
      closes: true,
    }))
  if (typed || !place.head.endsWith(':')) return found
  const more = [
    { id: '""', label: '""', end: 'is empty', text: `${place.head}""`, closes: true },
    { id: '*', label: '*', end: 'is not empty', text: `${place.head}*`, closes: true },
  ]
  return [...found, ...more]
}

export function applied(text: string, place: Place, offer: Offer): { text: string; caret: number } {
  const next = text.slice(0, place.start) + offer.text + text.slice(place.end)
  return { text: next, caret: place.start + offer.text.length }
}
