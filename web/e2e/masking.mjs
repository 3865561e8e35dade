// Masking rules on a real server: one that is written, tried before it holds, set, and seen in an event that comes after; one
// that is wrong; the history and an earlier version that holds again.
import { lacking, onOwnServer } from './own.mjs'

const RECORD =
  '{"timestamp":"2026-11-21T10:00:00Z","method":"GET","path":"/staff/EMP-000001","status":200,"ip":"203.0.113.9"}'

const CODES = ['GL-MASKS-SET', 'GL-MASKS-RESTORE', 'GL-MASKS-TRY']

await onOwnServer(
  'masking',
  '/masking?tz=UTC',
  async ({ page, press, api, shot, check, equal, becomes, step }) => {
    const choose = (name, place = page) => place.locator('label', { hasText: name }).first().click()
    await page.getByText('No rule but the defaults').waitFor()

    step('writing a rule')
    const dialog = page.getByRole('dialog')
    await press('Add a rule')
    await dialog.getByLabel('What it is called').fill('Staff numbers')
    await choose('Pattern', dialog)
    await dialog.getByLabel('Regular expression').fill('EMP-(')
    await choose('Replace', dialog)
    await press('Add it', dialog)
    await press('Set them')
    await page.getByText(/unclosed group/).waitFor()
    equal('what is wrong is not set', (await api('/masks')).version, 0)
    await page.getByRole('button', { name: 'Staff numbers', exact: true }).click()
    await dialog.getByLabel('Regular expression').fill('EMP-\\d{6}')
    await press('Change it', dialog)
    await press('Add a rule')
    await dialog.getByLabel('What it is called').fill('Addresses')
    await choose('Field', dialog)
    await dialog.getByRole('combobox', { name: 'Field' }).fill('ip')
    await page.getByRole('option', { name: /^ip/ }).first().click()
    await choose('Truncate IP', dialog)
    await shot('masking-rule')
    await press('Add it', dialog)

    step('trying')
    await page.getByLabel('A record, as a gateway writes it').fill(RECORD)
    await press('Try these rules')
    await page.getByText('Changed by: Staff numbers, Addresses').waitFor()
    const row = page.locator('tbody tr', { hasText: 'request.ip' })
    equal('before and after stand beside each other', await row.locator('mark').innerText(), '203.0.113.0')
    check('as it came too', (await row.innerText()).includes('203.0.113.9'))
    equal('nothing holds yet', (await api('/masks')).version, 0)
    await shot('masking-tried', true)

    step('setting')
    await page.getByLabel('Why').fill('They are personal data')
    await press('Set them')
    await becomes('the rules hold', async () => (await api('/masks')).rules.length, 2)
    await page.getByText(/^Version 1, since/).waitFor()

    step('changing and restoring')
    await press('Remove: Staff numbers')
    await press('Set them')
    await becomes('one is left', async () => (await api('/masks')).rules.length, 1)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.locator('tbody del', { hasText: 'Staff numbers' }).waitFor()
    check('who and why', (await page.locator('tbody').innerText()).includes('They are personal data'))
    await shot('masking-history')
    await press('Restore version 1')
    await press('Restore it', page.getByRole('dialog'))
    await becomes('it holds again', async () => (await api('/masks')).version, 3)
    equal('with both rules', (await api('/masks')).rules.length, 2)

    step('the operator trail')
    equal('all of it is in the operator trail', await lacking(api, CODES), '')
  },
  { expected: / 400 |status of 400/ },
)
