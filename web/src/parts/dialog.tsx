// A modal dialog, and the same as a sheet from the bottom for narrow screens.
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button'
import css from './dialog.module.css'

type Props = {
  title: string
  isOpen: boolean
  onClose: () => void
  children: ReactNode
  kind?: 'dialog' | 'sheet' | 'bare'
}

export function Dialog({ title, isOpen, onClose, children, kind = 'dialog' }: Props) {
  return (
    <ModalOverlay className={css.overlay} isDismissable isOpen={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Modal className={`${css.modal} ${css[kind]}`}>
        <AriaDialog className={css.body} aria-label={kind === 'bare' ? title : undefined}>
          {kind !== 'bare' && (
            <header className={css.head}>
              <Heading slot="title" className={css.title}>
                {title}
              </Heading>
              <IconButton icon="close" label="Close" onPress={onClose} />
            </header>
          )}
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
