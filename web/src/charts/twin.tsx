// The table behind a chart.
import type { Twin } from './series'
import css from './twin.module.css'

export function TwinTable({ twin, title, height }: { twin: Twin; title: string; height: number }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={css.scroll} style={{ height }} tabIndex={0} aria-label={`${title} as a table`}>
      <table className={css.table}>
        <thead>
          <tr>
            {twin.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {twin.rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, i) =>
                i === 0 ? (
                  <th key={twin.head[i]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={twin.head[i]}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
