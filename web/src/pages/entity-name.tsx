// A consumer, a route, a country by its name: the name opens its page; beside it stand the ways to filter and to its calls.
import type { UsageRow } from '../api/usage'
import type { PanelMoves } from '../charts/panel'
import { Icon } from '../parts/icon'
import { Go } from '../parts/link'
import css from './entity-name.module.css'

type Props = { row: Pick<UsageRow, 'label' | 'detail' | 'filter' | 'known'>; moves: PanelMoves; href: string | null }

export function EntityName({ row, moves, href }: Props) {
  const isOn = moves.isPicked(row.filter)
  const name = row.label || 'none'
  return (
    <span className={css.name}>
      <span className={css.words}>
        {href ? (
          <Go href={href} className={css.link} title={`Open the page of ${name}`}>
            {name}
          </Go>
        ) : (
          <span>{name}</span>
        )}
        {row.detail && (
          <span className={css.detail} title={row.detail}>
            {row.detail}
          </span>
        )}
      </span>
      {row.known === false && (
        <span className={css.unlisted} title="The directory does not list it">
          not listed
        </span>
      )}
      <span className={css.acts}>
        <button
          type="button"
          aria-pressed={isOn}
          aria-label={`Only ${name}`}
          title={isOn ? 'All again' : `Only ${name}`}
          onClick={() => moves.pick(row.filter, false)}
        >
          <Icon name="filter" size={14} />
        </button>
        <button
          type="button"
          aria-label={`Without ${name}`}
          title={`Without ${name}`}
          onClick={() => moves.pick(row.filter, true)}
        >
          <Icon name="minus" size={14} />
        </button>
        <Go href={moves.href(row.filter)} aria-label={`Calls of ${name}`} title="Show these calls">
          <Icon name="right" size={14} />
        </Go>
      </span>
    </span>
  )
}
