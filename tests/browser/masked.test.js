// A field that stewards may not see: the same conflict as Ana, who decides the rest of it, and as Iris, who sees it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, nothingWrong, open, shape, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { differences, keep, reason, signIn } from './support/steps.js'

const IBAN = 'DE02120300000000202051'

let demo, browser, place
before(async () => {
  demo = await startDemo()
  browser = await launch()
  const found = await demo.get('steward', 'records?q=K105')
  const record = await demo.get('steward', `records/${found.items[0].id}`)
  place = `/conflicts/${record.conflict}`
  assert.deepEqual(record.hidden, ['iban'])
  assert.ok(!JSON.stringify(record).includes(IBAN), 'the API of a steward does not tell it')
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

for (const [scheme, width] of [['light', 1440], ['dark', 1440], ['light', 320], ['dark', 320]]) {
  test(`hidden on the page, ${scheme}, ${width} pixels`, async () => {
    await journey(await open(browser, demo.url, { scheme, width }), `masked ${scheme} ${width}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await go(page, place)
      const hidden = page.locator('.diff', { hasText: 'Not yours to decide' })
      assert.equal(await hidden.count(), 1)
      assert.equal(await hidden.locator('.cell .state', { hasText: 'Hidden by your role' }).count(), 2, 'in both systems')
      assert.equal(await hidden.locator('input').count(), 0, 'there is nothing to choose')
      assert.match(await hidden.innerText(), /Manager and Admin/, 'who sees it is told')
      assert.equal(await hidden.locator('.badge').count(), 2, 'who holds the same is told')
      assert.match(await page.locator('.verdict').innerText(), /1 of them is hidden from your role/)
      const edge = await hidden.locator('.badge').first().evaluate((badge) => getComputedStyle(badge).borderTopColor)
      assert.equal(edge, 'rgba(0, 0, 0, 0)', 'its number does not look like a button')
      assert.ok(!(await page.content()).includes(IBAN))
      assert.deepEqual(await axe(page), [])
      assert.deepEqual(await shape(page), [])
      assert.ok((await layoutShift(page)) < 0.01)
      nothingWrong(page)
      await shot(page, `conflict-masked-${scheme}-${width}`)
    })
  })
}

test('who sees it decides it', async () => {
  await journey(await open(browser, demo.url), 'masked seen', async (page) => {
    await signIn(page, demo.account('steward', 2), place)
    assert.equal((await differences(page)).length, 2)
    assert.match(await page.locator('main').innerText(), new RegExp(IBAN))
    assert.doesNotMatch(await page.locator('main').innerText(), /Hidden by your role/)
  })
})

for (const scripts of [true, false]) {
  test(`the rest of it is decided, scripts ${scripts ? 'on' : 'off'}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `masked rest ${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'), place)
      const [contact, ...more] = await differences(page)
      assert.equal(more.length, 0, 'one field is Ana’s to decide')
      await keep(page, contact, 1)
      await reason(page)
      await page.locator('button[name=then][value=stay]').first().click()
      await page.locator('.flash').waitFor()
      assert.match(await page.locator('.flash').innerText(), /Decided/)
      await page.locator('.flash button').first().click()
      await page.waitForURL((url) => url.pathname.startsWith('/conflicts/'))
      assert.ok(!(await page.content()).includes(IBAN))
    })
  })
}
