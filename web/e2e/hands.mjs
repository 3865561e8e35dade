// The two ways to work with a page: by mouse, and by keys alone. Each does the same things to what a person can name.
import { settled } from './browser.mjs'

/** So many arrows at most until a menu, a list of tabs or a choice is where it should be. */
const ARROWS_MAX = 40
const TRIES_MAX = 4

export function mouse(page) {
  return {
    name: 'mouse',
    page,
    press: (target) => target.click(),
    goTo: (label) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: label }).click(),
    tab: (name) => page.getByRole('tab', { name }).click(),
    choose: async (trigger, name) => {
      await trigger.click()
      await option(page, name).click()
    },
    radio: (name) => page.getByRole('radio', { name, exact: true }).click({ force: true }),
    tick: (target) => target.click({ force: true }),
    type: async (target, text) => {
      await target.click()
      await page.keyboard.type(text)
    },
  }
}

/** The key after `g` of each page. */
const GO = {
  Overview: 'o',
  'Access logs': 'l',
  Denials: 'n',
  Usage: 'u',
  'Errors & latency': 'e',
  'Access control': 'a',
  Dashboards: 'b',
  Reports: 'r',
  Directory: 'd',
  Sources: 's',
  Members: 'm',
  Audit: 't',
}

export function keys(page) {
  const { keyboard } = page
  const press = async (target) => {
    await reach(page, target)
    await keyboard.press('Enter')
  }
  return {
    name: 'keys',
    page,
    press,
    goTo: async (label) => {
      await page.evaluate(() => document.activeElement?.blur())
      await keyboard.press('g')
      await keyboard.press(GO[label])
    },
    tab: async (name) => {
      await reach(page, page.getByRole('tab', { selected: true }).first())
      await arrows(page, 'ArrowRight', page.getByRole('tab', { name }))
    },
    choose: async (trigger, name) => {
      await press(trigger)
      await option(page, name).waitFor()
      await arrows(page, 'ArrowDown', option(page, name))
      await keyboard.press('Enter')
    },
    radio: async (name) => {
      const wanted = page.getByRole('radio', { name, exact: true })
      await reach(page, page.getByRole('radiogroup').filter({ has: wanted }).locator('input:checked'))
      await arrows(page, 'ArrowRight', wanted)
    },
    tick: async (target) => {
      await reach(page, target)
      await keyboard.press('Space')
    },
    type: async (target, text) => {
      await reach(page, target)
      await keyboard.type(text)
    },
  }
}

const option = (page, name) =>
  page
    .locator('[role^=menuitem], [role=option]')
    .filter({ has: page.getByText(name, { exact: true }) })
    .first()

/**
 * Tab stops there: one back and one forth leads to it again, and that it has the focus can be seen. Tried anew when the
 * page was drawn again in between.
 */
async function reach(page, target) {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    await target.waitFor()
    const element = await target.elementHandle()
    await element.focus()
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    const isThere = await element.evaluate((e) => e === document.activeElement && e.matches(':focus-visible'))
    if (isThere) return
    await settled(page)
  }
  const stop = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160))
  throw new Error(`Tab does not stop at ${target}, but at ${stop}`)
}

async function arrows(page, key, target) {
  for (let i = 0; i < ARROWS_MAX; i++) {
    const isThere = await target.evaluate((e) => e === document.activeElement || e.contains(document.activeElement))
    if (isThere) return
    await page.keyboard.press(key)
    await page.waitForTimeout(30)
  }
  throw new Error(`${key} does not lead to ${target}`)
}

/** Opens an address as it is written; what a person does there comes after. */
export async function at(page, base, path) {
  await page.goto(base + path)
  await settled(page)
}
