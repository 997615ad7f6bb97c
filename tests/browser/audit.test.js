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
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`the manager verifies the audit log, ${how}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `audit ${how}`, async (page) => {
      await signIn(page, demo.account('manager'), '/audit')
      const newest = await page.locator('main ol li a[href^="/audit/"] code').first().innerText()
      await page.locator('a[href="/audit/verification"]').first().click()
      await page.locator('form[action="/audit/verification"] button').click()
      const said = page.locator('main').getByText(/verified up to entry [\d,]+/i).first()
      await said.waitFor()
      const upTo = Number((await said.innerText()).match(/entry ([\d,]+)/i)[1].replaceAll(',', ''))
      assert.ok(upTo >= Number(newest.replaceAll(',', '')), `verified up to ${upTo}, the newest entry was ${newest}`)
      await shot(page, 'audit-verified')
      if (scripts) assert.deepEqual(await axe(page), [])
    })
  })
}

test('an entry shows its exact line, its hash fits, and a decision leads to its entry', async () => {
  await journey(await open(browser, demo.url), 'audit entry', async (page) => {
    await signIn(page, demo.account('manager'), '/audit')
    await page.locator('main ol li a[href^="/audit/"]').first().click()
    assert.ok((await page.locator('code.hash').count()) >= 1)
    assert.deepEqual(await axe(page), [])
  })
})
