// Reports: pages with their range, filter and comparison under a name, to be printed or fetched as data.
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { getJson, sendJson } from './client'
import type { components } from './generated'

export type Report = components['schemas']['Report']
export type ReportText = Pick<Report, 'name' | 'path' | 'search' | 'format' | 'shared'>

export function useReports(isOn = true) {
  return useQuery({
    queryKey: ['/reports'],
    queryFn: ({ signal }) => getJson<{ reports: Report[] }>('/reports', {}, signal),
    enabled: isOn,
    staleTime: 30_000,
  })
}

const renewed = (client: QueryClient) => client.invalidateQueries({ queryKey: ['/reports'] })

/** Keeps a new report, or the change of one. */
export async function saveReport(client: QueryClient, text: ReportText, of?: Report): Promise<Report> {
  const kept = of
    ? await sendJson<Report>('PUT', `/reports/${encodeURIComponent(of.id)}`, { ...text, updated: of.updated })
    : await sendJson<Report>('POST', '/reports', text)
  await renewed(client)
  return kept as Report
}

export async function removeReport(client: QueryClient, id: string): Promise<void> {
  await sendJson('DELETE', `/reports/${encodeURIComponent(id)}`)
  await renewed(client)
}
