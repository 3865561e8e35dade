// Text for machines, to read and to copy: JSON with its parts told apart, shell and configuration with their comments.
import { Fragment } from 'react'
import { IconButton } from './button'
import css from './code.module.css'
import { copyText } from './toast'

export type Language = 'json' | 'shell' | 'yaml' | 'toml' | 'nginx' | 'text'

type Props = {
  text: string
  language?: Language
  /** A heading: a file name, or where to put it. */
  title?: string
  /** What the notice says was copied. */
  what?: string
  wraps?: boolean
  label?: string
}

export function Code({ text, language = 'text', title, what = 'Text', wraps, label }: Props) {
  const copy = <IconButton icon="copy" label={`Copy ${what.toLowerCase()}`} onPress={() => copyText(text, what)} />
  return (
    <div className={css.code}>
      {title ? (
        <div className={css.head}>
          {title}
          <span>{copy}</span>
        </div>
      ) : (
        <span className={css.float}>{copy}</span>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className={css.scroll} tabIndex={0} aria-label={label ?? title ?? what}>
        <pre className={`${css.text} ${wraps ? css.wraps : ''}`}>{painted(text, language)}</pre>
      </section>
    </div>
  )
}

const JSON_PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\b(?:true|false|null)\b/g
const COMMENT = /(?:^|\s)#.*$/gm

/** Long texts stay plain: colours are not worth a slow page. */
const PAINTED_CHARS_MAX = 60_000

export type Piece = { text: string; kind: 'key' | 'string' | 'number' | 'word' | 'note' | '' }

export function pieces(text: string, language: Language): Piece[] {
  if (language === 'text' || text.length > PAINTED_CHARS_MAX) return [{ text, kind: '' }]
  const found: Piece[] = []
  let at = 0
  const add = (from: number, part: string, kind: Piece['kind']) => {
    if (from > at) found.push({ text: text.slice(at, from), kind: '' })
    found.push({ text: part, kind })
    at = from + part.length
  }
  for (const match of text.matchAll(language === 'json' ? JSON_PARTS : COMMENT)) {
    const [whole, quoted, colon] = match
    if (language !== 'json') add(match.index, whole, 'note')
    else if (quoted) add(match.index, quoted, colon ? 'key' : 'string')
    else add(match.index, whole, /^[-\d]/.test(whole) ? 'number' : 'word')
  }
  if (at < text.length) found.push({ text: text.slice(at), kind: '' })
  return found
}

function painted(text: string, language: Language) {
  return pieces(text, language).map((piece, i) =>
    piece.kind ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces are only replaced as a whole.
      <span key={i} className={piece.kind}>
        {piece.text}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above.
      <Fragment key={i}>{piece.text}</Fragment>
    ),
  )
}
