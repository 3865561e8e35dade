// The head of a page about what is known and not about the calls of a range: of the bar it has what means something there.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { IconButton } from '../parts/button'
import { copyText } from '../parts/toast'
import { useKeys } from '../state/keys'
import { sameLink } from '../state/link'
import type { View } from '../state/view'
import css from './bar.module.css'
import { PaperBar, PaperFacts } from './paper'
import { ReportMenu } from './report-menu'
import { ZoneSwitch } from './zone-switch'

type Props = {
  title: string
  /** What the page is about, in a sentence. */
  about: string
  view: View
  /** What can be done here. */
  children?: ReactNode
}

export function PageHead(props: Props) {
  const { title, view } = props
  return view.search.report ? <PaperBar title={title} view={view} isTimeless /> : <ScreenHead {...props} />
}

function ScreenHead({ title, about, view, children }: Props) {
  const client = useQueryClient()
  const keys = useMemo(() => ({ r: () => client.invalidateQueries() }), [client])
  useKeys(keys)
  return (
    <header className={css.bar}>
      <PaperFacts title={title} view={view} isTimeless />
      <div className={`${css.row} ${css.first} no-print`}>
        <h1 className={css.title}>{title}</h1>
        <ZoneSwitch view={view} />
        <div className={css.icons}>
          <IconButton icon="refresh" label="Refresh" hint="r" onPress={keys.r} />
          <IconButton icon="link" label="Copy link" onPress={() => copyText(sameLink(), 'Link')} />
          <ReportMenu title={title} view={view} isTimeless />
        </div>
      </div>
      <div className={`${css.row} ${css.first} no-print`}>
        <p className={`${css.about} quiet`}>{about}</p>
        {children}
      </div>
    </header>
  )
}
