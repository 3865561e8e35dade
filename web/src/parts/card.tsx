// The frame of a panel: title, what it answers, its tools; as high while loading as when full.
import type { ReactNode } from 'react'
import css from './card.module.css'

type Props = {
  title: string
  question?: string | undefined
  tools?: ReactNode
  isBusy?: boolean
  /** Of twelve columns; the second on a very wide screen. */
  span?: number
  wideSpan?: number
  children: ReactNode
}

export function Card({ title, question, tools, isBusy, span = 4, wideSpan = span, children }: Props) {
  return (
    <section
      className={css.card}
      style={{ '--span': span, '--wide-span': wideSpan } as React.CSSProperties}
      aria-label={title || undefined}
      aria-busy={isBusy}
    >
      <header className={css.head}>
        <div className={css.words}>
          <h2 className={css.title} title={question}>
            {title}
          </h2>
          {question && <p className={css.question}>{question}</p>}
        </div>
        <span className={css.tools}>{tools}</span>
      </header>
      <div className={css.body}>{children}</div>
    </section>
  )
}
