// Details beside a list: part of the page on a wide screen, the whole screen on a narrow one.
import type { ReactNode } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button'
import css from './drawer.module.css'
import { useNarrow } from './narrow'

type Props = {
  /** What it is, said to screen readers. */
  label: string
  title: ReactNode
  /** Buttons before the one that closes. */
  tools?: ReactNode
  footer?: ReactNode
  onClose: () => void
  children: ReactNode
  /** Another value starts at the top again: the id of what is shown. */
  of?: string
}

/** Drawn while it is open; on a wide screen Escape is the page's matter, as the list keeps the focus. */
export function Drawer(props: Props) {
  const isNarrow = useNarrow()
  if (!isNarrow)
    return (
      <section className={css.drawer} aria-label={props.label} data-testid="drawer">
        <Frame {...props} />
      </section>
    )
  return (
    <ModalOverlay className={css.overlay as string} isOpen onOpenChange={(isOpen) => !isOpen && props.onClose()}>
      <Modal className={css.cover as string}>
        <Dialog className={css.dialog as string} aria-label={props.label} data-testid="drawer">
          <Frame {...props} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Frame({ label, title, tools, footer, onClose, children, of }: Props) {
  return (
    <>
      <header className={css.head}>
        <h2 className={css.title}>{title}</h2>
        {tools}
        <IconButton icon="close" label="Close" hint="Esc" onPress={onClose} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section key={of} className={css.body} tabIndex={0} aria-label={`${label}, details`}>
        {children}
      </section>
      {footer && <footer className={css.foot}>{footer}</footer>}
    </>
  )
}
