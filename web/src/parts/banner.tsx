// A line over the page for what concerns all of it: a lost connection, sample data, a sampled tail.
import type { ReactNode } from 'react'
import css from './banner.module.css'
import { Icon, type IconName } from './icon'

export type BannerTone = 'plain' | 'good' | 'warn' | 'bad'
const ICONS: Record<BannerTone, IconName> = { plain: 'help', good: 'check', warn: 'warn', bad: 'warn' }

type Props = { tone?: BannerTone; title: string; children?: ReactNode; action?: ReactNode }

/** `bad` is said at once, the others when the reader pauses. */
export function Banner({ tone = 'plain', title, children, action }: Props) {
  return (
    <div className={`${css.banner} ${css[tone]}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <span className={css.mark}>
        <Icon name={ICONS[tone]} />
      </span>
      <p className={css.text}>
        <b>{title}</b> {children}
      </p>
      {action}
    </div>
  )
}
