// How long what is kept, on a real server: a time that is tried and left, one that is set, a wrong one, a hold that is
// placed and released; and all of it in the operator trail.
import { settled } from './browser.mjs'
import { lacking, onOwnServer } from './own.mjs'

const CODES = ['GL-RETENTION-SET', 'GL-HOLD-CREATE', 'GL-HOLD-RELEASE']

await onOwnServer(
  'retention',
  '/retention?tz=UTC',
  async ({ page, press, api, shot, check, equal, becomes, step }) => {
    const kept = async () => (await api('/retention')).days
    const events = page.getByLabel('Access events, days')
    equal('it begins with what the settings say', await events.inputValue(), '180')
    check('nothing is past its time', await page.getByText('Nothing is past its time').isVisible())

    step('trying')
    const counted = page.waitForResponse((answer) => answer.url().includes('events_days=30'))
    await events.fill('30')
    await page.getByRole('button', { name: 'Set it' }).waitFor()
    await counted
    equal('what is tried is not set', (await kept()).events, 180)
    await press('Leave it as it is')
    equal('what is left is as before', await events.inputValue(), '180')
    await events.fill('0')
    await page.getByText('1 to 36,500 days').waitFor()
    await press('As the settings file says')

    step('setting')
    await page.getByRole('button', { name: /^HIPAA/ }).click()
    await press('Set it')
    await becomes('six years are set', async () => (await kept()).events, 2192)
    await page.getByRole('button', { name: 'Set it' }).waitFor({ state: 'detached' })
    equal('and shown', await events.inputValue(), '2192')
    await page.getByLabel('Operator trail, days').fill('10')
    await page.getByText(/at least as long as the settings file says/).waitFor()
    check('the trail is not shortened', await page.getByRole('button', { name: 'Set it' }).isDisabled())
    await shot('retention-refused')
    await page.reload()
    await settled(page)

    step('a hold')
    await press('Place a hold')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('First day').fill('yesterday')
    await dialog.getByLabel('Why').fill('Case 4711')
    await press('Place it', dialog)
    await dialog.getByText(/is not a day such as/).waitFor()
    await dialog.getByLabel('First day').fill('2026-05-01')
    await dialog.getByLabel('Last day').fill('2026-05-31')
    const filter = dialog.getByRole('combobox')
    await filter.fill('consumer:acme')
    await filter.press('Enter')
    await dialog.getByText('No sealed day has such a call yet').waitFor()
    await press('Place it', dialog)
    await page.locator('tbody tr', { hasText: 'Case 4711' }).waitFor()
    const [hold] = (await api('/retention')).holds
    equal('it holds these days', `${hold.stream} ${hold.from} ${hold.to}`, 'events 2026-05-01 2026-05-31')
    equal('that have such a call', hold.filter, 'consumer:acme')
    await shot('retention')
    await press('Release the hold: Case 4711')
    await press('Release it', page.getByRole('dialog'))
    await becomes('it is released', async () => (await api('/retention')).holds.length, 0)

    step('the operator trail')
    equal('all of it is in the operator trail', await lacking(api, CODES), '')
  },
  { expected: / 400 |status of 400/ },
)
