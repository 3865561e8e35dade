// How much the trail keeps of what is done to this program, as lines of a table: verbs of a thing that are alike are one.
import type { TrailLevel } from '../api/trail'

export type LevelLine = Omit<TrailLevel, 'verb'> & { verbs: string[] }

/** What is kept at a level. */
export const KEPT: Record<TrailLevel['level'], string> = {
  none: 'nothing',
  metadata: 'that it was done',
  request: 'what was asked',
  response: 'also before and after',
}

export function levelLines(levels: TrailLevel[]): LevelLine[] {
  const lines = new Map<string, LevelLine>()
  for (const { verb, ...one } of levels) {
    const key = [one.resource_type, one.level, one.usual, one.least, one.rule ?? ''].join('\n')
    const line = lines.get(key)
    if (line) {
      line.verbs.push(verb)
      line.events.push(...one.events)
    } else lines.set(key, { ...one, verbs: [verb], events: [...one.events] })
  }
  return [...lines.values()]
}

/** `sign_in` and `trail_levels` as people write them. */
export const inWords = (name: string) => name.replaceAll('_', ' ')
