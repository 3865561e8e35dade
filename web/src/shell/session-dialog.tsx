// The session ended while someone was working: sign in here, and the page goes on where it was.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { tryNow, useConnection } from '../api/connection'
import { Button } from '../parts/button'
import { SignIn } from './sign-in'
import css from './sign-in.module.css'

export function SessionDialog() {
  const client = useQueryClient()
  const { isSignedOut } = useConnection()
  const [isAsking, setAsking] = useState(false)
  // Someone who was never in is led to the door instead.
  const wasIn = client.getQueryData(['/session']) !== undefined
  const look = async () => {
    setAsking(true)
    await tryNow()
    setAsking(false)
  }
  return (
    <ModalOverlay className={css.overlay as string} isOpen={isSignedOut && wasIn} isKeyboardDismissDisabled>
      <Modal className={css.modal as string}>
        <AriaDialog className={css.dialog as string}>
          <Heading slot="title" className={css.title}>
            Your session has ended
          </Heading>
          <p className="quiet">
            Sign in to go on here. The page behind is as you left it, and nothing you typed is lost.
          </p>
          <SignIn onIn={() => {}} />
          <div className={css.other}>
            <span>Opened a new one-time link in another tab?</span>
            <Button isDisabled={isAsking} onPress={look}>
              Go on
            </Button>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
