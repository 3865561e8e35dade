// How long what is kept: what there is, what another time would remove before it is set, and holds.
import { useState } from 'react'
import { useAct } from '../api/members'
import { useSession } from '../api/queries'
import { type Retention, type Tried, useRetention, type Waiting } from '../api/retention'
import { Button } from '../parts/button'
import { ConfirmDialog } from '../parts/confirm-dialog'
import { TextField } from '../parts/field'
import { Stat } from '../parts/stat'
import { ErrorState, Skeleton } from '../parts/state'
import { toast } from '../parts/toast'
import { PageHead } from '../shell/page-head'
import { bytesText, countText, exactText } from '../state/numbers'
import { useView } from '../state/view'
import known from './known.module.css'
import css from './retention.module.css'
import { Erase } from './retention-erase'
import { Holds, PlaceHold } from './retention-holds'
import { WaitingErasures, WaitingRequests } from './retention-waiting'

/** The streams, with what is said of each. */
const STREAMS = [
  { name: 'events_days', of: 'events', label: 'Access events', hint: 'Single calls. Their roll-ups stay longer.' },
  {
    name: 'rollups_days',
    of: 'rollups',
    label: 'Roll-ups',
    hint: 'What dashboards are made of, once events are gone.',
  },
  { name: 'trail_days', of: 'trail', label: 'Operator trail', hint: 'Never shorter than the settings file says.' },
] as const

const NOTHING: Tried = { events_days: null, rollups_days: null, trail_days: null }

/** For who says how long what is kept; who erases and nothing else sees what waits of that, and erases. */
export function RetentionPage() {
  const view = useView()
  const [isPlacing, setPlacing] = useState(false)
  const session = useSession().data
  const maySet = session?.permissions.includes('settings:write')
  return (
    <div className={known.page}>
      <div className={known.scroll}>
        <PageHead title="Retention" about="How long what is kept, and what must stay longer." view={view}>
          {maySet && (
            <Button icon="plus" kind="primary" onPress={() => setPlacing(true)}>
              Place a hold
            </Button>
          )}
        </PageHead>
        <div className={known.main}>
          {maySet && <Keeping tz={view.tz} />}
          {maySet === false && <WaitingErasures tz={view.tz} />}
          <Erase tz={view.tz} />
        </div>
      </div>
      {isPlacing && <PlaceHold onClose={() => setPlacing(false)} />}
    </div>
  )
}

function Keeping({ tz }: { tz: string }) {
  const [tried, setTried] = useState<Tried | null>(null)
  const answer = useRetention(null)
  const trial = useRetention(tried)
  const told = trial.data ?? answer.data
  return (
    <>
      {answer.isPending && <Skeleton height={180} />}
      {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
      {told && (
        <>
          <Figures told={told} />
          {told.archive && <Archive archive={told.archive} />}
          <Times told={told} tried={tried} isAsking={trial.isFetching} refusal={trial.error} onTry={setTried} />
          <WaitingRequests waiting={told.waiting} tz={tz} />
          <Holds holds={told.holds} tz={tz} />
        </>
      )}
    </>
  )
}

/** What there is now, and what the disk has to hold. */
function Figures({ told: { use, forecast } }: { told: Retention }) {
  const { measured_days, bytes_per_day, bytes_at_end, full_in_days } = forecast
  const full = full_in_days === null ? 'enough room' : `full in ${dayText(full_in_days)}`
  return (
    <div className={css.figures}>
      <Stat
        label="Events"
        value={countText(use.events)}
        exact={exactText(use.events)}
        note={use.oldest ? `since ${use.oldest}` : 'none sealed yet'}
      />
      <Stat label="They take" value={bytesText(use.bytes)} note={`the operator trail ${bytesText(use.trail_bytes)}`} />
      <Stat
        label="A day takes"
        value={measured_days ? bytesText(bytes_per_day) : '–'}
        note={measured_days ? `over the last ${dayText(measured_days)}` : 'no whole day yet'}
      />
      <Stat
        label="In the end"
        value={measured_days ? bytesText(bytes_at_end) : '–'}
        note={`${bytesText(use.free_bytes)} free, ${full}`}
      />
    </div>
  )
}

/** What was copied before it was removed here, and where it lies. */
function Archive({ archive }: { archive: NonNullable<Retention['archive']> }) {
  const { to, days, events, bytes, oldest, newest, waiting, error } = archive
  const has = `${dayText(days)} with ${exactText(events)} events (${bytesText(bytes)}), ${oldest} to ${newest}.`
  return (
    <section className={css.card} aria-label="Archive">
      <p className={css.told}>
        Archive <code>{to}</code>: {days ? has : 'nothing yet.'} A day is copied there and read back before it is
        removed here.
        {waiting && ` ${waiting} is being copied, and stays until it is there.`}
      </p>
      {error && <ErrorState error={new Error(`It could not be copied, and is not removed: ${error}`)} compact />}
    </section>
  )
}

type TimesProps = {
  told: Retention
  tried: Tried | null
  isAsking: boolean
  /** Why what is tried cannot be. */
  refusal: unknown
  onTry: (tried: Tried | null) => void
}

/** The times; what they come to is asked while they are typed, and nothing is done before it is said. */
function Times({ told, tried, isAsking, refusal, onTry }: TimesProps) {
  const [typed, setTyped] = useState<Record<string, string>>({})
  const [isSure, setSure] = useState(false)
  const { act, error, forget } = useAct()
  const now = tried ?? told.set
  const isWrong = Object.values(typed).some((text) => !isDays(text))
  const cause = error ?? (tried ? refusal : null)
  const choose = (set: Tried | null) => {
    forget()
    setTyped({})
    onTry(set)
  }
  const type = (name: keyof Tried, text: string) => {
    forget()
    setTyped({ ...typed, [name]: text })
    if (isDays(text)) onTry({ ...now, [name]: Number(text) })
  }
  const save = async () => {
    const answer = await act<Retention | { waiting: Waiting }>('POST', '/retention', now)
    if (answer === false) return false
    const isSet = answer && 'days' in answer
    toast(isSet ? 'What is kept is set' : 'It waits until a second person approves it', { tone: 'good' })
    choose(null)
    return true
  }
  return (
    <section className={css.card} aria-label="Times">
      <div className={css.presets}>
        {told.presets.map(({ name, about, set }) => (
          <Button key={name} onPress={() => choose(set)} aria-label={`${NAMES[name] ?? name}: ${about}`}>
            {NAMES[name] ?? name}
          </Button>
        ))}
        <Button kind="quiet" onPress={() => choose(NOTHING)}>
          As the settings file says
        </Button>
      </div>
      <div className={css.times}>
        {STREAMS.map(({ name, of, label, hint }) => (
          <TextField
            key={name}
            label={`${label}, days`}
            value={typed[name] ?? String(tried ? (tried[name] ?? told.settings[of]) : told.days[of])}
            onChange={(text) => type(name, text)}
            error={typed[name] !== undefined && !isDays(typed[name]) ? '1 to 36,500 days' : undefined}
            hint={hint}
          />
        ))}
      </div>
      <p className={css.told} aria-live="polite">
        {isAsking && tried ? 'Counting what that comes to…' : !cause && removedText(told)}
      </p>
      {cause ? <ErrorState error={cause} compact /> : null}
      {(tried || isWrong) && (
        <div className={css.acts}>
          <Button onPress={() => choose(null)}>Leave it as it is</Button>
          <Button
            kind="primary"
            isDisabled={isWrong || isAsking || !!cause || !tried}
            onPress={() => (told.removed.days > 0 ? setSure(true) : save())}
          >
            Set it
          </Button>
        </div>
      )}
      {isSure && (
        <ConfirmDialog
          title="Remove what is older?"
          act="Set it and remove"
          onAct={save}
          onClose={() => setSure(false)}
          error={error}
        >
          <p>{removedText(told)} It does not come back when the time is made longer again.</p>
        </ConfirmDialog>
      )}
    </section>
  )
}

const NAMES: Record<string, string> = { standard: 'Standard', pci: 'PCI DSS', hipaa: 'HIPAA' }

/** Whether a text is a number of days that can be set. */
const isDays = (text: string) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 36_500

const dayText = (days: number) => `${exactText(days)} ${days === 1 ? 'day' : 'days'}`

/** What goes with the next look at the clock. */
export function removedText({ removed }: Retention): string {
  const held = removed.held_days ? ` ${dayText(removed.held_days)} past their time stay for a hold.` : ''
  if (removed.days === 0) return `Nothing is past its time.${held}`
  const { days, events, bytes } = removed
  const stays = 'Their roll-ups stay as long as roll-ups are kept.'
  return `${dayText(days)} with ${exactText(events)} events (${bytesText(bytes)}) are past their time and go within the hour. ${stays}${held}`
}
