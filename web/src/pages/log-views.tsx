// Saved views: the address of the page under a name, one's own or everyone's; the starred one is where the page starts.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { getJson, Problem, sendJson } from '../api/client'
import { Button, IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { TextField } from '../parts/field'
import { Icon } from '../parts/icon'
import { Menu } from '../parts/menu'
import { Pill } from '../parts/pill'
import pop from '../parts/popover.module.css'
import { sentence } from '../parts/state'
import { toast } from '../parts/toast'
import { joined, termsOf, withTerm } from '../state/filter'
import { keptSearch, parseSearch, type Search, validSearch } from '../state/search'
import type { View } from '../state/view'
import css from './log-views.module.css'

export type SavedView = {
  id: string
  name: string
  page: string
  search: string
  shared: boolean
  default: boolean
  mine: boolean
  owner: string
}
type Draft = Pick<SavedView, 'name' | 'search' | 'shared' | 'default'>

/** A view as the address has it, with the pinned terms of before. */
export function openedSearch(search: string, before: Search): Search {
  const next = validSearch(parseSearch(search))
  const known = new Set(termsOf(next.filter ?? '').map((term) => term.raw))
  const pinned = termsOf(before.pins ?? '').filter((term) => !known.has(term.raw))
  const filter = withTerm(next.filter ?? '', joined(pinned))
  return validSearch({ ...next, filter: filter || undefined, pins: before.pins })
}

function useViews(page: string) {
  const client = useQueryClient()
  const answer = useQuery({
    queryKey: ['/views', page],
    queryFn: ({ signal }) => getJson<{ views: SavedView[] }>('/views', { page }, signal),
    staleTime: 60_000,
  })
  const change = async (method: 'POST' | 'PUT' | 'DELETE', path: string, draft?: Draft) => {
    try {
      await sendJson(method, `/views${path}`, draft && { ...draft, page })
      await client.invalidateQueries({ queryKey: ['/views'] })
      return true
    } catch (error) {
      toast(sentence(error instanceof Problem ? error.detail || error.title : String(error)))
      return false
    }
  }
  const draftOf = ({ name, search, shared, default: isDefault }: SavedView): Draft => ({
    name,
    search,
    shared,
    default: isDefault,
  })
  return {
    views: answer.data?.views ?? [],
    isLoaded: answer.data !== undefined,
    save: (draft: Draft) => change('POST', '', draft),
    update: (view: SavedView, patch: Partial<Draft>) => change('PUT', `/${view.id}`, { ...draftOf(view), ...patch }),
    remove: (view: SavedView) => change('DELETE', `/${view.id}`),
  }
}

/** The page without anything in its address starts with the starred view. */
function useDefault(
  page: { views: SavedView[]; isLoaded: boolean },
  view: View,
  open: (view: SavedView, replace: boolean) => void,
) {
  const isBare = useRef(Object.keys(view.search).length === 0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the views are known.
  useEffect(() => {
    if (!isBare.current || !page.isLoaded) return
    isBare.current = false
    const first = page.views.find((v) => v.default)
    if (first && Object.keys(view.search).length === 0) open(first, true)
  }, [page.isLoaded])
}

export function SavedViews({ page, view }: { page: string; view: View }) {
  const saved = useViews(page)
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const [last, setLast] = useState<string | null>(null)
  const go = (chosen: SavedView, replace = false) => {
    setLast(chosen.id)
    setOpen(false)
    navigate({ to: '.', search: openedSearch(chosen.search, view.search) as never, replace })
  }
  useDefault(saved, view, go)
  const now = keptSearch(view.search)
  const here = saved.views.find((v) => keptSearch(parseSearch(v.search) as Search) === now && now !== '')
  const changed = here ? undefined : saved.views.find((v) => v.id === last)
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <AriaButton className={`${pop.trigger} ${css.trigger}`}>
        <Icon name="star" />
        <b>{here?.name ?? (changed ? `${changed.name}, changed` : 'Views')}</b>
        <Icon name="chevron" size={14} />
      </AriaButton>
      <Popover className={pop.popover} placement="bottom end">
        <Dialog className={css.panel} aria-label="Saved views">
          {saved.views.length === 0 && (
            <p className={css.none}>
              No view is saved yet. A view keeps range, filter, columns and all else of the address.
            </p>
          )}
          <ul className={css.list}>
            {saved.views.map((v) => (
              <li key={v.id} className={v === here ? css.here : ''}>
                <IconButton
                  icon="star"
                  label={v.default ? `Do not start with ${v.name}` : `Start with ${v.name}`}
                  pressed={v.default}
                  onPress={() => saved.update(v, { default: !v.default })}
                />
                <button type="button" className={css.name} onClick={() => go(v)}>
                  {v.name}
                </button>
                {v.shared && <Pill>{v.mine ? 'shared' : v.owner}</Pill>}
                <ViewMenu saved={saved} view={v} now={now} />
              </li>
            ))}
          </ul>
          <SaveForm saved={saved} now={now} onSaved={() => setOpen(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

type Saved = ReturnType<typeof useViews>

function ViewMenu({ saved, view, now }: { saved: Saved; view: SavedView; now: string }) {
  return (
    <Menu
      label={`View ${view.name}`}
      trigger={<IconButton icon="more" label={`More about ${view.name}`} />}
      entries={[
        {
          id: 'update',
          label: 'Keep what is on screen',
          icon: 'check',
          run: () => saved.update(view, { search: now }),
        },
        {
          id: 'share',
          label: view.shared ? 'Make private' : 'Share with everyone',
          icon: 'globe',
          run: () => saved.update(view, { shared: !view.shared }),
        },
        { id: 'remove', label: 'Delete', icon: 'close', isDanger: true, isApart: true, run: () => saved.remove(view) },
      ]}
    />
  )
}

function SaveForm({ saved, now, onSaved }: { saved: Saved; now: string; onSaved: () => void }) {
  const [name, setName] = useState('')
  const [isShared, setShared] = useState(false)
  const [isDefault, setDefault] = useState(false)
  const [isBusy, setBusy] = useState(false)
  return (
    <form
      className={css.form}
      onSubmit={async (event) => {
        event.preventDefault()
        setBusy(true)
        const isSaved = await saved.save({ name: name.trim(), search: now, shared: isShared, default: isDefault })
        setBusy(false)
        if (!isSaved) return
        toast(`View “${name.trim()}” saved`)
        onSaved()
      }}
    >
      <TextField
        label="Save what is on screen as"
        value={name}
        onChange={setName}
        placeholder="Denied calls of partners"
      />
      <Checkbox isSelected={isShared} onChange={setShared}>
        Share with everyone
      </Checkbox>
      <Checkbox isSelected={isDefault} onChange={setDefault}>
        Start with it
      </Checkbox>
      <Button type="submit" kind="primary" isDisabled={!name.trim()} isPending={isBusy}>
        Save view
      </Button>
    </form>
  )
}
