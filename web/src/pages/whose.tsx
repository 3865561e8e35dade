// Whose something kept is, and who may change it: dashboards and reports alike.
import { seesAll, useSession } from '../api/queries'
import { Pill } from '../parts/pill'

type Kept = { mine: boolean; built_in: boolean; shared: boolean; owner: string }

/** A shared one is changed by its owner or an admin, as the server has it; what is not saved yet, by whoever makes it. */
export function useMayChange(): (kept: Kept | undefined) => boolean {
  const session = useSession().data
  const isKeeper = session?.permissions.includes('settings:write') === true && seesAll(session)
  return (kept) => !kept || (!kept.built_in && (kept.mine || (kept.shared && isKeeper)))
}

export function Whose({ of }: { of: Kept | undefined }) {
  if (!of) return null
  if (of.built_in) return <Pill>built in</Pill>
  if (!of.mine) return <Pill>shared by {of.owner}</Pill>
  return of.shared ? <Pill tone="accent">shared</Pill> : <Pill>private</Pill>
}
