// Ask again now, or every so often while the range ends now. One clock renews all answers of the page together.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Menu as AriaMenu, Button, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { useConnection } from '../api/connection'
import { isLiveQuery } from '../api/queries'
import { IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { REFRESH_DEFAULT, REFRESHES } from '../state/refresh'
import type { View } from '../state/view'
import css from './refresh-control.module.css'

export function useAutoRefresh(view: View) {
  const client = useQueryClient()
  const { isLost } = useConnection()
  const { refreshMs } = view
  useEffect(() => {
    if (!refreshMs || isLost) return
    const timer = setInterval(() => {
      // A slow server is not asked again before it has answered, and nobody looks at a hidden page.
      if (document.hidden || client.isFetching({ predicate: isLiveQuery }) > 0) return
      client.invalidateQueries({ predicate: isLiveQuery })
    }, refreshMs)
    return () => clearInterval(timer)
  }, [client, refreshMs, isLost])
}

export function RefreshControl({ view, onRefresh }: { view: View; onRefresh: () => void }) {
  const id = view.search.refresh ?? REFRESH_DEFAULT
  const isOff = !view.refreshMs
  const note = view.live ? undefined : 'The range is over: nothing new comes into it'
  return (
    <div className={css.control}>
      <IconButton icon="refresh" label="Refresh" hint="r" onPress={onRefresh} />
      <MenuTrigger>
        <Button className={css.every} aria-label={`Refresh by itself: ${isOff ? 'off' : id}`}>
          {isOff ? 'Off' : id}
          <Icon name="chevron" size={14} />
        </Button>
        <Popover className={pop.popover} placement="bottom end">
          <AriaMenu
            className={pop.list}
            aria-label="Refresh by itself"
            selectionMode="single"
            selectedKeys={[view.live ? id : 'off']}
            disabledKeys={view.live ? [] : REFRESHES.map((choice) => choice.id)}
            onAction={(key) => view.set({ refresh: key === REFRESH_DEFAULT ? undefined : String(key) })}
          >
            {REFRESHES.map((choice) => (
              <MenuItem key={choice.id} id={choice.id} className={pop.item as string} textValue={choice.label}>
                {choice.label}
              </MenuItem>
            ))}
          </AriaMenu>
          {note && <p className={css.note}>{note}</p>}
        </Popover>
      </MenuTrigger>
    </div>
  )
}
