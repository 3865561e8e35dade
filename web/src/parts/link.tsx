// A real link inside the app: the router follows it, the browser opens it in a new tab when asked to.
import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes } from 'react'

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { href: string }

/** `href` is written as the address bar shows it, with the search text. */
export function Go({ href, onClick, children, ...rest }: Props) {
  const router = useRouter({ warn: false })
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event)
        const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) && event.button === 0
        if (event.defaultPrevented || !isPlain || !router) return
        event.preventDefault()
        router.history.push(href)
      }}
    >
      {children}
    </a>
  )
}
