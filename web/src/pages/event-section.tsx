import { IconButton } from '../parts/button'
import { Pill } from '../parts/status'
import { copyText } from '../parts/toast'
import { excludes, includes } from '../state/filter'
import type { Section } from './event-fields'
import css from './event-section.module.css'

type Props = {
  section: Section
  filter: string
  onFilter: (field: string, value: string, excludes: boolean) => void
}

/** Name and value lines; a value that the filter language knows has its filter buttons beside it. */
export function EventSection({ section, filter, onFilter }: Props) {
  return (
    <section className={css.section}>
      <h3 className={css.title}>{section.title}</h3>
      <dl>
        {section.fields.map(({ label, text, field, value, isMasked }) => (
          <div key={label + text} className={css.row}>
            <dt>{label}</dt>
            <dd>
              <span className={css.text}>{text}</span>
              {isMasked && <Pill>masked</Pill>}
              <span className={css.acts}>
                {field && value !== undefined && (
                  <>
                    <IconButton
                      icon="plus"
                      label={`Only ${text}`}
                      pressed={includes(filter, field, value)}
                      onPress={() => onFilter(field, value, false)}
                    />
                    <IconButton
                      icon="minus"
                      label={`Not ${text}`}
                      pressed={excludes(filter, field, value)}
                      onPress={() => onFilter(field, value, true)}
                    />
                  </>
                )}
                <IconButton icon="copy" label={`Copy ${text}`} onPress={() => copyText(text, label)} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
