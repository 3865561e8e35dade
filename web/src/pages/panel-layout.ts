// A page of panels as data: which panels, in which order, how wide. No row has a hole.
import type { Figures, Panel } from '../api/types'
import type { Spans } from '../charts/panel'

/** A panel of the server or a card of our own; its span of twelve, and that on a very wide screen. */
export type Placement = [id: string, span: number, wideSpan: number]
export type Section = { title?: string; about?: string; cards: Placement[] }

export type PageSpec = {
  title: string
  /** Key figures by their ids; see key-figures.tsx. */
  figures: string[]
  sections: Section[]
  /** Panels that say they belong here and that no section names come last. */
  page?: string
  /** What the page is about; when there is none of it, that is said above the panels. */
  subject?: { term: string; none: string; count: (figures: Figures) => number }
  /** Pages that go on from here. */
  links?: { to: string; label: string }[]
}

export type Placed = { id: string; panel: Panel | null; spans: Spans }
export type Composed = Omit<Section, 'cards'> & { placed: Placed[] }

const COLUMNS = 12
/** Where two very wide screens would fit beside each other, twice as much stands in a row. */
const VAST_COLUMNS = 24
/** What the strip of figures, or a panel with more to say, shows already. */
const isSaid = (id: string) => /^(kpi_.*|calls_over_time)$/.test(id)

/** The sections with what the server offers of them, then its further panels of this page. */
export function composed(panels: Panel[], spec: PageSpec, isOwn: (id: string) => boolean): Composed[] {
  const byId = new Map(panels.map((panel) => [panel.id, panel]))
  const named = new Set(spec.sections.flatMap(({ cards }) => cards.map(([id]) => id)))
  const rest = panels
    .filter((panel) => spec.page && panel.page === spec.page && !named.has(panel.id) && !isSaid(panel.id))
    .map((panel): Placement => (panel.chart === 'stat' ? [panel.id, 3, 3] : [panel.id, 6, 4]))
  return spec.sections
    .map(({ cards, ...words }, i) => {
      const all = i === spec.sections.length - 1 ? [...cards, ...rest] : cards
      const known = all.filter(([id]) => byId.has(id) || isOwn(id))
      return { ...words, placed: placed(known, byId) }
    })
    .filter((section) => section.placed.length > 0)
}

function placed(cards: Placement[], byId: Map<string, Panel>): Placed[] {
  const span = packed(cards.map(([, one]) => one))
  const wide = packed(cards.map(([, , one]) => one))
  const small = packed(cards.map(([, one]) => (one > COLUMNS / 2 ? COLUMNS : COLUMNS / 2)))
  const vast = packed(
    cards.map(([, , one]) => one),
    VAST_COLUMNS,
  )
  const at = (spans: number[], i: number) => spans[i] ?? COLUMNS
  return cards.map(([id], i) => ({
    id,
    panel: byId.get(id) ?? null,
    spans: { span: at(span, i), wideSpan: at(wide, i), smallSpan: at(small, i), vastSpan: vast[i] ?? VAST_COLUMNS },
  }))
}

/** Widens what stands in a row that would not be full. */
export function packed(spans: number[], columns = COLUMNS): number[] {
  const rows: number[][] = [[]]
  for (const span of spans) {
    const row = rows.at(-1) as number[]
    if (row.length && row.reduce((sum, s) => sum + s, 0) + span > columns) rows.push([span])
    else row.push(span)
  }
  return rows.flatMap((row) => {
    let spare = columns - row.reduce((sum, s) => sum + s, 0)
    return row.map((span, i) => {
      const more = Math.ceil(spare / (row.length - i))
      spare -= more
      return span + more
    })
  })
}
