// Cards of panel pages that are more than one panel of the server. A card is one entry here; pages name it in their lists.
import { type ComponentType, lazy } from 'react'
import type { Dimension } from '../api/usage'
import type { PanelMoves, Spans } from '../charts/panel'
import type { View } from '../state/view'

/** What a page as a whole is about. */
export type Entity = { dimension: Dimension; name: string }
export type OwnCardProps = { view: View; moves: PanelMoves; spans: Spans; entity?: Entity | undefined }

const card = (pick: (cards: typeof import('./cards')) => ComponentType<OwnCardProps>) =>
  lazy(() => import('./cards').then((cards) => ({ default: pick(cards) })))

export const OWN_CARDS: Record<string, ComponentType<OwnCardProps>> = {
  ':trending': card((cards) => cards.TrendingCard),
  ':freshness': card((cards) => cards.FreshnessCard),
  ':reasons': card((cards) => cards.ReasonsCard),
  ':recent': card((cards) => cards.RecentCard),
  ':directory': card((cards) => cards.DirectoryCard),
  ':quotas': card((cards) => cards.QuotasCard),
}
