// What can be made of the page as it is: a report that is kept, paper, or its numbers.
import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { NAME_CHARS_MAX } from '../api/boards'
import type { Report } from '../api/reports'
import { saveReport } from '../api/reports'
import { IconButton } from '../parts/button'
import { Checkbox } from '../parts/checkbox'
import { Segmented } from '../parts/choice'
import { TextField } from '../parts/field'
import { FormDialog } from '../parts/form-dialog'
import { Menu } from '../parts/menu'
import { toast } from '../parts/toast'
import { rangeText } from '../state/range'
import { keptSearch } from '../state/search'
import type { View } from '../state/view'
import { fetchPage } from './report-data'
import css from './report-menu.module.css'

export const FORMATS: { id: Report['format']; label: string }[] = [
  { id: 'page', label: 'Page to print' },
  { id: 'csv', label: 'CSV' },
  { id: 'json', label: 'JSON' },
]

type Props = {
  title: string
  view: View
  /** The page is not about the calls of a range. */
  isTimeless?: boolean
}

export function ReportMenu({ title, view, isTimeless = false }: Props) {
  const [isOpen, setOpen] = useState(false)
  const { pathname } = useLocation()
  const fetchAs = (format: 'csv' | 'json') => () => fetchPage(format, { name: title, path: pathname, view, isTimeless })
  return (
    <>
      <Menu
        label="Report"
        trigger={<IconButton icon="report" label="Report" />}
        entries={[
          { id: 'save', label: 'Save as report', icon: 'report', run: () => setOpen(true) },
          { id: 'print', label: 'Print', icon: 'print', run: () => window.print(), isApart: true },
          { id: 'csv', label: 'Download all as CSV', icon: 'download', run: fetchAs('csv') },
          { id: 'json', label: 'Download all as JSON', icon: 'download', run: fetchAs('json') },
        ]}
      />
      {isOpen && <SaveDialog {...{ title, view, isTimeless }} path={pathname} onClose={() => setOpen(false)} />}
    </>
  )
}

type SaveProps = Required<Props> & { path: string; onClose: () => void }

function SaveDialog({ title, path, view, isTimeless, onClose }: SaveProps) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const words = rangeText(view.typed, Date.now(), view.tz)
  const ofRange = `${title}, ${words.charAt(0).toLowerCase()}${words.slice(1)}`
  const [name, setName] = useState((isTimeless ? title : ofRange).slice(0, NAME_CHARS_MAX))
  const [format, setFormat] = useState<Report['format']>('page')
  const [shared, setShared] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    setError(null)
    try {
      // The zone is part of what a day is, so it is kept also where it is only this browser's.
      const search = keptSearch({ ...view.search, tz: view.tz })
      const kept = await saveReport(client, { name: name.trim(), path, search, format, shared })
      const open = () => navigate({ to: '/reports', search: view.search as never })
      toast(`Report “${kept.name}” is saved`, { tone: 'good', action: { label: 'Reports', run: open } })
      onClose()
    } catch (cause) {
      setError(cause)
    }
    setBusy(false)
  }
  return (
    <FormDialog
      title="Save as report"
      act="Save report"
      onAct={save}
      onClose={onClose}
      isDisabled={!name.trim()}
      isBusy={isBusy}
      error={error}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(next) => setName(next.slice(0, NAME_CHARS_MAX))}
        hint={
          isTimeless
            ? 'Keeps the page as it is searched and sorted, and the zone. It shows what is so when it is opened.'
            : `Keeps page, range (${words}), zone, filter and comparison. A range that ends now is of the time it is opened.`
        }
        autoFocus
      />
      <div className={css.line}>
        <span className="quiet">Opens as</span>
        <Segmented
          label="Opens as"
          value={format}
          options={FORMATS}
          onChange={(id) => setFormat(id as typeof format)}
        />
      </div>
      <Checkbox isSelected={shared} onChange={setShared}>
        Share with everyone
      </Checkbox>
    </FormDialog>
  )
}
