import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../parts/markdown'
import { DOCS } from '../shell/docs'

const DIR = '../docs'
const textOf = (id: string) => readFileSync(`${DIR}/${id}.md`, 'utf8').replace(/<!--.*?-->/gs, '')

describe('the documentation', () => {
  it('has a file for each page', () => {
    const files = readdirSync(DIR)
    for (const { id } of DOCS) expect(files).toContain(`${id}.md`)
  })

  it.each(DOCS.map(({ id }) => id))('%s is read whole: nothing is lost, nothing stays unread', (id) => {
    const blocks = blocksOf(textOf(id))
    expect(blocks[0]).toMatchObject({ kind: 'heading', level: 1 })
    for (const block of blocks) {
      if (block.kind === 'text') expect(block.text, id).not.toMatch(/^(\||#|```|- )/)
      if (block.kind === 'table')
        for (const row of block.rows) expect(row, `${id}: ${row[0]}`).toHaveLength(block.head.length)
    }
    const words = (text: string) => text.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 3).length
    const said = blocks.map((block) =>
      block.kind === 'table'
        ? [block.head, ...block.rows].flat().join(' ')
        : block.kind === 'list'
          ? block.items.join(' ')
          : block.text,
    )
    const fences = textOf(id).match(/^```\w{4,}/gm)?.length ?? 0
    // Pictures are not shown here.
    const written = textOf(id).replace(/^!\[.*$/gm, '')
    expect(words(said.join('\n'))).toBe(words(written) - fences)
  })
})
