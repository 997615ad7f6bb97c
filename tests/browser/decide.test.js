// The steward's job: decide by keyboard alone, decide without JavaScript, take it back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, journey, launch, open, shot } from './support/browser.js'
import { startDemo, until } from './support/demo.js'
import { chosen, differences, keep, keyboard, openConflict, preview, reason, signIn, undoable } from './support/steps.js'

let demo, browser, single
before(async () => {
  demo = await startDemo()
  browser = await launch()
  single = await withOneDifference()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Open conflicts with one disputed field and no reason asked: the standard decision. */
async function withOneDifference() {
  const found = []
  for (const item of await demo.conflicts()) {
    const conflict = await demo.get('steward', `conflicts/${item.id}`)
    const [only, ...more] = conflict.differences.filter((d) => d.state === 'open')
    if (only && more.length === 0 && only.values.length >= 2) found.push(conflict)
  }
  assert.ok(found.length >= 4, `only ${found.length} conflicts with one disputed field`)
  return found
}

/** The state of a conflict's differences by the API. */
async function states(id) {
  const { differences } = await demo.get('steward', `conflicts/${id}`)
  return differences.map((difference) => difference.state)
}

/** Waits until every delivery of a resolution has come to its end. */
function delivered(id) {
  return until(`the deliveries of ${id}`, async () => {
    const resolution = await demo.get('steward', `resolutions/${id}`)
    const ended = resolution.deliveries.every((d) => ['confirmed', 'accepted_with_changes', 'by_hand'].includes(d.state))
    return ended && resolution
  })
}

test('a standard decision takes two keys, from sign-in to the next conflict by keyboard alone', async () => {
  await journey(await open(browser, demo.url), 'keyboard', async (page) => {
    const steward = demo.account('steward')
    await page.goto('/queue')
    await page.locator('input[name=login]').focus()
    await page.keyboard.type(steward.login)
    await page.keyboard.press('Tab')
    await page.keyboard.type(steward.password)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/queue/)

    await page.keyboard.press('n')
    await page.waitForURL(/\/conflicts\//)
    const first = page.url()
    const keys = keyboard(page)
    const disputed = (await differences(page)).length
    const asksReason = (await page.locator('select[name=reason]').count()) > 0
    for (let at = 0; at < disputed; at += 1) await keys.press('1')
    if (asksReason) await keys.press('r', '1')
    const before = Date.now()
    await keys.press('Enter')
    await page.waitForURL((url) => url.href !== first)
    const took = Date.now() - before
    assert.equal(keys.pressed, disputed + 1 + (asksReason ? 2 : 0))
    assert.ok(took < 3000, `the next page took ${took} ms`)
    assert.match(page.url(), /\/conflicts\//, 'the next conflict is open')
    assert.equal(await page.locator('form#undo button').count(), 1, 'Undo is offered')
    const resolution = await demo.get('steward', `resolutions/${await undoable(page)}`)
    assert.ok(['held', 'waiting', 'on_hold'].includes(resolution.state), resolution.state)
    assert.deepEqual(await axe(page), [])
  })
})

test('a conflict knows its neighbours in the view it was opened from', async () => {
  await journey(await open(browser, demo.url), 'neighbours', async (page) => {
    await signIn(page, demo.account('steward', 1), '/queue?view=all&field=phone')
    const rows = await page.locator('[data-row] a.open').evaluateAll((all) => all.map((a) => new URL(a.href).pathname))
    assert.ok(rows.length >= 3)
    await page.locator('[data-row] a.open').first().click()
    await page.waitForURL(/\/conflicts\//)
    const place = () => page.locator('.crumbs .end > span').innerText()
    assert.equal(await place(), `1 of ${rows.length}`)
    assert.equal(await page.locator('.crumbs a[data-act=conflict-previous]').count(), 0)
    // The next one may be fetched ahead: it is the one the link leads to.
    const ahead = JSON.parse(await page.locator('script[type=speculationrules]').textContent())
    const next = await page.locator('a[data-act=conflict-next]').getAttribute('href')
    assert.deepEqual(ahead.prefetch[0].urls, [next])
    await page.keyboard.press('n')
    await page.waitForURL((url) => url.pathname === rows[1])
    assert.equal(await place(), `2 of ${rows.length}`)
    await page.keyboard.press('p')
    await page.waitForURL((url) => url.pathname === rows[0])
    assert.match(page.url(), /field=phone/, 'the view goes along')
    // So it does when something is skipped or decided.
    await page.keyboard.press('s')
    await page.waitForURL((url) => url.pathname === rows[1])
    assert.match(page.url(), /field=phone/)
  })
})

test('one disputed field is 1 and Enter, and the decision arrives in each system', async () => {
  // The first of the queue was decided by the journey before.
  const conflict = single.at(-1)
  await journey(await open(browser, demo.url), 'two keys', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const [difference] = await differences(page)
    const keys = keyboard(page)
    await keys.press('1')
    assert.equal(await chosen(page, difference), 'keep:1')
    await until('the preview follows the choice', async () => (await preview(page)).length > 0, { within: 5000 })
    await shot(page, 'conflict-chosen')
    if (await page.locator('select[name=reason]').count()) await keys.press('r', '1')
    await keys.press('Enter')
    await page.locator('form#undo').waitFor()
    const id = await undoable(page)
    assert.deepEqual(await states(conflict.id), ['decided'])

    const resolution = await delivered(id)
    assert.ok(resolution.deliveries.length > 0, 'something had to be written')
    // Referee says so; each system is asked again by the next run, which finds no difference.
    await page.goto('/decisions')
    assert.ok((await page.locator(`a[href*="${id}"]`).count()) > 0, 'it stands among the recent decisions')
  })
})

test('keys are silent while somebody types', async () => {
  const conflict = single[1]
  await journey(await open(browser, demo.url), 'silent keys', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const [difference] = await differences(page)
    await page.locator('input[name=note]').focus()
    await page.keyboard.type('1 s z j')
    assert.equal(await page.locator('input[name=note]').inputValue(), '1 s z j')
    assert.equal(await chosen(page, difference), null)
    assert.match(page.url(), new RegExp(conflict.id))
  })
})

test('without JavaScript: choose, check what will be written, save, undo', async () => {
  const conflict = single[1]
  await journey(await open(browser, demo.url, { scripts: false }), 'without scripts', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const [difference] = await differences(page)
    await keep(page, difference, 2)
    await reason(page)
    await page.locator('button[name=then][value=check]').click()
    await page.locator('#preview').waitFor()
    assert.equal(await chosen(page, difference), 'keep:2', 'the choice is kept')
    assert.ok((await preview(page)).length > 0, 'the writes are shown before saving')
    assert.deepEqual(await states(conflict.id), ['open'], 'checking saves nothing')
    await shot(page, 'conflict-without-scripts')

    await page.locator('button[name=then][value=stay]').click()
    await page.locator('form#undo').waitFor()
    assert.deepEqual(await states(conflict.id), ['decided'])

    await page.locator('form#undo button').click()
    await page.locator('form#decide').waitFor()
    assert.deepEqual(await states(conflict.id), ['open'])
    assert.equal(await chosen(page, difference), 'keep:2', 'the choice comes back with it')
  })
})

test('saving with nothing chosen says what is missing and keeps what was typed', async () => {
  const conflict = single[2]
  for (const scripts of [true, false]) {
    await journey(await open(browser, demo.url, { scripts }), `nothing chosen ${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await openConflict(page, conflict.id)
      await page.locator('input[name=note]').fill('keep this note')
      await page.locator('button[name=then][value=next]').click()
      await page.locator('[role=alert]').first().waitFor()
      assert.match(await page.title(), /^Problem:/)
      assert.equal(await page.locator('input[name=note]').inputValue(), 'keep this note')
      assert.deepEqual(await states(conflict.id), ['open'])
    })
  }
})

test('undo by one key: nothing is sent, the conflict is back with its choices', async () => {
  const conflict = single[2]
  await journey(await open(browser, demo.url), 'undo', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    const [difference] = await differences(page)
    await page.keyboard.press('1')
    if (await page.locator('select[name=reason]').count()) await reason(page)
    await page.locator('button[name=then][value=stay]').click()
    await page.locator('form#undo').waitFor()
    const id = await undoable(page)
    await page.keyboard.press('z')
    await page.locator('form#decide').waitFor()
    assert.equal(await chosen(page, difference), 'keep:1')
    const resolution = await demo.get('steward', `resolutions/${id}`)
    assert.equal(resolution.state, 'undone')
    assert.ok(resolution.deliveries.every((delivery) => delivery.state === 'undone'))
  })
})

test('pressing Save twice is one decision', async () => {
  const conflict = single[3]
  await journey(await open(browser, demo.url), 'double submit', async (page) => {
    await signIn(page, demo.account('steward'))
    await openConflict(page, conflict.id)
    await page.keyboard.press('1')
    await reason(page)
    const form = await page.evaluate(() => {
      const data = new FormData(document.querySelector('form#decide'))
      data.set('then', 'stay')
      return new URLSearchParams(data).toString()
    })
    const send = () =>
      page.request.post(`/conflicts/${conflict.id}/resolution`, {
        data: form,
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: demo.url, 'sec-fetch-site': 'same-origin' },
        maxRedirects: 0,
      })
    const answers = await Promise.all([send(), send()])
    assert.deepEqual(answers.map((answer) => answer.status()), [303, 303])
    const about = await demo.get('manager', `conflicts/${conflict.id}`)
    assert.deepEqual(about.differences.map((d) => d.state), ['decided'])
  })
})
