// What a place shows when it has nothing to show: why, and the one button that helps.
import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Problem } from '../api/client'
import type { Diagnosis } from '../api/types'
import { exactText } from '../state/numbers'
import type { View } from '../state/view'
import { instantText } from '../state/zone'
import { Button } from './button'
import { Icon, type IconName } from './icon'
import css from './state.module.css'

export function Skeleton({ height, width }: { height: number | string; width?: number | string }) {
  return <div className={css.skeleton} style={{ height, width: width ?? '100%' }} aria-hidden="true" />
}

/** The shape of a list or of a chart before it is known, as large as its place. */
export function PanelSkeleton({ shape }: { shape: 'list' | 'chart' }) {
  if (shape === 'chart') return <div className={css.levels} aria-hidden="true" />
  return (
    <div className={css.rows} aria-hidden="true">
      {[92, 74, 61, 52, 38, 30, 24, 18].map((width) => (
        <div key={width} className={css.skeleton} style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}

export function EmptyState(props: {
  title: string
  diagnosis?: Diagnosis[]
  onAct?: (action: NonNullable<Diagnosis['action']>) => void
  icon?: IconName
  /** Inside a card: small, and no larger than the place it has. */
  isCompact?: boolean
  children?: ReactNode
}) {
  return (
    <div className={`${css.state} ${props.isCompact ? css.small : ''}`} data-testid="empty">
      {props.icon && (
        <span className={css.icon}>
          <Icon name={props.icon} size={props.isCompact ? 16 : 20} />
        </span>
      )}
      <h2 className={css.title}>{props.title}</h2>
      {props.children && <div className={css.text}>{props.children}</div>}
      {props.diagnosis && props.diagnosis.length > 0 && (
        <ul className={css.list}>
          {props.diagnosis.map(({ kind, text, action }) => (
            <li key={kind + text} className={css.item}>
              <span>{sentence(text)}</span>
              {action && props.onAct && <Button onPress={() => props.onAct?.(action)}>{action.label}</Button>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** The server writes instants in UTC; here they are read in the zone of the page, and numbers in groups. */
export function localized(text: string, tz: string): string {
  return text
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, (at) => `${instantText(Date.parse(at), tz).slice(0, 19)} ${tz}`)
    .replace(/(?<=: )\d{4,}(?= events?\b)/g, (count) => exactText(Number(count)))
}

/** An empty answer with what the server found out about it; each finding has the button that fixes it. */
export function Diagnosed({ title, view, diagnosis }: { title: string; view: View; diagnosis: Diagnosis[] }) {
  const router = useRouter({ warn: false })
  const act = (action: NonNullable<Diagnosis['action']>) => {
    if (action.href) return router.history.push(action.href)
    view.set({
      ...(action.from !== undefined ? { from: action.from, to: action.to } : {}),
      ...(action.filter !== undefined ? { filter: action.filter || undefined } : {}),
    })
  }
  return (
    <EmptyState
      title={title}
      diagnosis={diagnosis.map((found) => ({ ...found, text: localized(found.text, view.tz) }))}
      onAct={act}
    >
      {diagnosis.length === 0 && view.filter && <Button onPress={() => view.setFilter('')}>Remove all filters</Button>}
    </EmptyState>
  )
}

type ErrorProps = {
  error: unknown
  onRetry?: () => void
  compact?: boolean
  /** Buttons that mend it; without them what is suggested is only told. */
  children?: ReactNode
}

export function ErrorState({ error, onRetry, compact, children }: ErrorProps) {
  const problem = error instanceof Problem ? error : null
  return (
    <div className={`${css.state} ${compact ? css.compact : ''}`} role="alert">
      <h2 className={css.title}>
        <span className={css.bad}>
          <Icon name="warn" />
        </span>
        {problem ? titleOf(problem) : 'Something in this page failed'}
      </h2>
      <p className={css.text}>{sentence(problem?.detail ?? String(error))}</p>
      {problem?.remedy && !problem.suggestions.length && <p className={css.text}>{sentence(problem.remedy)}</p>}
      {problem?.id && (
        <p className={css.text}>
          In the server's log under <code className="mono">{problem.id}</code>
        </p>
      )}
      {children && <div className={css.acts}>{children}</div>}
      {problem && !children && problem.suggestions.length > 0 && (
        <p className={css.text}>Did you mean {problem.suggestions.slice(0, 3).join(', ')}?</p>
      )}
      {onRetry && problem?.status !== 400 && (
        <Button icon="refresh" onPress={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** The server's titles are those of HTTP; people read what it means here. */
function titleOf(problem: Problem): string {
  if (problem.status === 400)
    return problem.position === undefined ? 'This cannot be asked' : 'The filter cannot be read'
  if (problem.status === 403) return 'Your role does not allow this'
  if (problem.status === 409) return 'This cannot be done now'
  if (problem.status === 422) return 'This is not taken'
  if (problem.status === 404) return 'There is no such thing here'
  if (problem.status === 429 || problem.status === 503) return 'The server is busy'
  return problem.status >= 500 ? 'The server failed' : problem.title
}

/** Server messages are lower case without a full stop; on a page they stand as sentences. Where a page underlines the
 * character, its number says nothing more. */
export function sentence(text: string): string {
  const trimmed = text.replace(/\s*\(at character \d+\)/, '').trim()
  if (!trimmed) return ''
  const upper = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(upper) ? upper : `${upper}.`
}
