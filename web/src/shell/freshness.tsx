// Until when the answers are complete, which source keeps them from being so, and how long an answer is being worked on.
import { useIsFetching } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useConnection } from '../api/connection'
import { useFreshness } from '../api/freshness'
import { agoText, troubles, useSources } from '../api/sources'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { sentence } from '../parts/state'
import { clockText, zoneText } from '../state/zone'
import css from './freshness.module.css'

const LATE_MS = 120_000
const SLOW_MS = 4_000

export function Freshness({ tz }: { tz: string }) {
  const { watermark, partial } = useFreshness()
  const { isLost } = useConnection()
  const sources = useSources()
  const now = useNow()
  const workedMs = useWorked(now)
  const wrong = troubles(sources.data?.sources ?? [], now)
  const at = watermark ? Date.parse(watermark) : null
  const isLate = at !== null && now - at > LATE_MS

  if (isLost) return <span className={`${css.fresh} ${css.late}`}>No connection</span>
  if (workedMs > SLOW_MS) return <span className={css.fresh}>Still working, {agoText(workedMs)}</span>
  if (at === null) return <span className={css.fresh} />
  const isWarning = partial !== null || isLate || wrong.length > 0
  const first = wrong[0]
  const until = `until ${clockText(at, tz)}`
  const words = partial ? 'partial answer' : first ? `${first.name} ${first.text}${more(wrong.length)}` : until
  return (
    <DialogTrigger>
      <Button className={`${css.fresh} ${css.button} ${isWarning ? css.late : ''}`}>
        <span className="hidden-but-read">Freshness: </span>
        {isWarning ? <Icon name="warn" size={14} /> : <span className={css.long}>complete </span>}
        <span className={css.words}>{words}</span>
        {!isWarning && <span className={css.age}>{agoText(now - at)} ago</span>}
      </Button>
      <Popover className={pop.popover} placement="bottom end">
        <Dialog className={css.panel} aria-label="Freshness">
          <p>
            {partial
              ? sentence(`The answer is partial: ${partial}`)
              : `Everything received before ${clockText(at, tz)} ${zoneText(tz, at)} is in these answers.`}
          </p>
          {isLate && <p>The server has not written anything since. It may be behind, or nothing has come in.</p>}
          {wrong.length > 0 && (
            <ul className={css.list}>
              {wrong.map(({ name, text }) => (
                <li key={name}>
                  <b>{name}</b> {text}
                </li>
              ))}
            </ul>
          )}
          <Link to="/sources" search={(before) => before as never} className={css.link}>
            Sources and their health
          </Link>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

const more = (count: number) => (count > 1 ? ` and ${count - 1} more` : '')

export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** For how long questions have been open without a break. */
function useWorked(now: number): number {
  const isBusy = useIsFetching() > 0
  const since = useRef<number | null>(null)
  if (!isBusy) since.current = null
  else since.current ??= now
  return since.current === null ? 0 : now - since.current
}
