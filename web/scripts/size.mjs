// What the first page load costs: every script and style of index.html and what they import, brotli-packed.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const LIMIT_KIB = 260
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const html = readFileSync(join(dist, 'index.html'), 'utf8')
const wanted = new Set([...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((m) => m[1]))
for (const name of wanted) {
  if (!name.endsWith('.js')) continue
  const source = readFileSync(join(dist, name), 'utf8')
  for (const [, file] of source.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) wanted.add(`assets/${file}`)
}
const kib = (name) => brotliCompressSync(readFileSync(join(dist, name))).length / 1024
let total = 0
for (const name of [...wanted].sort()) {
  if (!/\.(js|css)$/.test(name)) continue
  total += kib(name)
  console.log(`${kib(name).toFixed(1).padStart(7)} KiB  ${name}`)
}
const fonts = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.woff2'))
for (const name of fonts)
  console.log(
    `${(readFileSync(join(dist, 'assets', name)).length / 1024).toFixed(1).padStart(7)} KiB  assets/${name} (font, cached)`,
  )
console.log(`first load ${total.toFixed(1)} KiB brotli of ${LIMIT_KIB}`)
if (total > LIMIT_KIB) {
  console.error(`the first load exceeds ${LIMIT_KIB} KiB`)
  process.exitCode = 1
}
