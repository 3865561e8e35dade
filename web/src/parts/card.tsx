// The frame of a panel: title, what it answers, its tools; as high while loading as when full.
import type { ReactNode } from 'react'
import css from './card.module.css'

type Props = {
  title: string
  question?: string | undefined
  tools?: ReactNode
  /** A choice that belongs to the title, always in full view; tools fade until they are wanted. */
  control?: ReactNode
  isBusy?: boolean
  /** Busy with the next answer, while the one before is on screen. */
  isRenewing?: boolean
  /** Of twelve columns, on a screen, on a very wide and on a small one. */
  span?: number
  wideSpan?: number
  smallSpan?: number
  /** Of 24 columns, where a page has them: two very wide screens beside each other. */
  vastSpan?: number | undefined
  children: ReactNode
}

export function Card({
  title,
  question,
  tools,
  control,
  isBusy,
  isRenewing,
  span = 4,
  wideSpan = span,
  smallSpan = 6,
  vastSpan = 2 * wideSpan,
  children,
}: Props) {
  const spans = {
    '--span': span,
    '--wide-span': wideSpan,
    '--small-span': smallSpan,
    '--vast-span': vastSpan,
  } as React.CSSProperties
  return (
    <section
      className={css.card}
      style={spans}
      aria-label={title || undefined}
      aria-busy={isBusy || isRenewing}
      data-renewing={isRenewing || undefined}
    >
      <header className={css.head}>
        <div className={css.words}>
          <h2 className={css.title} title={question}>
            {title}
          </h2>
          {question && <p className={css.question}>{question}</p>}
        </div>
        {control}
        <span className={`${css.tools} no-print`}>{tools}</span>
      </header>
      <div className={css.body}>{children}</div>
    </section>
  )
}
