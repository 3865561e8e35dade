// Where someone was when the session ended, so that signing in leads back there. Kept for this tab only.

const KEY = 'gatelog.place'

export function rememberPlace(href: string) {
  try {
    sessionStorage.setItem(KEY, href)
  } catch {
    // Overview is where one lands then.
  }
}

/** The remembered page of this app, once; Overview otherwise. */
export function takePlace(): string {
  try {
    const href = sessionStorage.getItem(KEY) ?? '/'
    sessionStorage.removeItem(KEY)
    return /^\/(?![/\\])/.test(href) ? href : '/'
  } catch {
    return '/'
  }
}
