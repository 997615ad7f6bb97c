// Deciding with what is suggested, with one system's values for all, and empty on purpose: by keys, and
// without a script.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, journey, launch, open, shot } from './support/browser.js'
import { startDemo, until } from './support/demo.js'
import { chosen, differences, keyboard, openConflict, preview, signIn } from './support/steps.js'

let demo, browser, conflict
before(async () => {
  demo = await startDemo()
  browser = await launch()
  conflict = await withTwoFields()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** The conflict with several disputed fields. */
async function withTwoFields() {
  for (const item of await demo.conflicts()) {
    const found = await demo.get('steward', `conflicts/${item.id}`)
    if (found.differences.filter((d) => d.state === 'open' && d.absent.length === 0).length > 1) return found
  }
  throw new Error('no conflict with several disputed fields')
}

/** What a person would have after accepting all that is shown, by difference. */
const suggested = () =>
  Object.fromEntries(conflict.differences.map((d) => [d.id, d.suggestion ? `keep:${d.suggestion.value}` : null]))

/** Saves with one field chosen only: the page says what is missing, keeps the choice, and saves nothing yet. */
async function saveHalf(page, id) {
  await openConflict(page, conflict.id)
  await page.locator(`label[for="d-${id}-1"]`).first().click()
  await page.locator('button.main[name=then]').click()
  await page.locator('[role=alert]').first().waitFor()
  assert.equal(await chosen(page, id), 'keep:1', 'the choice is kept')
  assert.ok(await page.locator('button[value=partly]').isVisible(), 'the rest can stay open')
  const { differences: states } = await demo.get('steward', `conflicts/${conflict.id}`)
  assert.ok(states.every((d) => d.state === 'open'), 'nothing is saved before that')
}

/** The number of the value that a system holds, by difference. */
const heldBy = (system) =>
  Object.fromEntries(conflict.differences.map((d) => [d.id, `keep:${d.values.find((v) => v.systems.includes(system)).n}`]))

async function choices(page) {
  const all = {}
  for (const id of await differences(page)) all[id] = await chosen(page, id)
  return all
}

test('one key takes what is suggested, one all of it, two one system’s values', async () => {
  await journey(await open(browser, demo.url), 'suggested', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const ids = await differences(page)
    const none = Object.fromEntries(ids.map((id) => [id, null]))
    assert.deepEqual(await choices(page), none, 'nothing is chosen for anybody')
    const keys = keyboard(page)
    const expected = suggested()
    assert.ok(ids.some((id) => expected[id]), 'the demo has something to suggest')
    await page.locator(`#d-${ids[0]} .choice`).first().focus()
    await keys.press('a')
    assert.equal(await chosen(page, ids[0]), expected[ids[0]])

    await openConflict(page, conflict.id)
    await keys.press('A')
    assert.deepEqual(await choices(page), expected)
    await until('the preview follows', async () => (await preview(page)).length > 0, { within: 5000 })
    await shot(page, 'conflict-suggested')
    assert.deepEqual(await axe(page), [])

    const use = (system) => page.locator('button[data-use]', { hasText: new RegExp(system, 'i') })
    const [warehouse, portal] = [await use('warehouse').getAttribute('data-use'), await use('portal').getAttribute('data-use')]
    await keys.press('w', warehouse)
    assert.deepEqual(await choices(page), heldBy('warehouse'))
    await keys.press('w', portal)
    assert.deepEqual(await choices(page), heldBy('portal'))
    await use('warehouse').click()
    assert.deepEqual(await choices(page), heldBy('warehouse'))
    assert.match(page.url(), new RegExp(conflict.id), 'no new page for that')
  })
})

test('empty on purpose shows what it writes', async () => {
  await journey(await open(browser, demo.url), 'cleared', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const clear = page.locator('.rare.nclear')
    if ((await clear.count()) === 0) return
    const id = (await clear.first().getAttribute('for')).replace(/^d-|-clear$/g, '')
    await clear.first().click()
    assert.equal(await chosen(page, id), 'clear')
    await until('the preview follows', async () => (await page.locator('#preview').innerText()).length > 40, { within: 5000 })
    await shot(page, 'conflict-cleared')
    assert.deepEqual(await axe(page), [])
  })
})

test('without JavaScript: accept, one system’s values, clear, and what stays open is listed once', async () => {
  await journey(await open(browser, demo.url, { scripts: false }), 'suggested without scripts', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const ids = await differences(page)
    const expected = suggested()
    const accept = page.locator('.diff:not(.blind) label[data-accept]')
    if (await accept.count()) {
      await accept.first().click()
      const taken = Object.values(await choices(page)).filter(Boolean)
      assert.equal(taken.length, 1, 'a label needs no script')
    }
    const all = page.locator('button[name=then][value=accept]')
    if (await all.count()) {
      await all.click()
      await page.locator('form#decide').waitFor()
      assert.deepEqual(await choices(page), expected)
    }
    await page.locator('button[name=then][value="use:warehouse"]').click()
    await page.locator('form#decide').waitFor()
    assert.deepEqual(await choices(page), heldBy('warehouse'))
    assert.ok((await preview(page)).length > 0, 'with what will be written')

    await saveHalf(page, ids[0])
  })
})

test('saving one of two fields says what is missing, and that the rest may stay open', async () => {
  await journey(await open(browser, demo.url), 'half', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    await saveHalf(page, (await differences(page))[0])
    await shot(page, 'conflict-partly')
    assert.deepEqual(await axe(page), [])
  })
})
