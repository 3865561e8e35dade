// Why one call was refused: whose rule it was, by what one can tell, who called, and what to change so that it passes.

import { Problem } from '../api/client'
import type { Explanation } from '../api/explain'
import { useExplanation } from '../api/explain'
import { agoText } from '../api/sources'
import { Code, type Language } from '../parts/code'
import { Go } from '../parts/link'
import { Pill, type Tone } from '../parts/pill'
import { ErrorState, localized, Skeleton, sentence } from '../parts/state'
import { useNow } from '../shell/freshness'
import { writeSearch } from '../state/search'
import { logsSearch, type View } from '../state/view'
import { instantText, zoneText } from '../state/zone'
import css from './event-explain.module.css'
import { changeOf } from './what-if-change'

const LANGUAGES: Record<string, Language> = { json: 'json', yaml: 'yaml', shell: 'shell', toml: 'toml', conf: 'nginx' }
const TOOLS: Record<string, string> = {
  deck: 'Kong, with decK',
  adc: 'APISIX, with ADC',
  aws: 'AWS CLI',
  nginx: 'NGINX',
}
const CONFIDENCE: Record<Explanation['confidence'], { text: string; tone: Tone; about: string }> = {
  exact: { text: 'certain', tone: 'good', about: 'The rule that held at that time says so.' },
  likely: { text: 'likely', tone: 'warn', about: 'The log points to it; no rule is known that says so.' },
  unknown: { text: 'not known', tone: 'plain', about: 'Neither the log nor the directory tells.' },
}

/** Drawn by the drawer of a refused call, when it is opened. */
export function EventExplain({ id, view }: { id: string; view: View }) {
  const answer = useExplanation(id)
  const isMissing = answer.error instanceof Problem && [403, 404].includes(answer.error.status)
  if (isMissing && !answer.data) return null
  return (
    <section className={css.section} aria-label="Why was this refused?" aria-busy={answer.isPending}>
      <h3 className={css.title}>Why was this refused?</h3>
      {answer.isPending && <Skeleton height={120} />}
      {answer.isError && !answer.data && <ErrorState error={answer.error} onRetry={() => answer.refetch()} compact />}
      {answer.data && <Explained found={answer.data} view={view} />}
    </section>
  )
}

function Explained({ found, view }: { found: Explanation; view: View }) {
  const confidence = CONFIDENCE[found.confidence] ?? CONFIDENCE.unknown
  const change = changeOf(found)
  const tried = { ...logsSearch(view.search, ''), try: change ? JSON.stringify(change) : undefined }
  return (
    <div className={css.body}>
      <p className={css.summary} data-testid="explain-summary">
        {localized(found.summary, view.tz)}{' '}
        <span title={confidence.about}>
          <Pill tone={confidence.tone}>{confidence.text}</Pill>
        </span>
      </p>
      {found.rule && <Rule rule={found.rule} changed={found.changed} view={view} />}
      {found.evidence.length > 0 && (
        <Part title="One can tell by">
          <ul className={css.evidence}>
            {found.evidence.map(({ field, value, means }) => (
              <li key={`${field} ${value}`}>
                <code className={css.fact}>
                  {field}={value}
                </code>
                <span>{means}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Identity identity={found.identity} />
      {found.fixes.length > 0 && (
        <Part title={found.fixes.length === 1 ? 'What to change' : 'What to change, one of these'}>
          {found.fixes.map((fix, i) => (
            <details key={`${fix.tool} ${fix.title}`} className={css.fix} open={i === 0}>
              <summary>{fix.title}</summary>
              <Code
                text={fix.code}
                language={LANGUAGES[fix.language] ?? 'text'}
                title={fix.language === 'shell' && fix.tool !== 'aws' ? 'Shell' : (TOOLS[fix.tool] ?? fix.tool)}
                what="Change"
              />
            </details>
          ))}
        </Part>
      )}
      {change && (
        <p>
          <Go href={`/what-if${writeSearch(tried)}`} className={css.link}>
            Try it on past traffic
          </Go>{' '}
          <span className="quiet">to see whom it would let in.</span>
        </p>
      )}
    </div>
  )
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className={css.part}>
      <h4 className={css.label}>{title}</h4>
      {children}
    </div>
  )
}

type RuleProps = { rule: NonNullable<Explanation['rule']>; changed: Explanation['changed']; view: View }

function Rule({ rule, changed, view }: RuleProps) {
  const now = useNow()
  const { type, name, id, origin } = rule.object
  const at = changed ? Date.parse(changed.when) : 0
  return (
    <div className={css.rule} data-testid="explain-rule">
      <p>
        <span className="quiet">The {type.replaceAll('_', ' ')}</span> <b>{name}</b>
        {id && id !== name && <code className={css.id}>{id}</code>}
      </p>
      <p className={css.text}>{sentence(rule.text)}</p>
      {(origin || changed) && (
        <p className="quiet">
          {origin && (
            <>
              As <b>{origin}</b> says.{' '}
            </>
          )}
          {changed && (
            <span title={`${instantText(at, view.tz).slice(0, 19)} ${zoneText(view.tz, at)}`}>
              So since {agoText(now - at)} ago (version {changed.version}
              {changed.by ? `, brought in by ${changed.by}` : ''}).
            </span>
          )}
        </p>
      )}
    </div>
  )
}

function Identity({ identity }: { identity: Explanation['identity'] }) {
  const { consumer, claimed, groups, plan, key, customer } = identity
  const lines: [string, React.ReactNode][] = []
  if (consumer) lines.push(['Consumer', consumer])
  if (claimed && !consumer) lines.push(['Claimed to be', claimed])
  if (groups)
    lines.push(['Groups', groups.length ? groups.map((group) => <Pill key={group}>{group}</Pill>) : 'in no group'])
  if (plan) lines.push(['Plan', plan])
  if (key) lines.push(['Key', key])
  if (customer) lines.push(['Customer', customer])
  if (lines.length === 0) return null
  return (
    <Part title="Who called, as it was known then">
      <dl className={css.identity}>
        {lines.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Part>
  )
}
