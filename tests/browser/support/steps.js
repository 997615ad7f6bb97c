// What a person does on the pages, one function an action.

import assert from 'node:assert/strict'
import { go } from './browser.js'

/** Signs in by the form; ends on the page that was asked for. */
export async function signIn(page, account, path = '/queue') {
  await page.goto(path)
  assert.match(page.url(), /\/sign-in/, 'an address that needs an account leads to the sign-in page')
  await page.locator('input[name=login]').fill(account.login)
  await page.locator('input[name=password]').fill(account.password)
  await page.locator('main button[type=submit], main form button').first().click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}

/** Opens a conflict and waits for its form. */
export async function openConflict(page, id) {
  await go(page, `/conflicts/${id}`)
  await page.locator('form#decide').waitFor()
}

/** The identifiers of the disputed fields on a conflict page, in their order. */
export function differences(page) {
  return page.locator('[data-difference]').evaluateAll((all) => all.map((e) => e.dataset.difference))
}

/** Chooses the value with that number, as a click on its cell does. */
export async function keep(page, difference, n) {
  await page.locator(`label[for="d-${difference}-${n}"]`).first().click()
}

/** What is chosen for a difference, as the form would send it; null if nothing. */
export function chosen(page, difference) {
  return page.evaluate(
    (name) => new FormData(document.querySelector('form#decide')).get(name) || null,
    `outcome.${difference}`,
  )
}

/** Chooses the first reason where the policy asks for one. */
export async function reason(page) {
  const select = page.locator('select[name=reason]')
  if ((await select.count()) === 0) return
  const value = await select.locator('option:not([value=""])').first().getAttribute('value')
  await select.selectOption(value)
}

/** The writes the page says it will do: `[{system, field, now}]`, by the names shown. */
export function preview(page) {
  return page.locator('#preview tr:has(td.code)').evaluateAll((rows) =>
    rows.map((row) => ({
      system: row.querySelector('th').textContent.trim(),
      field: row.querySelector('td.code').textContent.trim(),
      now: row.querySelector('td:last-child bdi, td:last-child ins')?.textContent.trim() ?? '',
    })),
  )
}

/** The identifier of the page's record in a system, as the header tells it. */
export async function identifier(page, system) {
  const all = await page.locator('header.title .id').evaluateAll((ids) =>
    ids.map((one) => ({ text: one.textContent.toLowerCase(), code: one.querySelector('code').textContent.trim() })),
  )
  const found = all.find((one) => one.text.includes(system.toLowerCase()))
  if (!found) throw new Error(`the page names no identifier in ${system}: ${JSON.stringify(all)}`)
  return found.code
}

/** The resolution that the flash of the page lets undo. */
export async function undoable(page) {
  const action = await page.locator('form#undo').getAttribute('action')
  return action.match(/\/resolutions\/([^/]+)/)[1]
}

/** Counts the keys pressed: `keys.press('1')`. */
export function keyboard(page) {
  const keys = { pressed: 0 }
  keys.press = async (...names) => {
    for (const name of names) {
      keys.pressed += 1
      await page.keyboard.press(name)
    }
  }
  return keys
}

/** The first link of a page whose address matches. */
export async function link(page, pattern) {
  const all = await page.locator('a[href]').evaluateAll((links) => links.map((a) => a.getAttribute('href')))
  return all.find((href) => pattern.test(href))
}
