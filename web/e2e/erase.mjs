// Erasing a person, on a real server: what there is of them is said before it can be done, it is asked once more, and who it was is
// nowhere afterwards; and with the rule of two one asks and another erases the same.
import { lacking, onOwnServer } from './own.mjs'

const CODES = ['GL-ERASURE-TRY', 'GL-ERASURE-RUN', 'GL-ERASURE-DONE']
const PASSWORD = 'four words of theirs'
const HIGH = { width: 1440, height: 1200 }

/** Whether a name stands in an event of the operator trail; the list has not all of an event. */
async function isInTrail(api, name) {
  const { events } = await api('/trail?from=1h&limit=1000')
  const each = await Promise.all(events.map(({ id }) => api(`/trail/${id}`)))
  return JSON.stringify(each).includes(name)
}

/** Looks what there is of an operator. */
async function look({ page, press }, name) {
  await page.getByText('Operator', { exact: true }).click()
  await page.getByLabel('Value', { exact: true }).fill(name)
  await press('Look what there is')
  await page.getByText(/0 events on 0 days; 1 operator records/).waitFor()
}

async function erased({ page, press }) {
  await press('Erase…')
  await press('Erase', page.getByRole('dialog'))
}

await onOwnServer(
  'erase',
  '/retention?tz=UTC',
  async (own) => {
    const { page, press, api, shot, check, equal, becomes, step } = own
    const erase = page.getByRole('button', { name: 'Erase…', exact: true })
    check('nothing is erased before it was looked at', await erase.isDisabled())

    step('looking')
    // Makes an operator event that names them.
    await api('/trail?from=1h&search=mallory')
    await look(own, 'mallory')
    check('looking changes nothing', await isInTrail(api, 'mallory'))

    step('erasing')
    await erase.click()
    await shot('erase')
    await press('Erase', page.getByRole('dialog'))
    await page.locator('tbody tr', { hasText: 'Done' }).waitFor()
    const [one] = (await api('/erasures')).erasures
    equal('so many records', one.operator_records, 1)
    await becomes('who it was is nowhere', () => isInTrail(api, 'mallory'), false)
    await becomes('all of it is in the operator trail', () => lacking(api, CODES), '')
  },
  { viewport: HIGH },
)

await onOwnServer(
  'erase-two',
  '/retention?tz=UTC',
  async ({ page, api, person, check, equal, becomes, step }) => {
    step('two people')
    for (const name of ['ada', 'bob']) await api('/users', { name, role: 'admin', password: PASSWORD })
    const [ada, bob] = [await person('ada', PASSWORD), await person('bob', PASSWORD)]
    await api('/trail?from=1h&search=mallory')

    step('one asks')
    await look(ada, 'mallory')
    await erased(ada)
    await ada.page.getByText('It waits until somebody else erases the same person', { exact: true }).first().waitFor()
    await ada.page.getByRole('button', { name: /^Withdraw: erase a person/ }).waitFor()
    equal('nobody was erased yet', (await api('/erasures')).erasures.length, 0)
    check('and the name is still there', await isInTrail(api, 'mallory'))
    await look(ada, 'mallory')
    await ada.page.getByText('ada has asked to erase it.').waitFor()
    await erased(ada)
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' })
    equal('who asked does not approve it', (await api('/erasures')).erasures.length, 0)

    step('another one erases the same')
    await bob.page.reload()
    await bob.page.getByRole('button', { name: /^Decline: erase a person/ }).waitFor()
    equal('a press does not approve it', await bob.page.getByRole('button', { name: /^Approve/ }).count(), 0)
    await look(bob, 'mallory')
    await bob.press('Erase…')
    await bob.page.getByText('ada has asked for it; you are the second person, and it is done.').waitFor()
    await bob.shot('erase-second')
    await bob.press('Erase', bob.page.getByRole('dialog'))
    await bob.page.locator('tbody tr', { hasText: 'Done' }).waitFor()
    await becomes('who it was is nowhere', () => isInTrail(api, 'mallory'), false)
    equal('nothing waits any more', (await api('/retention')).waiting.length, 0)
    const { events } = await api('/trail?from=1h&event=GL-ERASURE-RUN&outcome=success')
    const names = new Set(events.map(({ operator }) => operator))
    check('both stand in the operator trail', names.has('ada') && names.has('bob'), [...names].join(' '))

    step('who may erase and nothing else')
    const role = new URL('/api/v1/roles/eraser', page.url()).href
    const made = await page.request.put(role, { data: { permissions: ['persons:erase', 'account:own'] } })
    equal('there is such a role', made.status(), 200)
    await api('/users', { name: 'eve', role: 'eraser', password: PASSWORD })
    const eve = await person('eve', PASSWORD)
    await eve.page.getByRole('heading', { name: 'Erase a person' }).waitFor()
    equal('places no hold', await eve.page.getByRole('button', { name: 'Place a hold' }).count(), 0)
    await api('/trail?from=1h&search=trudy')
    await look(ada, 'trudy')
    await erased(ada)
    await ada.page.getByRole('button', { name: /^Withdraw: erase a person/ }).waitFor()
    await eve.page.reload()
    const decline = eve.page.getByRole('button', { name: /^Decline: erase a person/ })
    await decline.waitFor()
    await eve.shot('erase-only')
    await decline.click()
    await eve.press('Decline it', eve.page.getByRole('dialog'))
    await becomes('declines what waits', async () => (await api('/erasures')).waiting.length, 0)
    check('and nobody was erased', await isInTrail(api, 'trudy'))
  },
  { viewport: HIGH, env: { GATELOG_TWO_PERSON_RULE: 'true' } },
)
