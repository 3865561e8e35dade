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
  /** `sheet` comes from the bottom of the screen, `bare` has no head of its own. */
  kind?: 'dialog' | 'sheet' | 'bare'
  size?: 'm' | 'l'
  /** Buttons that stay in sight while the content scrolls; the one that goes on comes last. */
  footer?: ReactNode
}

export function Dialog({ title, isOpen, onClose, children, kind = 'dialog', size = 'm', footer }: Props) {
  return (
    <ModalOverlay
      className={`${css.overlay} ${kind === 'sheet' ? css.low : ''}`}
      isDismissable
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={`${css.modal} ${css[kind]} ${size === 'l' ? css.large : ''}`}>
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
          {footer && <footer className={css.foot}>{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
