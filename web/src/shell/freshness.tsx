// Until when the answers are complete, and what is missing from them.
import { useEffect, useState } from 'react'
import { useFreshness } from '../api/freshness'
import { Hint } from '../parts/button'
import { sentence } from '../parts/state'
import { clockText, zoneText } from '../state/zone'
import css from './bar.module.css'

const LATE_MS = 120_000

export function Freshness({ tz }: { tz: string }) {
  const { watermark, partial, isLost } = useFreshness()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (isLost) return <span className={`${css.fresh} ${css.late}`}>Connection lost, trying again</span>
  if (!watermark) return <span className={css.fresh} />
  const at = Date.parse(watermark)
  const age = Math.max(0, Math.round((now - at) / 1000))
  const tone = partial ? css.late : now - at > LATE_MS ? css.late : ''
  const text = partial
    ? sentence(`The answer is partial: ${partial}`)
    : `Everything received before ${clockText(at, tz)} ${zoneText(tz, at)} is in these answers.`
  return (
    <span className={`${css.fresh} ${tone}`}>
      <Hint text={text}>
        {partial ? (
          'partial answer'
        ) : (
          <>
            <span className={css.long}>complete </span>until {clockText(at, tz)}
          </>
        )}
      </Hint>
      {!partial && <span className={css.age}>{age < 60 ? `${age} s ago` : `${Math.round(age / 60)} min ago`}</span>}
    </span>
  )
}
