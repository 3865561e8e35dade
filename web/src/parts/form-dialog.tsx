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
  size?: 'm' | 'l'
  /** What else can be done; it stands apart from the buttons that close. */
  more?: ReactNode
  children: ReactNode
}

export function FormDialog(props: Props) {
  const { title, act, onAct, onClose, isDisabled, isBusy, error, size = 'm', more, children } = props
  return (
    <Dialog title={title} size={size} isOpen onClose={onClose}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          onAct()
        }}
      >
        {children}
        <div className={css.send}>
          {error ? <ErrorState error={error} compact /> : null}
          <span className={css.acts}>
            {more && <span className={css.more}>{more}</span>}
            <Button onPress={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" isDisabled={isDisabled ?? false} isPending={isBusy ?? false}>
              {act}
            </Button>
          </span>
        </div>
      </form>
    </Dialog>
  )
}
