import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { newQueryClient } from './api/queries'
import './base.css'
import { router } from './router'
import { rememberPlace } from './state/place'

const client = newQueryClient(() => {
  if (router.state.location.pathname === '/welcome') return
  rememberPlace(router.state.location.href)
  router.navigate({ to: '/welcome', replace: true })
})

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
