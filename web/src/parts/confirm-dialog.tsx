// Asks once more before something that cannot be taken back.
import { type ReactNode, useState } from 'react'
import { Button } from './button'
import { Dialog } from './dialog'
import css from './dialog.module.css'
import { ErrorState } from './state'

type Props = {
  title: string
  /** What the button says that does it. */
  act: string
  /** Whether it was done; then the dialog closes. */
  onAct: () => Promise<boolean>
  onClose: () => void
  error?: unknown
  /** What it means. */
  children: ReactNode
}

export function ConfirmDialog({ title, act, onAct, onClose, error, children }: Props) {
  const [isBusy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    if (await onAct()) onClose()
    else setBusy(false)
  }
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Keep it</Button>
          <Button kind="danger" isPending={isBusy} onPress={run}>
            {act}
          </Button>
        </>
      }
    >
      <div className={css.ask}>
        {children}
        {error ? <ErrorState error={error} compact /> : null}
      </div>
    </Dialog>
  )
}
