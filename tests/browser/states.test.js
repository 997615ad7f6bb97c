// The cells of the coverage grid that people and systems have to bring about in a demo: each button does what
// its line says, and leads to an address that shows it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, open, shape, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { signIn } from './support/steps.js'

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const main = (page) => page.locator('main').innerText()

// A reading of all systems may take long on a busy machine.
const LONG_MS = 60_000

/** Presses the button of a cell; where it then is. */
async function bringAbout(page, id) {
  await go(page, '/demo/states')
  const button = page.locator(`[data-cell="${id}"] form button`)
  if ((await button.count()) > 0) {
    await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST', { timeout: LONG_MS }), button.click({ noWaitAfter: true })])
    await page.waitForURL(/\/demo\/states/, { timeout: LONG_MS })
    assert.equal(await page.locator('.flash.danger').count(), 0, `${id}: ${await main(page)}`)
  }
  return page.locator(`[data-cell="${id}"] a`).getAttribute('href', { timeout: LONG_MS })
}

const CELLS = [
  ['conflict-awaiting', 'steward', [/awaits an approval/]],
  ['conflict-sent_back', 'steward', [/sent back what Jonas Beck decided/, /What was chosen is kept/]],
  ['writes-approval', 'manager', [/Waits for somebody else than Jonas Beck/]],
  ['queue-approval', 'steward', [/Awaiting approval/, /Price/]],
  ['bulk-none', 'steward', [/Nothing is left to decide here/]],
  ['bulk-some', 'steward', [/Left out/, /No person is known to have changed it last/, /Becomes/]],
  ['bulk-all', 'steward', [/Left out/, /decided one by one|high stakes/i]],
  ['bulk-second', 'steward', [/Waits for somebody else than Jonas Beck/]],
  ['bulk-stopped', 'steward', [/Stopped before its turn/, /Undone/]],
  ['bulk-undone', 'steward', [/Undone/]],
  ['incident-open', 'steward', [/Mass change/, /Helpdesk/]],
  ['audit-searched', 'manager', [/Okafor/]],
  ['audit-empty', 'manager', [/./]],
  ['audit-verified', 'manager', [/entries/i]],
  ['queue-done', 'steward', [/0|Nothing/]],
]

test('every cell that has to be brought about is, and its page shows it', async () => {
  const wide = { width: 1440, scheme: 'light' }
  await journey(await open(browser, demo.url, wide), 'states', async (page) => {
    await signIn(page, demo.account('steward'), '/demo/states')
    const manager = await open(browser, demo.url, wide)
    await signIn(manager, demo.account('manager'), '/queue')
    const narrow = await open(browser, demo.url, { width: 320, scheme: 'dark' })
    await signIn(narrow, demo.account('steward'), '/queue')
    for (const [id, role, words] of CELLS) {
      const address = await bringAbout(page, id)
      const reader = role === 'manager' ? manager : page
      await go(reader, address)
      for (const said of words) assert.match(await main(reader), said, `${id} at ${address}`)
      await shot(reader, `cell-${id}`)
      assert.deepEqual([...(await axe(reader)), ...(await shape(reader))], [], id)
      if (role === 'manager') continue
      await go(narrow, address)
      await shot(narrow, `cell-${id}-narrow`)
      assert.deepEqual([...(await axe(narrow)), ...(await shape(narrow))], [], `${id}, narrow`)
    }
    await manager.context().close()
    await narrow.context().close()
  })
})

test('a run that was stopped offers no tick for what was left out', async () => {
  await journey(await open(browser, demo.url), 'states ticks', async (page) => {
    await signIn(page, demo.account('steward'), '/demo/states')
    await go(page, await page.locator('[data-cell="bulk-stopped"] a').getAttribute('href'))
    for (const row of await page.locator('tbody tr', { hasText: 'Stopped before its turn' }).all()) {
      assert.equal(await row.locator('input[type=checkbox]').count(), 0)
    }
  })
})
