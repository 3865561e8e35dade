import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onConnection } from './api/connection'
import { newQueryClient } from './api/queries'
import './base.css'
import { router } from './router'
import { rememberPlace } from './state/place'

const client = newQueryClient()

let wasAway = false
onConnection(({ isLost, isSignedOut }) => {
  // Whoever was here before signs in on the page itself; others at the door.
  if (isSignedOut && !client.getQueryData(['/session']) && router.state.location.pathname !== '/welcome') {
    rememberPlace(router.state.location.href)
    router.navigate({ to: '/welcome', replace: true })
  }
  const isAway = isLost || isSignedOut
  if (wasAway && !isAway) client.invalidateQueries()
  wasAway = isAway
})

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
