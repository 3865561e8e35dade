// The cards of our own, one part of the app that is loaded when a page has one of them.
export { DirectoryCard } from './directory-card'
export { FreshnessCard } from './freshness-card'
export { ReasonsCard } from './reasons-card'
export { RecentCard } from './recent-card'
export { TrendingCard } from './trending-card'
export { QuotasCard } from './usage-quotas'
