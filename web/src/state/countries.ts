// Names of countries by their codes, in the reader's language; browsers know them.
let names: Intl.DisplayNames | undefined

export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code
  names ??= new Intl.DisplayNames(undefined, { type: 'region', fallback: 'code' })
  return names.of(code) ?? code
}
