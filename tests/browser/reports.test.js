// A report of a saved view by mail, and the list narrowed by what is suggested.

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

const sound = async (page) => assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])

for (const [width, scheme] of [[1440, 'light'], [320, 'dark']]) {
  test(`a view is kept and its report asked for, ${width} px`, async () => {
    await journey(await open(browser, demo.url, { width, scheme }), `report ${width}`, async (page) => {
      await signIn(page, demo.account('steward'), '/queue?view=all&suggestion=unknown')
      assert.match(await page.locator('main').innerText(), /Suggestion: Not enough history/)
      await shot(page, `suggestion-${width}`)
      await sound(page)
      await page.locator('summary', { hasText: 'Views' }).click()
      await page.locator('#view-new').fill(`Without history ${width}`)
      await page.locator('#view-new').press('Enter')
      await page.waitForURL(/saved=/)
      await page.locator('summary', { hasText: 'Views' }).click()
      await page.getByRole('link', { name: 'Report by mail' }).click()
      await page.waitForURL(/\/views\/.+\/report/)
      assert.match(await page.locator('main').innerText(), /No mail server is set/, 'a demo mails nobody')
      await sound(page)
      await page.locator('#day').selectOption('3')
      await page.locator('button.main').click()
      await page.locator('#problem').waitFor()
      assert.match(await page.title(), /^Problem: /)
      assert.equal(await page.locator('#day').inputValue(), '3', 'what was chosen stays')
      await shot(page, `report-${width}`)
      await sound(page)
    })
  })
}

test('every grade of suggestions leads to as many rows as it says', async () => {
  await journey(await open(browser, demo.url), 'grades', async (page) => {
    await signIn(page, demo.account('steward'), '/queue?view=all')
    const links = page.locator('a[href*="suggestion="]:not([href*="saved="])')
    const grades = await links.evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.textContent]))
    assert.ok(grades.length > 1, 'there are several')
    for (const [href, text] of grades) {
      const count = Number(text.match(/([\d,]+)\s*$/)[1].replaceAll(',', ''))
      await go(page, href)
      const range = await page.locator('.pager').innerText()
      assert.equal(Number(range.match(/of ([\d,]+)/)[1].replaceAll(',', '')), count, text)
    }
  })
})
