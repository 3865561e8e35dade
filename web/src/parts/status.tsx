// Status and access, told by colour, by shape and in words.
import css from './status.module.css'

export function statusClassOf(status: number | null | undefined): string {
  return status ? `${Math.floor(status / 100)}xx` : 'unknown'
}

const SHAPES: Record<string, string> = {
  '2xx': 'M5 1.200a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600Z',
  '3xx': 'M5 .8 9.200 5 5 9.200.8 5Z',
  '4xx': 'M5 1 9.400 8.800H.600Z',
  '5xx': 'M1.200 1.200h7.600v7.600H1.200Z',
}
const OTHER = 'M1 3.800h8v2.400H1Z'

export function StatusMark({ name }: { name: string }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" className={css.mark}>
      <path d={SHAPES[name] ?? OTHER} style={{ fill: `var(--mark-${SHAPES[name] ? name : 'unknown'})` }} />
    </svg>
  )
}

export function Status({ code }: { code: number | null | undefined }) {
  return (
    <span className={css.status}>
      <StatusMark name={statusClassOf(code)} />
      {code ?? 'unknown'}
    </span>
  )
}
