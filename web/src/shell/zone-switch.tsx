// One switch for the zone of every time on the page; URLs and the API hold UTC.
import { useState } from 'react'
import {
  Autocomplete,
  Button,
  Dialog,
  DialogTrigger,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
} from 'react-aria-components'
import { Icon } from '../parts/icon'
import pop from '../parts/popover.module.css'
import { rememberZone, type View } from '../state/view'
import { browserZone, offsetText } from '../state/zone'
import css from './zone-switch.module.css'

const contains = (text: string, typed: string) => text.toLowerCase().includes(typed.toLowerCase().replace(/ /g, '_'))

export function ZoneSwitch({ view }: { view: View }) {
  const [isOpen, setOpen] = useState(false)
  const now = Date.now()
  const own = browserZone()
  const first = own === 'UTC' ? ['UTC'] : ['UTC', own]
  const zones = [...first, ...Intl.supportedValuesOf('timeZone').filter((zone) => !first.includes(zone))]
  const pick = (zone: string) => {
    rememberZone(zone)
    setOpen(false)
    view.set({ tz: zone })
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className={pop.trigger} aria-label={`Time zone ${view.tz}`}>
        <Icon name="globe" />
        <b>{view.tz}</b>
      </Button>
      <Popover className={pop.popover} placement="bottom start">
        <Dialog className={css.panel} aria-label="Time zone">
          <Autocomplete filter={contains}>
            <SearchField className={css.top} aria-label="Search zones" autoFocus>
              <Input className={css.search} placeholder="Berlin, Tokyo, UTC" />
            </SearchField>
            <ListBox
              className={pop.flat}
              aria-label="Zones"
              selectionMode="single"
              selectedKeys={[view.tz]}
              disallowEmptySelection
              onSelectionChange={(keys) => pick(String([...keys][0]))}
              renderEmptyState={() => <p className={css.none}>No zone has this name</p>}
            >
              {zones.map((zone) => (
                <ListBoxItem key={zone} id={zone} className={pop.item as string} textValue={zone}>
                  {zone}
                  <span className={pop.end}>
                    {zone === own
                      ? `this browser, ${offsetText(zone, now)}`
                      : zone === 'UTC'
                        ? ''
                        : offsetText(zone, now)}
                  </span>
                </ListBoxItem>
              ))}
            </ListBox>
          </Autocomplete>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
