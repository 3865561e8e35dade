// What is pressed, typed into and chosen from.
import { type ReactNode, useState } from 'react'
import { Button, Hint, IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Segmented, Switch } from '../parts/choice'
import { Combobox } from '../parts/combobox'
import { Dialog } from '../parts/dialog'
import { TextField } from '../parts/field'
import { ICONS, Icon, type IconName } from '../parts/icon'
import { Menu, Select } from '../parts/menu'
import { Pill } from '../parts/pill'
import { Status, StatusMark } from '../parts/status'
import { Tabs } from '../parts/tabs'
import { ToastBody, toast } from '../parts/toast'
import type { Shown } from './parts'

/** A part whose value is kept by the page that uses it. */
function Held<T>({ first, children }: { first: T; children: (value: T, set: (value: T) => void) => ReactNode }) {
  const [value, set] = useState(first)
  return <>{children(value, set)}</>
}
const none = () => {}
const ROUTES = ['/api/orders', '/api/orders/{id}', '/api/users', '/api/users/{id}', '/limited/report'].map(
  (label, i) => ({ id: label, label, end: String(1082 - i * 217) }),
)
const dialog = (kind: 'dialog' | 'sheet', size: 'm' | 'l' = 'm') => (
  <Held first={false}>
    {(isOpen, set) => (
      <>
        <Button data-open={kind + size} onPress={() => set(true)}>
          Open
        </Button>
        <Dialog
          title="Save this view"
          kind={kind}
          size={size}
          isOpen={isOpen}
          onClose={() => set(false)}
          footer={
            <>
              <Button onPress={() => set(false)}>Cancel</Button>
              <Button kind="primary" onPress={() => set(false)}>
                Save
              </Button>
            </>
          }
        >
          <div style={{ padding: '4px 20px 20px' }}>
            <TextField label="Name" value="Denied calls of partners" onChange={none} />
          </div>
        </Dialog>
      </>
    )}
  </Held>
)

export const controls: Shown[] = [
  {
    part: 'Button',
    states: {
      plain: <Button>Refresh</Button>,
      'with icon': <Button icon="filter">Filters</Button>,
      primary: (
        <Button icon="download" kind="primary">
          Export
        </Button>
      ),
      quiet: <Button kind="quiet">120 new</Button>,
      danger: <Button kind="danger">Delete</Button>,
      pressed: (
        <Button icon="compare" pressed>
          Compare
        </Button>
      ),
      waiting: (
        <Button kind="primary" isPending>
          Saving
        </Button>
      ),
      disabled: <Button isDisabled>Save</Button>,
      icon: <IconButton icon="copy" label="Copy" hint="c" />,
      'icon, pressed': <IconButton icon="table" label="View as table" pressed />,
      'icon, disabled': <IconButton icon="left" label="Before" isDisabled />,
      hint: <Hint text="Calls answered with 2xx, out of all calls.">Success rate</Hint>,
    },
  },
  {
    part: 'Pill',
    states: {
      plain: <Pill>masked</Pill>,
      accent: <Pill tone="accent">new</Pill>,
      denied: <Pill tone="denied">Invalid credentials</Pill>,
      good: <Pill tone="good">Granted</Pill>,
      warn: <Pill tone="warn">Sample data</Pill>,
      bad: <Pill tone="bad">5xx</Pill>,
      chosen: (
        <Pill tone="accent" onPress={none} onRemove={none}>
          consumer is mobile-app
        </Pill>
      ),
      excluded: (
        <Pill tone="bad" onPress={none} onRemove={none}>
          route is not /health
        </Pill>
      ),
      'without effect': (
        <Pill isOff onPress={none} onRemove={none}>
          status ≥ 500
        </Pill>
      ),
    },
  },
  {
    part: 'Status',
    states: {
      codes: (
        <span style={{ display: 'flex', gap: 14 }}>
          {[200, 304, 404, 502, null].map((code) => (
            <Status key={code} code={code} />
          ))}
        </span>
      ),
      shapes: (
        <span style={{ display: 'flex', gap: 10 }}>
          {['2xx', '3xx', '4xx', '5xx', 'unknown'].map((name) => (
            <StatusMark key={name} name={name} />
          ))}
        </span>
      ),
    },
  },
  {
    part: 'Menu',
    states: {
      actions: (
        <Menu
          label="Actions"
          trigger={<IconButton icon="more" label="Open actions" data-open="menu" />}
          entries={[
            { id: 'csv', label: 'Download as CSV', icon: 'download', run: none },
            { id: 'link', label: 'Copy link', icon: 'link', hint: 'Ctrl C', run: none },
            { id: 'off', label: 'Not for your role', icon: 'edit', isDisabled: true, run: none },
            { id: 'away', label: 'Delete', icon: 'close', isDanger: true, isApart: true, run: none },
          ]}
        />
      ),
      select: (
        <Held first="prod">
          {(value, set) => (
            <Select
              label="Environment"
              prefix="Environment"
              value={value}
              choices={[
                { id: '*', label: 'All' },
                { id: 'prod', label: 'prod', end: '12.3k' },
                { id: 'staging', label: 'staging', end: '840' },
              ]}
              onChange={set}
            />
          )}
        </Held>
      ),
      'select, narrowing': (
        <Select label="Gateway" value="eu" isChosen choices={[{ id: 'eu', label: 'kong-eu-1' }]} onChange={none} />
      ),
    },
  },
  {
    part: 'Field',
    size: 'half',
    states: {
      empty: <TextField label="Name" value="" onChange={none} placeholder="edge" hint="Letters, digits and hyphens." />,
      wrong: <TextField label="Name" value="edge/1" onChange={none} error="A name has no slash." />,
      disabled: <TextField label="Format" value="kong" onChange={none} isDisabled />,
      lines: <TextField label="A line of the log" isArea isMono value='{"status":200}' onChange={none} />,
    },
  },
  {
    part: 'Combobox',
    size: 'half',
    states: {
      empty: <Combobox label="Route" value={null} choices={ROUTES} onChange={none} placeholder="Any route" />,
      chosen: <Combobox label="Route" value="/api/users" choices={ROUTES} onChange={none} />,
      wrong: (
        <Combobox
          label="Route"
          value="/nowhere"
          isFree
          choices={ROUTES}
          onChange={none}
          error="No call has this route."
        />
      ),
    },
  },
  {
    part: 'Choice',
    states: {
      checkbox: (
        <Held first={true}>
          {(isOn, set) => (
            <Checkbox isSelected={isOn} onChange={set}>
              Route
            </Checkbox>
          )}
        </Held>
      ),
      'not checked': <Checkbox>Client address</Checkbox>,
      segmented: (
        <Held first="table">
          {(value, set) => (
            <Segmented
              label="Look"
              value={value}
              onChange={set}
              options={[
                { id: 'chart', label: 'Chart', icon: 'chart' },
                { id: 'table', label: 'Table', icon: 'table' },
                { id: 'raw', label: 'Raw', isDisabled: true },
              ]}
            />
          )}
        </Held>
      ),
      on: (
        <Held first={true}>
          {(isOn, set) => (
            <Switch isSelected={isOn} onChange={set}>
              Single-key shortcuts
            </Switch>
          )}
        </Held>
      ),
      off: (
        <Switch isSelected={false} onChange={none}>
          Wrap lines
        </Switch>
      ),
    },
  },
  {
    part: 'Tabs',
    size: 'wide',
    states: {
      three: (
        <Held first="table">
          {(value, set) => (
            <Tabs
              label="Views"
              value={value}
              onChange={set}
              tabs={[
                { id: 'table', label: 'Table', body: 'The rows.' },
                { id: 'denied', label: 'Denied', count: '419', body: 'The refused ones.' },
                { id: 'query', label: 'Query', isDisabled: true, body: '' },
              ]}
            />
          )}
        </Held>
      ),
    },
  },
  {
    part: 'Toast',
    states: {
      plain: <ToastBody text="Link copied" />,
      good: <ToastBody text="View saved" tone="good" />,
      'with something to do': <ToastBody text="Filter removed" action={{ label: 'Undo', run: none }} />,
      bad: <ToastBody text="The browser refused the clipboard" tone="bad" />,
      live: (
        <Button data-open="toast" onPress={() => toast('View saved', { tone: 'good' })}>
          Show one
        </Button>
      ),
    },
  },
  { part: 'Dialog', states: { dialog: dialog('dialog'), large: dialog('dialog', 'l'), sheet: dialog('sheet') } },
  {
    part: 'Icon',
    size: 'wide',
    states: {
      all: (
        <span style={{ display: 'flex', flexWrap: 'wrap', gap: 12 }}>
          {ICONS.map((name: IconName) => (
            <Icon key={name} name={name} />
          ))}
        </span>
      ),
    },
  },
]
