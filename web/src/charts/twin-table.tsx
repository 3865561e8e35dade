// The table behind a chart.
import { shownRows, type Twin } from './twin'
import css from './twin.module.css'

export function TwinTable({ twin, title }: { twin: Twin; title: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={css.scroll} tabIndex={0} aria-label={`${title} as a table`}>
      <table className={css.table}>
        <thead>
          <tr>
            {twin.columns.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shownRows(twin).map((row) => (
            <tr key={row[0]}>
              {twin.columns.map(({ label }, i) =>
                i === 0 ? (
                  <th key={label} scope="row">
                    {row[i]}
                  </th>
                ) : (
                  <td key={label}>{row[i]}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
