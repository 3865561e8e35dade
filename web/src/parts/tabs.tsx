// Tabs: one of a few views in the same place. Only the chosen one is drawn.
import { type ReactNode, useEffect, useRef } from 'react'
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components'
import css from './tabs.module.css'

export type TabEntry = { id: string; label: string; count?: string; isDisabled?: boolean; body: ReactNode }

type Props = { label: string; tabs: TabEntry[]; value: string; onChange: (id: string) => void }

export function Tabs({ label, tabs, value, onChange }: Props) {
  const list = useRef<HTMLDivElement>(null)
  // The chosen one of many may lie outside a narrow screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab changes with the value.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const chosen = list.current?.querySelector<HTMLElement>('[aria-selected=true]')
      if (list.current && chosen) list.current.scrollLeft = chosen.offsetLeft - list.current.clientWidth / 2
    })
    return () => cancelAnimationFrame(frame)
  }, [value])
  return (
    <AriaTabs className={css.tabs as string} selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <TabList ref={list} className={css.list as string} aria-label={label}>
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
