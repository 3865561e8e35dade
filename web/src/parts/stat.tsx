// One figure: what it is, how large, how it changed, and its course. The figure leads to what it counts.
import type { ReactNode } from 'react'
import { Go } from './link'
import css from './stat.module.css'
import { Skeleton } from './state'

type Props = {
  label: ReactNode
  /** Undefined while it loads. */
  value: string | undefined
  /** Every digit, on hover. */
  exact?: string
  href?: string | undefined
  change?: ReactNode
  note?: ReactNode
  /** The spark line. */
  children?: ReactNode
}

export function Stat({ label, value, exact, href, change, note, children }: Props) {
  return (
    <div className={css.stat}>
      <div className={css.label}>{label}</div>
      {value === undefined ? (
        <>
          <div className={css.row}>
            <Skeleton height={20} width="56%" />
          </div>
          <div className={css.line}>
            <Skeleton height={10} width="76%" />
          </div>
        </>
      ) : (
        <>
          <div className={css.row}>
            {href ? (
              <Go href={href} className={css.value} title={exact}>
                {value}
              </Go>
            ) : (
              <span className={css.value} title={exact}>
                {value}
              </span>
            )}
          </div>
          <div className={css.line}>
            {change}
            <span className={css.note} title={typeof note === 'string' ? note : undefined}>
              {note}
            </span>
          </div>
        </>
      )}
      {children}
    </div>
  )
}
