// Writes src/api/generated.ts from the server's OpenAPI: npm run gen [address or file].
// openapi-typescript needs TypeScript 5 beside it, so it runs from its own cache and not from our dependencies.
import { spawnSync } from 'node:child_process'

const from = process.argv[2] ?? 'http://127.0.0.1:7080/api/v1/openapi.json'
const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].flatMap((name) => ['--package', name])
const done = spawnSync(
  'npm',
  ['exec', '--yes', ...packages, '--', 'openapi-typescript', from, '-o', 'src/api/generated.ts'],
  { stdio: 'inherit' },
)
process.exitCode = done.status ?? 1
