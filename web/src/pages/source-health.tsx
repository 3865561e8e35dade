// The health of a source: a shape, a colour and a word.
import type { SourceHealth } from '../api/sources'
import css from './source-health.module.css'

const LOOKS: Record<SourceHealth, { word: string; tone: string; shape: string }> = {
  ok: { word: 'Healthy', tone: 'good', shape: 'M5 1.200a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600Z' },
  new: {
    word: 'Waiting for its first event',
    tone: 'plain',
    shape: 'M5 1.200a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600Z',
  },
  late: { word: 'Late', tone: 'warn', shape: 'M5 1 9.400 8.800H.600Z' },
  silent: { word: 'Silent', tone: 'warn', shape: 'M1 3.800h8v2.400H1Z' },
  paused: { word: 'Paused', tone: 'warn', shape: 'M1.500 1.200h2.500v7.600h-2.500ZM6 1.200h2.500v7.600h-2.500Z' },
  rejecting: { word: 'Not understood', tone: 'bad', shape: 'M1.200 1.200h7.600v7.600H1.200Z' },
}

export function Health({ health }: { health: SourceHealth }) {
  const look = LOOKS[health]
  return (
    <span className={`${css.health} ${css[look.tone]}`}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <path d={look.shape} />
      </svg>
      {look.word}
    </span>
  )
}
