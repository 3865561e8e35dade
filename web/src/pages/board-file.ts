// A dashboard as a file: what is exported can be imported, here or on another server.
import { type BoardText, textOf } from '../api/boards'
import { giveFile, plainName } from '../parts/file'

export const fileName = (name: string) => `gatelog-dashboard-${plainName(name)}.json`

export const exportBoard = (board: BoardText) =>
  giveFile(fileName(board.name), `${JSON.stringify(textOf(board), null, 2)}\n`, 'application/json')

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
