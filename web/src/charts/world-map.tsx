// The world, each country the darker the more. The list beside it says the same in words and is used by keyboard.
import { useMemo, useState } from 'react'
import { exactText, percentText } from '../state/numbers'
import heat from './heat.module.css'
import { STEPS, stepOf } from './heat-paths'
import world from './world.json'
import css from './world-map.module.css'

export type Land = { code: string; label: string; value: number; share: number }

type Props = {
  title: string
  lands: Land[]
  isPicked: (code: string) => boolean
  onPick: (code: string, excludes: boolean) => void
}

/** Steps by factors: one country often has most of the calls, and the others would all look empty. */
export function landSteps(lands: Land[]): number[] {
  const most = Math.max(1, ...lands.map((land) => land.value))
  const factor = most ** (1 / (STEPS - 1))
  return Array.from({ length: STEPS }, (_, i) => (i === 0 ? 0 : Math.max(i, Math.ceil(factor ** (i - 1)))))
}

/** The sentence a screen reader hears for the whole map. */
export function landSentence(title: string, lands: Land[]): string {
  const most = lands.toSorted((a, b) => b.value - a.value).slice(0, 5)
  if (most.length === 0) return `${title}: no country is known.`
  const words = most.map((land) => `${land.label} ${exactText(land.value)}, ${percentText(land.share)}`)
  return `${title}: ${lands.length} ${lands.length === 1 ? 'country' : 'countries'}. ${words.join('; ')}.`
}

const DOT = 44

export default function WorldMap({ title, lands, isPicked, onPick }: Props) {
  const [tip, setTip] = useState<{ land: Land; x: number; y: number } | null>(null)
  const byCode = useMemo(() => new Map(lands.map((land) => [land.code, land])), [lands])
  const steps = useMemo(() => landSteps(lands), [lands])
  const lookOf = (code: string) => {
    const step = stepOf(byCode.get(code)?.value ?? null, steps)
    return `${css.land} ${step > 0 ? heat[`step${step}`] : css.bare} ${isPicked(code) ? css.picked : ''}`
  }
  const codeOf = (event: React.MouseEvent) => (event.target as Element).getAttribute('data-code') ?? ''
  return (
    <div className={`${heat.heat} ${css.map}`}>
      <div className={css.plot}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list beside the map does the same by keyboard. */}
        <svg
          viewBox={`0 0 ${world.width} ${world.height}`}
          role="img"
          aria-label={landSentence(title, lands)}
          onClick={(event) => byCode.has(codeOf(event)) && onPick(codeOf(event), event.altKey)}
          onPointerMove={(event) => {
            const land = byCode.get(codeOf(event))
            const box = event.currentTarget.getBoundingClientRect()
            setTip(land ? { land, x: event.clientX - box.left, y: event.clientY - box.top } : null)
          }}
          onPointerLeave={() => setTip(null)}
        >
          {world.countries.map(({ code, path }) => (
            <path key={code + path.slice(0, 12)} d={path} data-code={code} className={lookOf(code)} />
          ))}
          {world.dots
            .filter(({ code }) => byCode.has(code))
            .map(({ code, at: [x, y] }) => (
              <circle key={code} cx={x} cy={y} r={DOT} data-code={code} className={lookOf(code)} />
            ))}
        </svg>
        {tip && (
          <div className={css.tip} style={{ left: tip.x + 12, top: tip.y + 12 }} aria-hidden="true">
            <b>{tip.land.label}</b> {exactText(tip.land.value)} calls, {percentText(tip.land.share)}
          </div>
        )}
      </div>
      <ul className={heat.key} aria-label="Shades">
        {steps.slice(1).map((from, i) => (
          <li key={from}>
            <i className={`mark ${heat[`step${i + 1}`]}`} />
            {exactText(from)}
          </li>
        ))}
      </ul>
    </div>
  )
}
