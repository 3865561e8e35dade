// Writes src/api/generated.ts, the shapes of the answers, from the server's OpenAPI: npm run gen [-- address or file].
// openapi-typescript needs TypeScript 5 beside it, so it runs from its own cache and not from our dependencies.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const from = process.argv[2] ?? 'http://127.0.0.1:7080/api/v1/openapi.json'
const OUT = 'src/api/generated.ts'
const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].flatMap((name) => ['--package', name])
const done = spawnSync('npm', ['exec', '--yes', ...packages, '--', 'openapi-typescript', from, '-o', OUT], {
  stdio: 'inherit',
})
process.exitCode = done.status ?? 1
if (done.status === 0) {
  // Paths and operations are not used; the door in client.ts takes a path and the shape of its answer.
  const [shapes] = /^export interface components \{[\s\S]*?\n\}\n/m.exec(readFileSync(OUT, 'utf8')) ?? []
  if (!shapes) throw new Error('the OpenAPI names no shapes')
  writeFileSync(OUT, `// Written by npm run gen from /api/v1/openapi.json. Do not edit.\n${shapes}`)
}
