// What is on the page as a file: the tables of all its parts; of Access logs the events themselves.
import { apiUrl } from '../api/client'
import { allSheets, sheetsCsv, sheetsJson } from '../charts/sheets'
import { giveFile, plainName } from '../parts/file'
import { toast } from '../parts/toast'
import { iso, spanOf } from '../state/range'
import type { View } from '../state/view'

export type DataFormat = 'csv' | 'json'
type Of = { name: string; path: string; view: View; isTimeless?: boolean | undefined }

export async function fetchPage(format: DataFormat, { name, path, view, isTimeless }: Of): Promise<void> {
  const span = spanOf(view.typed, Date.now(), view.tz)
  const range = { from: iso(span.from), to: iso(span.to) }
  if (path === '/logs') {
    location.assign(apiUrl('/export', { ...range, filter: view.filter, tz: view.tz, order: view.search.order, format }))
    return
  }
  try {
    const sheets = await allSheets()
    if (sheets.length === 0) {
      toast('There is nothing on this page to be written to a file')
      return
    }
    const file = `gatelog-${plainName(name)}.${format}`
    const { mode, asked } = view.comparison
    const ofCalls = { ...range, filter: view.filter, compare: mode, ...asked }
    const about = { name, page: path, tz: view.tz, ...(isTimeless ? {} : ofCalls), made: iso(Date.now()) }
    if (format === 'csv') giveFile(file, sheetsCsv(sheets), 'text/csv')
    else giveFile(file, sheetsJson(about, sheets), 'application/json')
  } catch (problem) {
    toast(problem instanceof Error ? problem.message : 'The page could not be read', { tone: 'bad' })
  }
}
