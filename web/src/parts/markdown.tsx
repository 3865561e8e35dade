// Markdown as our own documentation writes it: headings, paragraphs, lists, tables, code. Not a reader of what others write.
import type { ReactNode } from 'react'
import { Code, type Language } from './code'
import { Go } from './link'
import css from './markdown.module.css'

export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'list'; isNumbered: boolean; items: string[] }
  | { kind: 'text'; text: string }

const ITEM = /^(?:[-*]|\d+\.)\s+/
const RULE = /^\|[\s:|-]+\|$/
/** A bar in a cell is written `\|`. */
const cellsOf = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

export function blocksOf(text: string): Block[] {
  // Pictures are for those who read elsewhere: here the page they show is one press away.
  const lines = text.replace(/<!--.*?-->|^!\[[^\n]*/gms, '').split('\n')
  const blocks: Block[] = []
  /** Takes lines as long as they fit. */
  const take = (at: number, fits: (line: string) => boolean) => {
    let end = at
    while (end < lines.length && fits(lines[end] as string)) end++
    return lines.slice(at, end)
  }
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string
    const heading = /^(#{1,4}) (.*)/.exec(line)
    const fence = /^```(\w*)/.exec(line)
    if (!line.trim()) at++
    else if (heading) {
      blocks.push({ kind: 'heading', level: (heading[1] as string).length, text: heading[2] as string })
      at++
    } else if (fence) {
      const body = take(at + 1, (next) => !next.startsWith('```'))
      blocks.push({ kind: 'code', language: fence[1] ?? '', text: body.join('\n') })
      at += body.length + 2
    } else if (line.startsWith('|') && RULE.test(lines[at + 1] ?? '')) {
      const rows = take(at + 2, (next) => next.startsWith('|'))
      blocks.push({ kind: 'table', head: cellsOf(line), rows: rows.map(cellsOf) })
      at += rows.length + 2
    } else if (ITEM.test(line)) {
      const body = take(at, (next) => ITEM.test(next) || /^\s+\S/.test(next))
      const items: string[] = []
      for (const next of body) {
        if (ITEM.test(next)) items.push(next.replace(ITEM, ''))
        else items.push(`${items.pop()} ${next.trim()}`)
      }
      blocks.push({ kind: 'list', isNumbered: /^\d/.test(line), items })
      at += body.length
    } else {
      const body = take(at, (next) => next.trim() !== '' && !/^(```|#{1,4} )/.test(next))
      blocks.push({ kind: 'text', text: body.join(' ') })
      at += Math.max(1, body.length)
    }
  }
  return blocks
}

type HrefOf = (href: string) => string | null
const LANGUAGES: Record<string, Language> = { sh: 'shell', shell: 'shell', json: 'json', yaml: 'yaml', toml: 'toml' }
const idOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s+/g, '-')

export function Markdown({ text, hrefOf }: { text: string; hrefOf: HrefOf }) {
  return (
    <article className={css.article}>
      {blocksOf(text).map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change.
        <Shown key={i} block={block} hrefOf={hrefOf} />
      ))}
    </article>
  )
}

function Shown({ block, hrefOf }: { block: Block; hrefOf: HrefOf }) {
  const inline = (text: string) => inlined(text, hrefOf)
  if (block.kind === 'heading') {
    const Heading = `h${block.level}` as 'h1'
    return <Heading id={idOf(block.text)}>{inline(block.text)}</Heading>
  }
  if (block.kind === 'code')
    return <Code text={block.text} language={LANGUAGES[block.language] ?? 'text'} what="Example" />
  if (block.kind === 'text') return <p>{inline(block.text)}</p>
  if (block.kind === 'list') {
    const List = block.isNumbered ? 'ol' : 'ul'
    return (
      <List>
        {block.items.map((item) => (
          <li key={item}>{inline(item)}</li>
        ))}
      </List>
    )
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={css.table} tabIndex={0} aria-label={`Table: ${block.head.filter(Boolean).join(', ')}`}>
      <table>
        <thead>
          <tr>
            {block.head.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change.
              <th key={i} scope="col">
                {inline(cell) || <span className="hidden-but-read">Name</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change.
            <tr key={i}>
              {row.map((cell, j) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change.
                <td key={j}>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const INLINE = /(``.+?``|`[^`]+`|\*\*[^*]+\*\*|(?<![\w*])\*[^\s*][^*]*\*(?!\w)|\[[^\]]+\]\([^)\s]+\))/

/** One line of it: code, bold, emphasis; a link only where `hrefOf` knows the way. */
export function inlined(text: string, hrefOf: HrefOf = () => null): ReactNode {
  if (!text) return null
  return text.split(INLINE).map((part, i) => {
    const key = `${i} ${part}`
    if (part.startsWith('`')) return <code key={key}>{part.replace(/^`+ ?| ?`+$/g, '')}</code>
    if (part.startsWith('**')) return <b key={key}>{part.slice(2, -2)}</b>
    if (/^\*\w.*\*$/.test(part)) return <i key={key}>{part.slice(1, -1)}</i>
    const [, label, href] = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part) ?? []
    const to = href ? hrefOf(href) : null
    if (!label || !to) return label ?? part
    return to.startsWith('http') ? (
      <a key={key} href={to} target="_blank" rel="noopener noreferrer">
        {label}
      </a>
    ) : (
      <Go key={key} href={to}>
        {label}
      </Go>
    )
  })
}
