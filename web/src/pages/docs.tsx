// The documentation in the app: the same files as in docs/, each fetched when it is opened.
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Go } from '../parts/link'
import { Markdown } from '../parts/markdown'
import { EmptyState, ErrorState, Skeleton } from '../parts/state'
import { DOCS, docPath } from '../shell/docs'
import css from './docs.module.css'

const FILES = import.meta.glob<string>('../../../docs/*.md', { query: '?raw', import: 'default' })
const fileOf = (id: string) => FILES[`../../../docs/${id}.md`]

export function Docs() {
  const { page = '' } = useParams({ strict: false }) as { page?: string }
  const file = fileOf(page)
  const answer = useQuery({
    queryKey: ['docs', page],
    queryFn: () => file?.() ?? '',
    enabled: file !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className={css.page}>
      <nav className={css.list} aria-label="Documentation">
        {DOCS.map(({ id, label }) => (
          <Go key={id} href={docPath(id)} className={id === page ? css.here : ''} aria-current={id === page && 'page'}>
            {label}
          </Go>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section key={page} className={css.text} tabIndex={0} aria-label="Page">
        {!file && <EmptyState title="There is no such page">The list names those there are.</EmptyState>}
        {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
        {file && answer.isPending && <Skeleton height={400} />}
        {answer.data && <Markdown text={answer.data} hrefOf={hrefOf} />}
      </section>
    </div>
  )
}

/** Links between the files lead to their pages here; what is not here stays text. */
function hrefOf(href: string): string | null {
  const [, id = '', place = ''] = /^(?:docs\/)?([\w-]+)\.md(#.*)?$/.exec(href) ?? []
  if (fileOf(id)) return docPath(id) + place
  return /^(https?:\/\/|#)/.test(href) ? href : null
}
