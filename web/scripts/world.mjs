// Writes src/charts/world.json, the outlines of the countries as SVG paths: npm run world. From Natural Earth (public
// domain) by way of world-atlas; what is too small for a shape becomes a dot. The packages are used here and not by the app.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PACKAGES = ['world-atlas@2.0.2', 'topojson-client@3.1.0', 'd3-geo@3.1.1', 'i18n-iso-countries@7.14.0']
const OUT = new URL('../src/charts/world.json', import.meta.url)
const [WIDTH, HEIGHT] = [1000, 480]
/** Points nearer than this are drawn as one; in tenths of a unit. */
const GAP = 6
const ANTARCTICA = '010'
/** Not in ISO 3166; shown as drawn, without a code. */
const KOSOVO = 'XK'

const folder = mkdtempSync(join(tmpdir(), 'gatelog-world-'))
spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...PACKAGES], { stdio: 'inherit' })
const load = createRequire(join(folder, 'node_modules', 'x.js'))
const geo = await import(join(folder, 'node_modules/d3-geo/src/index.js'))
const { feature } = load('topojson-client')
const { numericToAlpha2 } = load('i18n-iso-countries')
const atlas = (size) => {
  const topology = JSON.parse(readFileSync(join(folder, `node_modules/world-atlas/countries-${size}.json`), 'utf8'))
  return feature(topology, topology.objects.countries).features.filter(({ id }) => id !== ANTARCTICA)
}
const codeOf = ({ id, properties }) => (id ? numericToAlpha2(id) : properties.name === 'Kosovo' ? KOSOVO : undefined)

const shapes = atlas('110m')
const projection = geo.geoNaturalEarth1().fitSize([WIDTH, HEIGHT], { type: 'FeatureCollection', features: shapes })
const path = geo.geoPath(projection).digits(1)

/** Relative steps in whole tenths, without points that nobody would miss. */
function small(drawn) {
  return drawn
    .split('M')
    .slice(1)
    .map((ring) => {
      const points = ring
        .replace('Z', '')
        .split('L')
        .map((point) => point.split(',').map((n) => Math.round(n * 10)))
      const kept = [points[0]]
      for (const point of points.slice(1)) {
        const [x, y] = kept.at(-1)
        if (Math.hypot(point[0] - x, point[1] - y) >= GAP) kept.push(point)
      }
      if (kept.length < 3) return ''
      const steps = kept.slice(1).map(([x, y], i) => [x - kept[i][0], y - kept[i][1]].join(' ').replace(' -', '-'))
      return `M${kept[0].join(' ')}l${steps.join(' ').replaceAll(' -', '-')}z`
    })
    .join('')
}
const countries = shapes.map((shape) => ({ code: codeOf(shape) ?? '', path: small(path(shape)) }))
const drawn = new Set(countries.map(({ code }) => code))
const dots = atlas('50m')
  .map((shape) => ({ code: codeOf(shape), at: path.centroid(shape).map((n) => Math.round(n * 10)) }))
  .filter(({ code, at }) => code && !drawn.has(code) && at.every(Number.isFinite))
  .sort((a, b) => a.code.localeCompare(b.code))
countries.sort((a, b) => a.code.localeCompare(b.code))
const lines = (list) => list.map((one) => `    ${JSON.stringify(one)}`).join(',\n')
writeFileSync(
  OUT,
  `{\n  "width": ${WIDTH * 10},\n  "height": ${HEIGHT * 10},\n  "countries": [\n${lines(countries)}\n  ],\n  "dots": [\n${lines(dots)}\n  ]\n}\n`,
)
