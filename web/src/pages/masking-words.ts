// A masking rule in words.
import type { MaskRule } from '../api/masks'

export const WHATS: { id: MaskRule['what']; label: string; of: string; hint: string }[] = [
  { id: 'field', label: 'Field', of: 'Field', hint: 'A rule for ip acts on X-Forwarded-For and its like as well.' },
  { id: 'header', label: 'Header', of: 'Name', hint: 'Of requests and responses, in any case.' },
  { id: 'query', label: 'Parameter', of: 'Name', hint: 'In queries, also of addresses in the Referer and in headers.' },
  { id: 'member', label: 'JSON', of: 'Name', hint: 'A member of custom fields and bodies, at any depth.' },
  {
    id: 'pattern',
    label: 'Pattern',
    of: 'Regular expression',
    hint: 'Found in every text of an event, for example EMP-\\d{6}',
  },
]

export const HOWS: { id: MaskRule['how']; label: string }[] = [
  { id: 'remove', label: 'Remove' },
  { id: 'replace', label: 'Replace' },
  { id: 'hash', label: 'Hash' },
  { id: 'truncate', label: 'Truncate IP' },
]

/** What it looks for. */
export function foundText({ what, of }: MaskRule): string {
  return `${WHATS.find(({ id }) => id === what)?.label.toLowerCase() ?? what} ${of}`
}

/** What it does. */
export function howText(rule: MaskRule): string {
  if (rule.how === 'replace') return `becomes ${rule.with || '***'}`
  if (rule.how === 'hash') return 'becomes its keyed hash'
  return rule.how === 'remove' ? 'is removed' : 'is cut to /24 or /48'
}

/** Which events it is for. */
export function scopeText({ gateway, environment, source }: MaskRule): string {
  const parts = Object.entries({ gateway, environment, source }).flatMap(([name, text]) =>
    text ? [`${name} ${text}`] : [],
  )
  return parts.length > 0 ? parts.join(', ') : 'everywhere'
}
