// What changed, as lines to read: one for each value that was added, removed or is another one now.
import type { TrailChange, TrailEvent } from '../api/trail'

export type Line = { path: string; kind: 'added' | 'removed' | 'changed'; before: string; after: string }

/** Lines of one event at most; the raw record has all of them. */
export const LINES_MAX = 300

type Sides = { before?: unknown; after?: unknown }

export function linesOf(changes: TrailChange[], whole: Sides = {}): Line[] {
  const lines: Line[] = []
  const lists = new Set<string>()
  for (const { path, ...sides } of changes) {
    const list = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    const [was, is] = [textsAt(whole.before, list), textsAt(whole.after, list)]
    const had = 'before' in sides && sides.before !== undefined
    const has = 'after' in sides && sides.after !== undefined
    if (path && was && is) {
      if (!lists.has(list)) lines.push(...ofLists(list, was, is))
      lists.add(list)
    } else if (had && has) lines.push(one(path, 'changed', text(sides.before), text(sides.after)))
    else if (has) for (const [at, value] of leaves(sides.after)) lines.push(one(path + at, 'added', '', text(value)))
    else if (had) for (const [at, value] of leaves(sides.before)) lines.push(one(path + at, 'removed', text(value), ''))
  }
  return lines
}

/** Of lists of texts it is told what came and what went; where something stands in them says little. */
function ofLists(path: string, was: string[], is: string[]): Line[] {
  const lines = [
    ...was.filter((value) => !is.includes(value)).map((value) => one(path, 'removed', text(value), '')),
    ...is.filter((value) => !was.includes(value)).map((value) => one(path, 'added', '', text(value))),
  ]
  return lines.length ? lines : [one(path, 'changed', was.join(', '), is.join(', '))]
}

/** The list of texts at a path; undefined where there is something else. */
function textsAt(value: unknown, path: string): string[] | undefined {
  let inner = value
  for (const name of path.split('/').slice(1)) {
    if (typeof inner !== 'object' || inner === null) return undefined
    inner = (inner as Record<string, unknown>)[name.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return Array.isArray(inner) && inner.every((item) => typeof item === 'string') ? inner : undefined
}

const one = (path: string, kind: Line['kind'], before: string, after: string): Line => ({
  path: pathText(path),
  kind,
  before,
  after,
})

/** The values inside a value, with their paths; what is empty stays as it is. */
function leaves(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [['', value]]
  const members = Array.isArray(value) ? value.map((item, at) => [String(at), item] as const) : Object.entries(value)
  if (members.length === 0) return [['', value]]
  return members.flatMap(([name, inner]) =>
    leaves(inner).map(([at, leaf]): [string, unknown] => [`/${escaped(name)}${at}`, leaf]),
  )
}

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** `/plugins/0/config` is `plugins › 0 › config`. */
function pathText(path: string): string {
  const names = path.split('/').slice(1)
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')).join(' › ') || 'all of it'
}

/** A text as it is, anything else as JSON; nothing is a dash. */
function text(value: unknown): string {
  if (value === null) return 'none'
  return typeof value === 'string' ? value || '“”' : JSON.stringify(value)
}

/** Whether there is something to show side by side. */
export const hasSides = ({ before, after }: TrailEvent) =>
  (before !== null && before !== undefined) || (after !== null && after !== undefined)
