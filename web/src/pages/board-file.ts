// A dashboard as a file: what is exported can be imported, here or on another server.
import { type BoardText, textOf } from '../api/boards'

export function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `gatelog-dashboard-${plain || 'unnamed'}.json`
}

export function exportBoard(board: BoardText) {
  const text = `${JSON.stringify(textOf(board), null, 2)}\n`
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = fileName(board.name)
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** What a file says, or why it is no dashboard; what is in it, the server judges. */
export function readBoard(text: string): BoardText | string {
  try {
    const found = JSON.parse(text) as Partial<BoardText> | null
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return 'This is no dashboard'
    if (typeof found.name !== 'string') return 'A dashboard has a name, and this has none'
    const { name, about = '', shared = false, controls = [], items = [] } = found
    if (!Array.isArray(items) || !Array.isArray(controls)) return 'Its items and its controls are lists'
    return { name, about, shared, controls, items }
  } catch (cause) {
    return `This is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}
