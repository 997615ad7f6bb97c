// The manager asks what happened, and has it proved.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, journey, launch, open, shot } from './support/browser.js'
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

for (const scripts of [true, false]) {
  test(`the manager verifies the audit log ${scripts ? 'with' : 'without'} scripts`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `audit ${scripts}`, async (page) => {
      await signIn(page, demo.account('manager'), '/audit')
      assert.ok((await page.locator('main table tbody tr, main ol > li, main ul.entries > li').count()) > 0, 'entries')
      await page.locator('form[action*="verif"] button').first().click()
      await page.locator('main').getByText(/verified up to entry [\d,]+/i).first().waitFor()
      await shot(page, 'audit-verified')
      if (scripts) assert.deepEqual(await axe(page), [])
    })
  })
}
