// A file of the server: the browser writes it while it comes.
export function fetched(url: string, name: string) {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
