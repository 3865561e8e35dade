// Two date-time fields in the zone of the page, typed or stepped by arrows, segment by segment. Loaded when needed.
import { fromAbsolute, type ZonedDateTime } from '@internationalized/date'
import { DateField, DateInput, DateSegment, I18nProvider, Label } from 'react-aria-components'
import type { Span } from '../state/range'
import css from './range-picker.module.css'

export function RangeFields(props: { span: Span; tz: string; onChange: (span: Span) => void }) {
  const { span, tz, onChange } = props
  const field = (label: string, end: keyof Span) => (
    <DateField
      className={css.field}
      granularity="second"
      hourCycle={24}
      hideTimeZone
      shouldForceLeadingZeros
      value={fromAbsolute(Math.floor(span[end] / 1000) * 1000, tz)}
      onChange={(at: ZonedDateTime | null) => at && onChange({ ...span, [end]: at.toDate().getTime() })}
    >
      <Label className={css.label}>{label}</Label>
      <DateInput className={css.segments as string}>
        {(segment) => (
          <DateSegment className={css.segment as string} segment={segment}>
            {({ text }) => text.replace(',', '').replace(/[\u2066-\u2069]/g, '')}
          </DateSegment>
        )}
      </DateInput>
    </DateField>
  )
  // Year, month, day, as everywhere in this app.
  return (
    <I18nProvider locale="en-CA">
      {field('From', 'from')}
      {field('To', 'to')}
    </I18nProvider>
  )
}
