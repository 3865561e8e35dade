// The rows of one question by their place in the list. The head is read page by page, newest first; far places are found
// by time: the histogram says how many rows each part of the range holds, and a part is cut again until it is small enough
// to be read. So a jump into a million rows costs a few requests, whatever lies between. Knows no React.
import type { AccessEvent, EventsPage, Histogram } from '../api/types'

/** What is asked: two fixed instants (RFC 3339), a filter, an order. */
export type Asked = { from: string; to: string; filter: string; order: 'asc' | undefined }
export type Ask = <T>(
  path: string,
  params: Record<string, string | number | undefined>,
  signal: AbortSignal,
) => Promise<T>

/** Rows of one request of the head. */
export const PAGE_ROWS = 200
/** A part with at most so many rows is read in one request. */
const PART_ROWS = 400
/** Parts whose rows are kept; those seen longest ago are read again when wanted. */
const PARTS_KEPT = 40
/** Rows read ahead of what is on screen. */
const AHEAD = 60
/** The time one request may take before it shows what it has: short first, so that something appears. */
const TURNS_MS = [300, 1000] as const
const SECOND_MS = 1000

export type Progress = { share: number; rows: number }
export type RowsState = 'reading' | 'waiting' | 'stopped' | 'done' | 'failed'

type Part = {
  from: number
  to: number
  start: number
  count: number
  parts?: Part[]
  events?: AccessEvent[]
  /** Where the rows after `events` start; null when there are none. */
  cursor?: string | null
}

const iso = (ms: number) => new Date(ms).toISOString()

export class LogRows {
  head: AccessEvent[] = []
  state: RowsState = 'waiting'
  error: unknown = null
  progress: Progress = { share: 0, rows: 0 }
  /** Why the answer is not whole. */
  partial: string | null = null
  first: EventsPage | null = null
  version = 0
  private cursor: string | null | undefined
  private turn = 0
  private total: number | null = null
  private root: Part | null = null
  private kept: Part[] = []
  private wanted = { first: 0, last: PAGE_ROWS - AHEAD - 1 }
  private reading: AbortController | null = null
  private jumping: AbortController | null = null
  private listeners = new Set<() => void>()

  constructor(
    private readonly asked: Asked,
    private readonly ask: Ask,
  ) {}

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    if (this.state === 'waiting' && this.cursor === undefined) this.read()
    return () => {
      this.listeners.delete(listener)
      // Leaving the page cancels what is under way; what was read stays.
      setTimeout(() => this.listeners.size === 0 && this.cancel())
    }
  }

  /** Rows in all: exact once the head is read to its end or the histogram has counted, else at least so many. */
  get count(): number {
    if (this.cursor === null) return this.head.length
    return Math.max(this.total ?? 0, this.head.length)
  }

  get isEmpty(): boolean {
    return this.cursor === null && this.head.length === 0
  }

  at(index: number): AccessEvent | undefined {
    if (index < this.head.length) return this.head[index]
    const part = this.partAt(index)
    return part?.events?.[index - part.start]
  }

  indexOf(id: string): number {
    const inHead = this.head.findIndex((event) => event.id === id)
    if (inHead >= 0) return inHead
    for (const part of this.kept) {
      const at = part.events?.findIndex((event) => event.id === id) ?? -1
      if (at >= 0) return part.start + at
    }
    return -1
  }

  /** The exact number of rows, from the histogram; places beyond the head can be reached once it is known. */
  setTotal(total: number) {
    if (this.total === total) return
    this.total = total
    const [from, to] = [Date.parse(this.asked.from), Date.parse(this.asked.to)]
    this.root = { from, to, start: 0, count: total }
    this.kept = []
    this.publish()
    this.want()
  }

  /** What is on screen now; the rest follows from it. */
  show(first: number, last: number) {
    if (first === this.wanted.first && last === this.wanted.last) return
    this.wanted = { first, last }
    this.want()
  }

  stop() {
    if (this.state === 'stopped') return
    this.state = 'stopped'
    this.cancel()
    this.publish()
  }

  /** Goes on where it stopped or failed. */
  resume() {
    if (this.state === 'done') return
    this.state = 'waiting'
    this.error = null
    this.publish()
    this.want()
  }

  private want() {
    if (this.state === 'stopped' || this.state === 'failed') return
    const { first, last } = this.wanted
    const isNear = first <= this.head.length + PAGE_ROWS
    if (isNear && this.cursor !== null && last + AHEAD >= this.head.length) this.read()
    if (last >= this.head.length && !isNear) this.jump()
  }

  private async read() {
    if (this.reading) return
    const control = new AbortController()
    this.reading = control
    this.state = 'reading'
    this.publish()
    try {
      while (this.cursor !== null && this.wanted.last + AHEAD >= this.head.length && !this.isFar()) {
        const page = await this.page(control.signal)
        if (control.signal.aborted) break
        this.take(page)
        if (control.signal.aborted) break
      }
      if (this.state === 'reading') this.state = this.cursor === null ? 'done' : 'waiting'
    } catch (error) {
      if (!control.signal.aborted) this.fail(error)
      else if (this.state === 'reading') this.state = 'waiting'
    }
    if (this.reading === control) this.reading = null
    this.publish()
  }

  private isFar() {
    return this.wanted.first > this.head.length + PAGE_ROWS
  }

  private page(signal: AbortSignal) {
    const wait = this.turn++ === 0 ? TURNS_MS[0] : TURNS_MS[1]
    const cursor = this.cursor ?? undefined
    return this.ask<EventsPage>('/events', { ...this.asked, limit: PAGE_ROWS, cursor, wait_ms: wait }, signal)
  }

  private take(page: EventsPage) {
    this.first ??= page
    this.head = this.head.concat(page.events)
    this.cursor = page.next_cursor
    this.partial = page.partial ? (page.partial_reason ?? 'a part of the range was not read') : null
    const { rows, until } = page.scanned
    const share = this.cursor === null ? 1 : this.shareOf(until)
    const { progress } = this
    this.progress = { share: Math.max(share, progress.share), rows: progress.rows + rows }
    this.publish()
  }

  private shareOf(until: string): number {
    const [from, to] = [Date.parse(this.asked.from), Date.parse(this.asked.to)]
    if (to <= from) return 0
    const done = this.asked.order === 'asc' ? Date.parse(until) - from : to - Date.parse(until)
    return Math.min(1, Math.max(0, done / (to - from)))
  }

  /** Reads the parts on screen; a newer place cancels an older one. */
  private async jump() {
    this.jumping?.abort()
    const control = new AbortController()
    this.jumping = control
    try {
      const { first, last } = this.wanted
      const end = Math.min(last, this.count - 1)
      for (let at = Math.max(first, this.head.length); at <= end; ) {
        const part = await this.find(at, control.signal)
        if (!part) return
        await this.fill(part, Math.min(end, part.start + part.count - 1) - part.start, control.signal)
        at = part.start + part.count
      }
    } catch (error) {
      if (!control.signal.aborted) this.fail(error)
    }
  }

  private partAt(index: number): Part | null {
    let part = this.root
    while (part?.parts) {
      part = part.parts.find((p) => index >= p.start && index < p.start + p.count) ?? null
    }
    return part && index < part.start + part.count ? part : null
  }

  /** The smallest part that holds this place, cut as often as it takes. */
  private async find(index: number, signal: AbortSignal): Promise<Part | null> {
    let part = this.partAt(index)
    while (part && part.count > PART_ROWS && part.to - part.from > SECOND_MS) {
      const range = { from: iso(part.from), to: iso(part.to), filter: this.asked.filter }
      const answer = await this.ask<Histogram>('/histogram', { ...range, split: 'none' }, signal)
      const cut = partsOf(part, answer, this.asked.order === 'asc')
      if (cut.length < 2) break
      part.parts = cut
      part = this.partAt(index)
    }
    return part
  }

  /** Reads the rows of a part up to a place in it; only a part of one second is longer than one request. */
  private async fill(part: Part, upTo: number, signal: AbortSignal) {
    while (part.cursor !== null && (part.events?.length ?? 0) <= upTo) {
      const range = { from: iso(part.from), to: iso(part.to), filter: this.asked.filter, order: this.asked.order }
      const limit = Math.min(1000, Math.max(PART_ROWS, part.count))
      const page = await this.ask<EventsPage>('/events', { ...range, limit, cursor: part.cursor }, signal)
      part.events = [...(part.events ?? []), ...page.events]
      part.cursor = page.next_cursor
      this.keep(part)
      this.publish()
    }
  }

  private keep(part: Part) {
    this.kept = [part, ...this.kept.filter((other) => other !== part)]
    for (const old of this.kept.splice(PARTS_KEPT)) {
      delete old.events
      delete old.cursor
    }
  }

  private fail(error: unknown) {
    this.state = 'failed'
    this.error = error
    this.publish()
  }

  private cancel() {
    this.reading?.abort()
    this.reading = null
    this.jumping?.abort()
    if (this.state === 'reading') this.state = 'waiting'
  }

  private publish() {
    this.version++
    for (const listener of this.listeners) listener()
  }
}

/** The parts of a part, in the order of the list; empty ones left out. */
function partsOf(part: Part, { buckets, series }: Histogram, isAscending: boolean): Part[] {
  const edges = [...buckets.map((text) => Math.max(part.from, Date.parse(text))), part.to]
  const counts = buckets.map((_, i) => series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0))
  const found = counts.map((count, i) => ({ from: edges[i] as number, to: edges[i + 1] as number, start: 0, count }))
  const ordered = (isAscending ? found : found.toReversed()).filter((p) => p.count > 0)
  let start = part.start
  for (const p of ordered) {
    p.start = start
    start += p.count
  }
  return ordered
}
