// How an operator event ended, where it did not simply succeed.
import { Pill } from '../parts/pill'

const OUTCOMES: Record<string, { tone: 'denied' | 'bad' | 'warn'; word: string }> = {
  denied: { tone: 'denied', word: 'denied' },
  failure: { tone: 'bad', word: 'failed' },
  unknown: { tone: 'warn', word: 'end unknown' },
}

/** Only what did not simply succeed is worth a word. */
export function Outcome({ outcome }: { outcome: string }) {
  const known = OUTCOMES[outcome]
  return known ? <Pill tone={known.tone}>{known.word}</Pill> : null
}
