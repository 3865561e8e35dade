// What is done with a whole source: it is paused, goes on, or is deleted.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem, sendJson } from '../api/client'
import { type Source, sourcePath } from '../api/sources'
import { IconButton } from '../parts/button'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { Menu } from '../parts/menu'
import { sentence } from '../parts/state'
import { toast } from '../parts/toast'

export function SourceActs({ source, onDeleted }: { source: Source; onDeleted: () => void }) {
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const act = async (method: 'POST' | 'DELETE', path: string, done: string) => {
    try {
      await sendJson(method, sourcePath(source.name) + path)
      await client.invalidateQueries({ queryKey: ['/sources'] })
      toast(done, { tone: 'good' })
      return true
    } catch (cause) {
      toast(sentence(cause instanceof Problem ? cause.detail || cause.title : String(cause)), { tone: 'bad' })
      return false
    }
  }
  const remove = async () => {
    const isDone = await act('DELETE', '', `${source.name} is deleted`)
    if (isDone) onDeleted()
    return isDone
  }
  return (
    <>
      <Menu
        label={`What to do with ${source.name}`}
        trigger={<IconButton icon="more" label="More about the source" />}
        entries={[
          source.paused
            ? {
                id: 'resume',
                label: 'Let it go on',
                icon: 'play',
                run: () => act('DELETE', '/pause', `${source.name} goes on`),
              }
            : {
                id: 'pause',
                label: 'Pause it',
                icon: 'pause',
                run: () => act('POST', '/pause', `${source.name} is paused: what it sends is refused`),
              },
          { id: 'delete', label: 'Delete…', icon: 'close', isDanger: true, isApart: true, run: () => setAsking(true) },
        ]}
      />
      {isAsking && (
        <ConfirmDialog title={`Delete ${source.name}?`} act="Delete" onAct={remove} onClose={() => setAsking(false)}>
          Its tokens end at once and its counts are forgotten. The events it sent stay, and can still be found with{' '}
          <code className="mono">source:{source.name}</code>.
        </ConfirmDialog>
      )}
    </>
  )
}
