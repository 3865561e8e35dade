// Writes a whole list to a file, whatever part of it is on screen.
import { useState } from 'react'
import { useSheet } from '../charts/sheets'
import { download, type Twin } from '../charts/twin'
import { Button } from '../parts/button'
import { toast } from '../parts/toast'

type Props = { title: string; name: string; twinOf: () => Twin | Promise<Twin>; isDisabled?: boolean }

export function CsvButton({ title, name, twinOf, isDisabled = false }: Props) {
  const [isBusy, setBusy] = useState(false)
  useSheet(title, () => (isDisabled ? null : twinOf()))
  const run = async () => {
    setBusy(true)
    try {
      const twin = await twinOf()
      download(twin, name)
      toast(`${twin.rows.length} ${twin.rows.length === 1 ? 'row' : 'rows'} written`, { tone: 'good' })
    } catch (problem) {
      toast(problem instanceof Error ? problem.message : 'The list could not be read', { tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button icon="download" isPending={isBusy} isDisabled={isDisabled} onPress={run}>
      CSV
    </Button>
  )
}
