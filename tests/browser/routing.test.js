// Passing conflicts on, by keys and by plain forms.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, open } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { differences, keep, openConflict, reason, signIn } from './support/steps.js'

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const count = (page, view) =>
  page.locator(`.tabs a[href="/queue?view=${view}"] .count`).textContent().then((text) => Number(text))

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`a conflict is put off and called back, ${how}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `put-off-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      const [conflict] = await demo.conflicts()
      const open = await count(page, 'all')
      await openConflict(page, conflict.id)
      if (scripts) {
        await page.keyboard.press('h')
        assert.equal(await page.evaluate(() => document.activeElement.id), 'wait-until')
      }
      await page.locator('#wait-until').selectOption('tomorrow')
      await page.locator('button[formaction^="/waits"]').click()
      await page.getByText('Put off until tomorrow').waitFor()
      await go(page, '/queue?view=snoozed')
      assert.deepEqual([await count(page, 'snoozed'), await count(page, 'all')], [1, open - 1])
      await page.locator('.queue-rows a.open').click()
      await page.getByText('put this off until').waitFor()
      await page.getByRole('button', { name: 'Call it back now' }).click()
      await page.getByText('It is in the queue again.').waitFor()
      await go(page, '/queue')
      assert.deepEqual([await count(page, 'snoozed'), await count(page, 'all')], [0, open])
    })
  })

  test(`what is ticked is given, and a mistake keeps what was typed, ${how}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `ticked-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await page.locator('.row-tick').nth(0).check()
      await page.locator('.row-tick').nth(1).check()
      await page.getByRole('button', { name: 'Assign to me' }).click()
      await page.getByText('You have it now: 2 conflicts').waitFor()
      assert.ok((await count(page, 'mine')) >= 2)

      await page.locator('.row-tick').nth(0).check()
      await page.getByRole('button', { name: /Select all .* matching/ }).click()
      await page.getByRole('heading', { name: /conflicts selected/ }).waitFor()
      if (scripts) assert.deepEqual(await axe(page), [])
      await page.locator('#escalate-to').selectOption('role/manager')
      await page.getByRole('button', { name: 'Escalate' }).click()
      await page.getByText('the question is missing').first().waitFor()
      assert.equal(await page.locator('#escalate-to').inputValue(), 'role/manager')
      assert.match(await page.title(), /^Problem: /)
      if (scripts) assert.deepEqual(await axe(page), [])
    })
  })
}

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`passing on keeps what was chosen, and Enter beside it decides nothing, ${how}`, async () => {
    const all = (await demo.conflicts()).filter((one) => one.differences.every((d) => d.kind !== 'missing'))
    const { id } = all.at(scripts ? -1 : -2)
    const checked = async (page) => (await page.locator('.choice:checked:not(.copen)').first().getAttribute('id')).replace(/^d-/, '')
    const isOpen = async () => (await demo.get('steward', `conflicts/${id}`)).open
    await journey(await open(browser, demo.url, { scripts }), `left-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, id)
      const ids = await differences(page)
      for (const difference of ids) await keep(page, difference, 2)
      await reason(page)
      await page.locator('#escalate-question').fill('half a question')
      await page.locator('[data-act=assign-me]').click()
      await page.getByText('You have it now').waitFor()
      assert.equal(await checked(page), `${ids[0]}-2`)
      assert.equal(await page.locator('#escalate-question').inputValue(), 'half a question')
      if (scripts) assert.deepEqual(await axe(page), [])

      // Enter in a field beside the decision is its own button's, or shows what would be written.
      await page.locator('#wait-until').selectOption('at')
      await page.locator('#wait-at').press('Enter')
      await page.getByText(scripts ? 'Choose until when' : 'Nothing is saved yet').first().waitFor()
      assert.equal(await checked(page), `${ids[0]}-2`)
      assert.equal(await isOpen(), true)

      await page.locator('#question-address').evaluate((field) => (field.closest('details').open = true))
      await page.locator('#question-text').fill('Which one?')
      await page.locator('#wait-until').selectOption('tomorrow')
      await page.locator('#wait-send').click()
      await page.getByText('A question is typed and not sent').first().waitFor()
      assert.equal(await page.locator('#question-text').inputValue(), 'Which one?')
      if (scripts) assert.deepEqual(await axe(page), [])
      await page.locator('#question-text').fill('')
      await page.locator('#wait-send').click()
      await page.getByText('Put off until tomorrow').waitFor()
    })
    await journey(await open(browser, demo.url, { scripts }), `found-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward', 1), `/conflicts/${id}`)
      const ids = await differences(page)
      assert.equal(await checked(page), `${ids[0]}-2`)
      await page.getByRole('button', { name: 'Call it back now' }).click()
      await page.getByText('It is in the queue again.').waitFor()
      assert.equal(await checked(page), `${ids[0]}-2`)
    })
  })
}

test('rows are ticked and taken by keys, and the team page counts them', async () => {
  await journey(await open(browser, demo.url), 'keys', async (page) => {
    await signIn(page, demo.account('steward'))
    const mine = await count(page, 'mine')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Shift+X')
    assert.equal(await page.locator('.row-tick:checked').count(), 3)
    await page.keyboard.press('i')
    await page.getByText('You have it now: 3 conflicts').waitFor()
    const now = await count(page, 'mine')
    assert.ok(now > mine)
    await go(page, '/team')
    assert.deepEqual(await axe(page), [])
    const row = page.locator('tbody tr', { hasText: 'Ana Ruiz' })
    assert.equal(Number(await row.locator('td a').first().textContent()), now)
    await row.locator('td a').first().click()
    assert.match(page.url(), /assignee=/)
    assert.match(await page.title(), new RegExp(`^\\(${now}\\) Queue`))
  })
})

test('a view is kept, shared, changed and removed', async () => {
  await journey(await open(browser, demo.url), 'views', async (page) => {
    await signIn(page, demo.account('steward'), '/queue?view=all&field=phone&sort=title')
    await page.locator('summary', { hasText: 'Views' }).click()
    await page.locator('#view-new').fill('Phones by name')
    await page.locator('form[action="/views"] input[name=shared]').check()
    await page.getByRole('button', { name: 'Save as new view' }).click()
    await page.locator('.flash', { hasText: 'is kept' }).waitFor()
    await page.locator('.tabs a[aria-current]', { hasText: 'Phones by name' }).waitFor()
    assert.deepEqual(await axe(page), [])

    const other = await open(browser, demo.url)
    await journey(other, 'views-other', async (page) => {
      await signIn(page, demo.account('steward', 1))
      await page.locator('.tabs a', { hasText: 'Phones by name' }).click()
      await page.locator('summary', { hasText: 'Views' }).click()
      await page.getByText('by Ana Ruiz').waitFor()
      assert.equal(await page.getByRole('button', { name: /Remove/ }).count(), 0, 'it is not theirs')
    })

    // A page behind another one is not drawn, and so never still.
    await page.bringToFront()
    await page.locator('th.age a').click()
    await page.waitForURL(/sort=oldest/)
    await page.locator('summary', { hasText: 'Views' }).click()
    await page.getByRole('button', { name: 'Save changes to view' }).click()
    await page.locator('.flash', { hasText: 'is kept' }).waitFor()
    await page.locator('summary', { hasText: 'Views' }).click()
    await page.getByRole('button', { name: 'Remove Phones by name' }).click()
    await page.getByText('The view is gone.').waitFor()
    assert.equal(await page.locator('.tabs a', { hasText: 'Phones by name' }).count(), 0)
  })
})
