import { useState } from 'react'
import { Checkbox } from '../parts/checkbox'
import { Dialog } from '../parts/dialog'
import { keysAreOff, SHORTCUTS, switchKeys } from '../state/keys'
import css from './shortcut-help.module.css'

const PLACES = ['Everywhere', 'Charts', 'Access logs'] as const

export function ShortcutHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [isOff, setOff] = useState(keysAreOff)
  return (
    <Dialog title="Keyboard shortcuts" isOpen={isOpen} onClose={onClose}>
      <div className={css.body}>
        {PLACES.map((place) => (
          <section key={place}>
            <h3 className={css.place}>{place}</h3>
            <dl>
              {SHORTCUTS.filter((s) => s.where === place).map((s) => (
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
