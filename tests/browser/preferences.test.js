// Keys follow the account: another one for an action, and none at all.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { go, journey, launch, open } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { openConflict, signIn } from './support/steps.js'

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Chooses on the form of preferences and saves it. */
async function prefer(page, choose) {
  await go(page, '/preferences')
  await choose(page.locator('main form'))
  await page.locator('main form .button.main').click()
  await page.getByText('Your preferences are saved.').waitFor()
}

test('a key of one’s own does what the old one did, and keys that are off do nothing', async () => {
  await journey(await open(browser, demo.url), 'preferences', async (page) => {
    await signIn(page, demo.account('steward'))
    const [conflict] = await demo.conflicts()
    await prefer(page, async (form) => {
      await form.locator('summary').click()
      await form.locator('#key-timeline').fill('x')
    })
    await openConflict(page, conflict.id)
    await page.keyboard.press('t')
    assert.match(page.url(), /\/conflicts\//, 'the old key is free')
    await page.keyboard.press('x')
    await page.waitForURL(/\/timeline/)

    await prefer(page, (form) => form.locator('input[name=keys][value=off]').check())
    await openConflict(page, conflict.id)
    assert.equal(await page.locator('#decide kbd').count(), 0, 'no button speaks of a key')
    await page.keyboard.press('x')
    await page.keyboard.press('1')
    assert.equal(await page.locator('#decide input[type=radio]:checked').count(), 0)
    assert.match(page.url(), /\/conflicts\//)
  })
})
