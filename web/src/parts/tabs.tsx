// Tabs: one of a few views in the same place. Only the chosen one is drawn.
import type { ReactNode } from 'react'
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components'
import css from './tabs.module.css'

export type TabEntry = { id: string; label: string; count?: string; isDisabled?: boolean; body: ReactNode }

type Props = { label: string; tabs: TabEntry[]; value: string; onChange: (id: string) => void }

export function Tabs({ label, tabs, value, onChange }: Props) {
  return (
    <AriaTabs className={css.tabs as string} selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <TabList className={css.list as string} aria-label={label}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className={css.tab as string} isDisabled={tab.isDisabled ?? false}>
            {tab.label}
            {tab.count && <span className={css.count}>{tab.count}</span>}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={css.panel as string}>
          {tab.body}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
