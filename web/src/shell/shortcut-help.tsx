import { useState } from 'react'
import { Checkbox } from '../parts/checkbox'
import { Dialog } from '../parts/dialog'
import { Go } from '../parts/link'
import { keysAreOff, SHORTCUTS, type Shortcut, switchKeys } from '../state/keys'
import { docPath } from './docs'
import { PAGES } from './pages'
import css from './shortcut-help.module.css'

const GO: Shortcut[] = PAGES.map(({ key, label }) => ({
  keys: `g ${key}`,
  what: `Go to ${label}`,
  where: 'Everywhere',
}))
const ALL = [...SHORTCUTS.slice(0, 2), ...GO, ...SHORTCUTS.slice(2)]
const PLACES = ['Everywhere', 'Charts', 'Tables', 'Access logs'] as const

export function ShortcutHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [isOff, setOff] = useState(keysAreOff)
  return (
    <Dialog title="Keyboard shortcuts" size="l" isOpen={isOpen} onClose={onClose}>
      <div className={css.body}>
        <div className={css.places}>
          {PLACES.map((place) => (
            <section key={place}>
              <h3 className={css.place}>{place}</h3>
              <dl>
                {ALL.filter((s) => s.where === place).map((s) => (
                  <div key={s.keys + s.what} className={css.row}>
                    <dt>{s.what}</dt>
                    <dd>
                      {s.keys.split(' ').map((key) => (
                        <kbd key={key} className={css.key}>
                          {key}
                        </kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <p>
          Everything else stands in the{' '}
          <Go href={docPath('filter')} className={css.docs} onClick={onClose}>
            documentation
          </Go>
          .
        </p>
        <Checkbox
          isSelected={!isOff}
          onChange={(isOn) => {
            switchKeys(!isOn)
            setOff(!isOn)
          }}
        >
          Single-key shortcuts
        </Checkbox>
      </div>
    </Dialog>
  )
}
