// The admin says which fields need review, and the next run follows.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, open, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { link, signIn } from './support/steps.js'

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

test('the policies are a page that an admin can read', async () => {
  await journey(await open(browser, demo.url), 'policies', async (page) => {
    await signIn(page, demo.account('admin'), '/policies')
    await shot(page, 'policies')
    assert.deepEqual(await axe(page), [])
    assert.ok(await link(page, /^\/policies\//), 'a field leads to its policy')
  })
})
