// A dialog of a few fields: Enter sends it, what went wrong stands above its buttons.
import type { ReactNode } from 'react'
import { Button } from './button'
import { Dialog } from './dialog'
import css from './dialog.module.css'
import { ErrorState } from './state'

type Props = {
  title: string
  /** What the button says that sends it. */
  act: string
  onAct: () => void
  onClose: () => void
  isDisabled?: boolean
  isBusy?: boolean
  error?: unknown
  children: ReactNode
}

export function FormDialog({ title, act, onAct, onClose, isDisabled, isBusy, error, children }: Props) {
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          onAct()
        }}
      >
        {children}
        {error ? <ErrorState error={error} compact /> : null}
        <span className={css.acts}>
          <Button onPress={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" isDisabled={isDisabled ?? false} isPending={isBusy ?? false}>
            {act}
          </Button>
        </span>
      </form>
    </Dialog>
  )
}
