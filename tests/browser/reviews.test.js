// What rules settled, reviewed blind; where a person thinks otherwise, it is overturned.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, open, shape, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { keep, link, reason, signIn } from './support/steps.js'

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Draws a sample by its form; ends on its first difference. */
async function draw(page, size) {
  await go(page, '/queue?view=rule')
  await page.locator('main a[href="/samples"]').click()
  await page.locator('input[name=size]').fill(String(size))
  await page.locator('main form button').click()
  await page.waitForURL(/\/samples\/[^/]+\/items\/1$/)
}

/** Answers with a value that nobody held. */
async function otherwise(page) {
  await page.locator('input[name=answer][value=type]').focus()
  await page.keyboard.press('Space')
  const typed = page.locator('input[name^="typed."]')
  for (let at = 0; at < (await typed.count()); at += 1) await typed.nth(at).fill(`Another ${at}`)
  await typed.first().press('Enter')
  await page.getByText('The rule decided otherwise').waitFor()
}

for (const scripts of [true, false]) {
  test(`a rule’s choice is found wrong and overturned, scripts ${scripts ? 'on' : 'off'}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `overturned ${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await draw(page, 1)
      assert.doesNotMatch(await page.locator('main').innerText(), /source of truth|the rule/i)
      await otherwise(page)
      await page.locator('#ask summary').click()
      await page.locator('#ask-reason').fill('The paper says otherwise')
      await page.locator('#ask form button').click()
      await page.waitForURL(/\/conflicts\//)
      assert.match(await page.locator('.verdict').innerText(), /asked for a decision on .*The paper says otherwise/)
      const earlier = page.locator('.earlier input[type=radio]')
      assert.ok((await earlier.count()) > 0, 'what was held before can be chosen')
      const n = await earlier.first().getAttribute('data-n')
      if (scripts) await page.keyboard.press(n)
      else await keep(page, await page.locator('[data-difference]').first().getAttribute('data-difference'), n)
      assert.ok(await earlier.first().isChecked(), `the key ${n} chooses it`)
      await reason(page)
      await page.locator('button[value=stay]').first().click()
      await page.locator('.flash').waitFor()
      assert.match(await page.locator('.flash').innerText(), /Decided/)
      await go(page, await link(page, /^\/resolutions\//))
      assert.match(await page.locator('main').innerText(), /Keep an earlier value/)
      // Taken back, the question is open again.
      await page.locator('main form[action$="/undo"] button').click()
      await page.waitForURL(/\/conflicts\//)
      assert.ok(await earlier.first().isChecked(), 'the choice is kept as a draft')
    })
  })
}

test('the pages of a blind review and of what was asked, in every shape', async () => {
  const places = []
  await journey(await open(browser, demo.url), 'sample', async (page) => {
    await signIn(page, demo.account('steward'))
    await draw(page, 3)
    const sample = new URL(page.url()).pathname.replace(/\/items\/1$/, '')
    await otherwise(page)
    await page.locator('#ask summary').click()
    await page.locator('#ask-reason').fill('Sent back by the customer')
    await page.locator('#ask form button').click()
    await page.waitForURL(/\/conflicts\//)
    places.push(['/samples', 'samples'], [sample, 'sample'], [`${sample}/items/1`, 'sample-told'])
    places.push([`${sample}/items/2`, 'sample-item'], [new URL(page.url()).pathname, 'conflict-asked'])
    const record = await link(page, /^\/records\/[^/]+$/)
    places.push([`${record}`, 'record-ask'])
  })
  for (const [scheme, width] of [['light', 1440], ['dark', 1440], ['light', 320], ['dark', 320]]) {
    await journey(await open(browser, demo.url, { scheme, width }), `reviews ${scheme} ${width}`, async (page) => {
      await signIn(page, demo.account('steward'))
      for (const [path, name] of places) {
        await go(page, path)
        const fold = page.locator('#ask summary')
        if (await fold.count()) await fold.click()
        await shot(page, `${name}-${scheme}-${width}`)
        assert.deepEqual([...(await axe(page)), ...(await shape(page))], [], `${path} ${scheme} ${width}`)
        if (!(await fold.count())) assert.equal(await layoutShift(page), 0, `${path}: layout shift`)
      }
    })
  }
})
