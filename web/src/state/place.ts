// Where someone was when the session ended, so that signing in leads back there. Kept for this tab only.

const KEY = 'gatelog.place'

export function rememberPlace(href: string) {
  try {
    sessionStorage.setItem(KEY, href)
  } catch {
    // Overview is where one lands then.
  }
}

/** The remembered page of this app; null when there is none, or when it is an address elsewhere. */
export function rememberedPlace(): string | null {
  try {
    const href = sessionStorage.getItem(KEY) ?? '/'
    return href !== '/' && /^\/(?![/\\])/.test(href) ? href : null
  } catch {
    return null
  }
}

/** The remembered page, once; Overview otherwise. */
export function takePlace(): string {
  const href = rememberedPlace() ?? '/'
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // Nothing was kept either.
  }
  return href
}
