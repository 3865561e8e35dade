import { expect, it } from 'vitest'
import { type Language, pieces } from './code'

const kinds = (text: string, language: Language) =>
  pieces(text, language)
    .filter((piece) => piece.kind)
    .map((piece) => `${piece.kind} ${piece.text.trim()}`)

it('tells the parts of JSON apart, names from texts, and texts with quotes in them', () => {
  expect(kinds('{"status": 403, "ok": false, "why": "a \\"key\\": 1", "ms": -1.5e3}', 'json')).toEqual([
    'key "status"',
    'number 403',
    'key "ok"',
    'word false',
    'key "why"',
    'string "a \\"key\\": 1"',
    'key "ms"',
    'number -1.5e3',
  ])
})

it('finds comments of shell and configuration, but no # inside a word', () => {
  expect(kinds('# one\ncurl http://a/#b  # two\n', 'shell')).toEqual(['note # one', 'note # two'])
})

it.each(['json', 'shell', 'text'] as const)('loses no character of a text read as %s', (language) => {
  for (const text of ['', '{', '"open', '\\"', '# x', '{"a":[1,"2",null]}\n', 'é "ü": 1', 'x'.repeat(70_000)]) {
    const joined = pieces(text, language)
      .map((piece) => piece.text)
      .join('')
    expect(joined).toBe(text)
  }
})
