// What people say to each other, what they are told, and what they ask outside.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, headers, journey, launch, open, shape, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { chosen, differences, keep, openConflict, reason, signIn } from './support/steps.js'

let demo, browser
const taken = new Set()
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** An open conflict about a field that no other test of this file has. */
async function conflict() {
  const all = await demo.conflicts()
  const found = all.find((one) => !taken.has(one.id) && one.differences.every((d) => d.kind !== 'missing'))
  taken.add(found.id)
  return found
}

/** Holds a page to what every page is held to, as far as its scripts let it. */
async function held(page) {
  if (page.scripts) assert.deepEqual([...(await axe(page)), ...(await shape(page))], [], page.url())
}

const say = (page) => page.locator('button[formaction*="/comments"]').click()
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`a comment with a name reaches whom it names, ${how}`, async () => {
    const { id, title } = await conflict()
    await journey(await open(browser, demo.url, { scripts }), `comment-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, id)
      await page.locator('#comment').fill(`@jonas, do you know them? ${how}`)
      await say(page)
      await page.getByText('Your comment is on the record. Told: Jonas').waitFor()
      await page.locator('.said-text', { hasText: `do you know them? ${how}` }).waitFor()
      await held(page)
    })
    await journey(await open(browser, demo.url, { scripts }), `told-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward', 1), '/notices')
      const row = page.locator('main li', { hasText: title }).filter({ hasText: 'mentioned you' }).first()
      await row.waitFor()
      await held(page)
      await row.getByRole('button', { name: 'Open' }).click()
      await page.waitForURL(new RegExp(`/conflicts/${id}#c-`))
      await page.locator('.said-text', { hasText: how }).waitFor()
    })
  })

  test(`a tag is put on, found by its facet and taken off, ${how}`, async () => {
    const { id, title } = await conflict()
    const tag = `gate ${scripts ? 'one' : 'two'}`
    await journey(await open(browser, demo.url, { scripts }), `tag-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, id)
      await page.locator('#tag').fill(tag)
      await press(page, 'Add')
      await page.getByText('The tags are saved.').waitFor()
      await page.locator('.chips .chip', { hasText: tag }).waitFor()
      await held(page)
      await go(page, '/queue')
      await page.locator(`a[href*="tag=${tag.replace(' ', '+')}"]`).first().click()
      assert.deepEqual(await page.locator('.queue-rows a.open').allTextContents(), [title])
      await held(page)
      await openConflict(page, id)
      await page.getByRole('button', { name: `Take the tag ${tag} away` }).click()
      await page.getByText('The tags are saved.').waitFor()
      assert.equal(await page.locator('.chips .chip', { hasText: tag }).count(), 0)
    })
  })

  test(`what was chosen stays chosen while something is said, ${how}`, async () => {
    const { id } = await conflict()
    await journey(await open(browser, demo.url, { scripts }), `kept-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, id)
      const [first] = await differences(page)
      await keep(page, first, 2)
      await page.locator('#note').fill('half a note')
      await page.locator('#tag').fill('half')
      await page.locator('#comment').fill('I ask them')
      await say(page)
      await page.getByText('Your comment is on the record.').waitFor()
      assert.equal(await checked(page), `${first}-2`)
      assert.deepEqual([await page.locator('#note').inputValue(), await page.locator('#tag').inputValue()], ['half a note', 'half'])
      assert.equal(await page.locator('#comment').inputValue(), '')
      await page.locator('#tag-add').click()
      await page.locator('.chips .chip', { hasText: 'half' }).waitFor()
      assert.equal(await checked(page), `${first}-2`)
      await held(page)
      // A cause that a person names is noted the same way.
      await page.locator('.differs-form select').first().selectOption('human_override')
      await page.locator('.differs-form button').first().click()
      await page.getByText('Noted. Lists and counts').waitFor()
      await page.locator('.differs li', { hasText: 'says Ana' }).waitFor()
      assert.equal(await checked(page), `${first}-2`)
      // And nothing was decided by it.
      assert.equal((await demo.get('steward', `conflicts/${id}`)).open, true)
    })
  })

  test(`a comment that was not sent yet is said with the decision, or by skipping, ${how}`, async () => {
    const { id } = await conflict()
    const words = async () => (await demo.get('steward', `conflicts/${id}/comments`)).items.map((one) => one.text)
    await journey(await open(browser, demo.url, { scripts }), `along-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, id)
      await page.locator('#comment').fill('not for me')
      if (!(await page.locator('[data-act=skip]').isVisible())) await page.locator('[popovertarget=rest]').click()
      await page.locator('[data-act=skip]').click()
      await page.waitForURL((url) => !url.pathname.includes(id))
      assert.deepEqual(await words(), ['not for me'])
      await openConflict(page, id)
      for (const difference of await differences(page)) await keep(page, difference, 1)
      await page.locator('#comment').fill('they said so on the phone')
      await reason(page)
      await page.locator('.bar .button.main').click()
      await page.locator('form#undo').waitFor()
      assert.deepEqual((await words()).sort(), ['not for me', 'they said so on the phone'])
    })
  })

  test(`somebody outside answers by a link, ${how}`, async () => {
    const { id } = await conflict()
    let link
    await journey(await open(browser, demo.url, { scripts }), `ask-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, id)
      await page.locator('#questions summary').click()
      await page.locator('#question-address').fill('not an address')
      await page.locator('#question-text').fill('Which one do you use?')
      await press(page, 'Send the question')
      await page.getByText('is no mail address').first().waitFor()
      assert.equal(await page.locator('#question-text').inputValue(), 'Which one do you use?')
      await held(page)
      await page.locator('#question-address').fill('ada@example.com')
      await page.locator('#question-name').fill('Ada')
      await press(page, 'Send the question')
      const told = await page.locator('.flash').textContent()
      link = told.match(/https?:\/\/\S+\/ask\/[\w-]{43}/)[0].replace(/^https?:\/\/[^/]+/, '')
      await page.getByText('Not answered yet').waitFor()
      await held(page)
      await go(page, '/queue?view=snoozed')
      assert.ok((await page.locator(`a.open[href^="/conflicts/${id}"]`).count()) === 1, 'it waits')
    })
    await journey(await open(browser, demo.url, { scripts }), `answer-${scripts}`, async (page) => {
      headers(link, await (await page.goto(link)).allHeaders())
      await page.getByText('Which one do you use?').waitFor()
      await held(page)
      assert.equal(await page.locator('nav').count(), 0, 'nothing else to see')
      await page.locator('input[name=choice]').first().check()
      await page.locator('[name=text]').fill('Since March')
      await press(page, 'Send the answer')
      await page.getByText('Thank you').first().waitFor()
      await held(page)
      assert.equal((await page.goto(link)).status(), 410)
      await held(page)
    })
    await journey(await open(browser, demo.url, { scripts }), `answered-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'), `/conflicts/${id}`)
      await page.locator('#questions', { hasText: 'Since March' }).waitFor()
      const { record, waits_until: waits } = await demo.get('steward', `conflicts/${id}`)
      assert.equal(waits, null, 'it is back')
      await go(page, `/records/${record}/timeline`)
      await page.getByText('Ada answered').first().waitFor()
      await held(page)
    })
  })
}

/** Which value is chosen, as `difference-number`, whether scripts run or not. */
async function checked(page) {
  const id = await page.locator('.choice:checked:not(.copen)').first().getAttribute('id')
  return id.replace(/^d-/, '')
}

test('by keys alone: a value is chosen, a comment made, a tag put on, and saved', async () => {
  const { id } = await conflict()
  await journey(await open(browser, demo.url), 'talk-keys', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, id)
    const [first] = await differences(page)
    await page.keyboard.press('1')
    await page.keyboard.press('c')
    assert.equal(await page.evaluate(() => document.activeElement.id), 'comment')
    await page.keyboard.type('seen')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Your comment is on the record.').waitFor()
    assert.equal(await chosen(page, first), 'keep:1')
    // Enter in the field of tags adds the tag, and decides nothing.
    await page.locator('#tag').focus()
    await page.keyboard.type('by keys')
    await page.keyboard.press('Enter')
    await page.locator('.chips .chip', { hasText: 'by keys' }).waitFor()
    assert.equal(await chosen(page, first), 'keep:1')
    assert.equal((await demo.get('steward', `conflicts/${id}`)).open, true)
    assert.match(page.url(), /#tags$/)
  })
})

for (const scheme of ['light', 'dark']) {
  for (const width of [1440, 320]) {
    test(`talk, notices and links, ${scheme}, ${width} px`, async () => {
      const { id } = await conflict()
      await journey(await open(browser, demo.url, { scheme, width }), `talk ${scheme} ${width}`, async (page) => {
        await signIn(page, demo.account('steward'))
        await openConflict(page, id)
        await page.locator('#comment').fill(`@jonas ${scheme} ${width}`)
        await say(page)
        await page.locator('.said-text').first().waitFor()
        await page.locator('#questions summary').click()
        await page.locator('#question-address').fill('ada@example.com')
        await press(page, 'Send the question')
        const told = await page.locator('.flash').textContent()
        const link = told.match(/\/ask\/[\w-]{43}/)[0]
        await shot(page, `talk-${scheme}-${width}`)
        await held(page)
        await page.goto(link)
        await shot(page, `link-${scheme}-${width}`)
        await held(page)
      })
      await journey(await open(browser, demo.url, { scheme, width }), `notices ${scheme} ${width}`, async (page) => {
        await signIn(page, demo.account('steward', 1), '/notices')
        await page.locator('main li').first().waitFor()
        await shot(page, `notices-${scheme}-${width}`)
        await held(page)
        await page.getByRole('button', { name: 'No mail about this record' }).first().click()
        await page.getByText('No more mail about').waitFor()
        await held(page)
      })
    })
  }
}
