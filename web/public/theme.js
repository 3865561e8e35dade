// Runs before the first paint so that a chosen theme does not flash.
try {
  const theme = localStorage.getItem('gatelog.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be refused; the system's theme is used then.
}
