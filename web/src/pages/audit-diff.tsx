// What changed, before beside after, and what was asked.
import type { TrailEvent } from '../api/trail'
import { Code } from '../parts/code'
import { exactText } from '../state/numbers'
import css from './audit.module.css'
import { hasSides, LINES_MAX, type Line, linesOf } from './audit-lines'

const SIGNS = { added: '+', removed: '−', changed: '~' }

export function AuditDiff({ event }: { event: TrailEvent }) {
  const lines = linesOf(event.diff, event)
  return (
    <section aria-label="What changed" className={css.part}>
      {lines.length > 0 && <Lines lines={lines} />}
      {lines.length === 0 && <p className="quiet">{whyNone(event)}</p>}
      {hasSides(event) && (
        <details className={css.whole}>
          <summary>All of it, before and after</summary>
          <div className={css.sides}>
            <Side title="Before" value={event.before} />
            <Side title="After" value={event.after} />
          </div>
        </details>
      )}
      {event.request !== null && event.request !== undefined && (
        <details className={css.whole} open={lines.length === 0}>
          <summary>What was asked</summary>
          <Code text={JSON.stringify(event.request, null, 2)} language="json" what="Request" wraps />
        </details>
      )}
    </section>
  )
}

function whyNone({ verb, outcome, before, after }: TrailEvent): string {
  if (outcome !== 'success') return 'Nothing is known to have changed: it did not succeed.'
  if (['read', 'export', 'sign_in', 'sign_out', 'run'].includes(verb)) return 'It changed nothing.'
  const isKnown = (before ?? after ?? null) !== null
  return isKnown ? 'It was the same before.' : 'What it was before is not kept.'
}

function Lines({ lines }: { lines: Line[] }) {
  const shown = lines.slice(0, LINES_MAX)
  return (
    <>
      <table className={css.diff}>
        <caption className="hidden-but-read">What changed</caption>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ path, kind, before, after }) => (
            <tr key={`${path} ${before} ${after}`} data-kind={kind}>
              <th scope="row">
                <span className={css.sign} role="img" aria-label={kind}>
                  {SIGNS[kind]}
                </span>
                {path}
              </th>
              <td data-label="Before">{before ? <del>{before}</del> : <span className="quiet">–</span>}</td>
              <td data-label="After">{after ? <ins>{after}</ins> : <span className="quiet">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.length > LINES_MAX && (
        <p className="quiet">{exactText(lines.length - LINES_MAX)} further values are in the raw record.</p>
      )}
    </>
  )
}

function Side({ title, value }: { title: string; value: unknown }) {
  const isNothing = value === null || value === undefined
  return (
    <div>
      {isNothing ? (
        <p className="quiet">{title}: nothing</p>
      ) : (
        <Code title={title} text={JSON.stringify(value, null, 2)} language="json" what={title} wraps />
      )}
    </div>
  )
}
