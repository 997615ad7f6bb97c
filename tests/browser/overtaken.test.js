// A system changes while a decision waits: nothing is written over it, the conflict is back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { journey, launch, open, shot } from './support/browser.js'
import { findRow, startDemo, until } from './support/demo.js'
import { chosen, differences, identifier, keep, openConflict, preview, reason, signIn, undoable } from './support/steps.js'

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/**
 * Goes through the open conflicts until a choice writes into a system that is a SQLite file, and
 * answers what will be written there.
 */
async function choiceThatWritesSqlite(page) {
  const files = demo.systems.filter((system) => system.kind === 'sqlite')
  for (const item of await demo.conflicts()) {
    await openConflict(page, item.id)
    const all = await differences(page)
    if (all.length !== 1 || (await page.locator(`#d-${all[0]}-2`).count()) === 0) continue
    for (const n of [1, 2]) {
      await keep(page, all[0], n)
      const writes = await until('a preview', async () => (await preview(page)).length && preview(page), { within: 3000 }).catch(() => [])
      for (const write of writes) {
        const system = files.find((one) => write.system.toLowerCase().includes(one.id.toLowerCase()))
        if (system) return { conflict: item.id, difference: all[0], n, write, system }
      }
    }
  }
  throw new Error('no conflict with one field writes into a SQLite system')
}

test('changed from outside during the hold: nothing is written and the draft is back', async () => {
  await journey(await open(browser, demo.url), 'overtaken', async (page) => {
    await signIn(page, demo.account('steward'))
    const { conflict, difference, n, write, system } = await choiceThatWritesSqlite(page)
    const id = await identifier(page, system.id)
    const column = write.field.split('.').at(-1)
    const row = findRow(demo.file(system.id), column, id)

    await reason(page)
    await page.locator('button[name=then][value=stay]').click()
    await page.locator('form#undo').waitFor()
    const resolution = await undoable(page)
    assert.equal(row.set('Set from outside'), 1, 'one row changed')

    const ended = await until('the resolution to be overtaken', async () => {
      const told = await demo.get('steward', `resolutions/${resolution}`)
      return told.deliveries.some((delivery) => delivery.state === 'overtaken') && told
    }, { within: 90_000 })
    assert.equal(row.value(), 'Set from outside', 'nothing was written over it')
    assert.ok(ended.deliveries.every((delivery) => delivery.state !== 'confirmed' || delivery.system !== system.id))

    await openConflict(page, conflict)
    assert.equal(await chosen(page, difference), `keep:${n}`, 'the draft is kept')
    const text = await page.locator('main').innerText()
    assert.match(text, /Set from outside/, 'the new value is shown')
    await shot(page, 'conflict-overtaken')
  })
})
