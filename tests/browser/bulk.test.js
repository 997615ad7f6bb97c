// Many at once: everything that the queue lists is frozen, shown, decided, followed and taken back; and a
// second person approves a run, or does not.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, open, shape, shot } from './support/browser.js'
import { sqlite, startDemo, until } from './support/demo.js'
import { signIn } from './support/steps.js'

const LIST = '/queue?view=all&entity=customer&field=phone'
const LOOKS = [['light', 1440], ['light', 320], ['dark', 1440], ['dark', 320]]

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

let loads = 0

/**
 * A loader gives 120 customers of the portal another phone number, sixty at a time: too few at once for an
 * incident. Each load takes numbers that nobody had.
 */
async function load() {
  loads += 1
  const file = demo.file('portal')
  const [found] = sqlite(file, `SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name LIKE '%phone%'`)
  for (const from of [0, 60]) {
    const first = loads * 120 + 100 + from
    const before = (await listed()).length
    sqlite(file, `UPDATE "${found.t}" SET "${found.c}" = '+49 30 777' || (10000 + rowid)
      WHERE rowid > ${first} AND rowid <= ${first + 60}`)
    await until('the reading begins', async () => (await demo.api('admin', 'systems/portal/runs', { full: true })).status === 202)
    await until('they are in the queue', async () => (await listed()).length >= before + 55)
  }
}

/** The open conflicts about a phone number of a customer. */
async function listed() {
  const all = []
  let next = ''
  do {
    const page = await demo.get('steward', `conflicts?field=phone&limit=100${next && `&cursor=${encodeURIComponent(next)}`}`)
    all.push(...page.items.filter((one) => one.entity === 'customer'))
    next = page.next
  } while (next)
  return all
}

/** From now on the phone's policy asks a second person. */
async function asksSecond() {
  const { version } = await demo.get('admin', 'policies')
  const policy = { source_of_truth: 'helpdesk', rule: 'manual_review', second_approver: true, bulk_allowed: true }
  const body = { version, reason: 'after an audit', entity: 'customer', slot: 'phone', policy }
  const drafted = await demo.api('admin', 'policy-drafts', body)
  assert.equal(drafted.status, 201, JSON.stringify(drafted.body))
  const { id, fingerprint } = drafted.body
  const on = await demo.api('admin', `policy-drafts/${id}/version`, { fingerprint })
  assert.equal(on.status, 201, JSON.stringify(on.body))
}

const number = (text) => Number(text.replaceAll(/\D/g, ''))
const main = (page) => page.locator('main').innerText()

/** Holds a page to axe and its shape, in both schemes and at both widths, and leaves pictures of it. */
async function look(page, name) {
  if (!page.scripts) return
  const before = page.viewportSize()
  for (const [scheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.setViewportSize({ width, height: 900 })
    await shot(page, `${name}-${scheme}-${width}`)
    assert.deepEqual([...(await axe(page)), ...(await shape(page))], [], `${name} ${scheme} ${width}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(before)
}

/** From the queue to the frozen set: everything that matches, one rule, and why. */
async function freeze(page, { rule, why }) {
  await go(page, LIST)
  await page.locator('.row-tick').first().check()
  await page.getByRole('button', { name: /Select all .* matching/ }).click()
  await page.getByRole('heading', { name: /conflicts selected/ }).waitFor()
  await page.getByRole('button', { name: 'Decide together' }).click()
  await page.waitForURL((url) => url.pathname === '/bulk')
  // Several fields may disagree: it is about the phone.
  const which = page.locator('.tabs a', { hasText: 'Phone' })
  if (await which.count()) await which.first().click()
  await page.locator('#note').waitFor()
  await look(page, 'bulk-rule')
  await page.locator(`input[name=choice][value="${rule}"]`).check()
  await page.locator('#note').fill(why)
  await page.locator('form.form button.main').click()
  await page.waitForURL((url) => url.pathname.startsWith('/groups/'))
  return new URL(page.url()).pathname
}

/** Follows a run on its page until that says so. */
async function runSays(page, run, words) {
  await until(`the run says ${words}`, async () => {
    await go(page, run)
    return words.test(await main(page))
  })
}

/** The count of a tab of the run's page. */
async function rows(page, name) {
  const tab = page.locator('.tabs a', { hasText: name })
  return (await tab.count()) ? number(await tab.first().locator('.count').innerText()) : 0
}

for (const scripts of [true, false]) {
  const how = `scripts ${scripts ? 'on' : 'off'}`

  test(`all that matches is frozen, shown, decided and undone in part, ${how}`, async () => {
    await load()
    await journey(await open(browser, demo.url, { scripts }), `bulk-run-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      const run = await freeze(page, { rule: 'keep:portal', why: 'The loader was right' })
      assert.match(await main(page), /Not decided yet/)
      const included = number(await page.locator('h2#decide').innerText())
      assert.ok(included > 100, `${included} rows`)
      await look(page, 'bulk-preview')
      if (scripts) assert.equal(await layoutShift(page), 0)
      // One is taken out: the set says so, and counts one less.
      await page.locator('input[name=row]:checked').first().uncheck()
      await page.getByRole('button', { name: 'Take out what is not ticked' }).click()
      await page.getByText('The set was changed.').waitFor()
      assert.equal(number(await page.locator('h2#decide').innerText()), included - 1)
      const left = page.locator('details', { hasText: 'Taken out by hand' })
      assert.equal(await left.locator('tbody tr').count(), 1)
      // A wrong number decides nothing.
      await page.locator('#count').fill('7')
      await page.locator('form[action$="/decision"] button.main').click()
      await page.locator('#problem').waitFor()
      assert.match(await page.title(), /^Problem: /)
      assert.match(await page.locator('#problem').innerText(), new RegExp(`Type ${included - 1} to decide them all`))
      assert.equal(await page.locator('#count').inputValue(), '7', 'what was typed is kept')
      await look(page, 'bulk-typed')
      // By keyboard alone: the number, and Enter.
      await page.locator('#count').focus()
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.type(String(included - 1))
      await page.keyboard.press('Enter')
      await page.getByText('It is decided row by row').or(page.locator('progress')).first().waitFor()
      // With scripts it comes to its end by itself.
      if (scripts) await page.locator('[data-under-way]').waitFor({ state: 'detached' })
      if (scripts) await page.locator('h2#back').waitFor()
      await look(page, 'bulk-running')
      await runSays(page, run, /Waiting\s*\d+/)
      await until('all of it is decided', async () => {
        await go(page, run)
        return (await rows(page, 'Waiting')) + (await rows(page, 'Confirmed')) >= included - 1
      })
      // The file has a line for every row, and each its link.
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('a[download]').click(),
      ])
      const lines = readFileSync(await file.path(), 'utf8').trim().split('\n')
      assert.ok(lines.length >= included + 1, `${lines.length} lines for ${included} rows and a head`)
      assert.ok(lines[1].includes('/resolutions/') || lines[1].includes('/conflicts/'), lines[1])
      // Three that wait are undone, which is what the page counts then.
      await page.locator('.tabs a', { hasText: 'Waiting' }).click()
      for (const nth of [0, 1, 2]) await page.locator('input[name=row]').nth(nth).check()
      await page.getByRole('button', { name: 'Undo what is ticked' }).click()
      await page.getByText('It is being taken back, row by row.').waitFor()
      await until('three are undone', async () => {
        await go(page, run)
        return (await rows(page, 'Undone')) === 3
      })
      await look(page, 'bulk-partly-undone')
      await page.locator('.tabs a', { hasText: 'Undone' }).click()
      assert.equal(await page.locator('section[aria-labelledby="set"] tbody tr').count(), 3, 'the count is the list')
    })
  })
}

for (const scripts of [true, false]) {
  const how = `scripts ${scripts ? 'on' : 'off'}`

  test(`a second person sends a run back, and approves it, ${how}`, async () => {
    await load()
    if (scripts) await asksSecond()
    let run
    await journey(await open(browser, demo.url, { scripts }), `bulk-asks-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      run = await freeze(page, { rule: 'suggested', why: 'As suggested, each its own' })
      assert.match(await main(page), /Somebody else has to approve exactly this set/)
      await look(page, 'bulk-suggested')
      const included = number(await page.locator('h2#decide').innerText())
      if (await page.locator('#count').count()) await page.locator('#count').fill(String(included))
      await page.locator('form[action$="/decision"] button.main').click()
      await page.getByText(/Waits for somebody else than/).waitFor()
      assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0, 'never by oneself')
      await look(page, 'bulk-awaiting')
    })
    await journey(await open(browser, demo.url, { scripts }), `bulk-sent-back-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward', 1), '/queue?view=approval')
      await page.locator('tbody a.open').first().click()
      await page.waitForURL((url) => url.pathname === run)
      await look(page, 'bulk-approver')
      // By keyboard: without a reason it is not sent back, with one it is.
      await page.locator('#send-back').focus()
      await page.keyboard.type('Which of them was asked?')
      await page.keyboard.press('Enter')
      await page.getByText('Sent back.').first().waitFor()
      assert.match(await main(page), /Which of them was asked\?/)
    })
    await journey(await open(browser, demo.url, { scripts }), `bulk-asks-again-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'), run)
      assert.match(await main(page), /Which of them was asked\?/, 'who decided reads why')
      const included = number(await page.locator('h2#decide').innerText())
      if (await page.locator('#count').count()) await page.locator('#count').fill(String(included))
      await page.locator('form[action$="/decision"] button.main').click()
      await page.getByText(/Waits for somebody else than/).waitFor()
    })
    await journey(await open(browser, demo.url, { scripts }), `bulk-approved-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward', 1), run)
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByText('Approved.').first().waitFor()
      await runSays(page, run, /Approved by/)
    })
    await journey(await open(browser, demo.url, { scripts }), `bulk-undone-${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'), run)
      await until('it is decided', async () => {
        await go(page, run)
        return (await rows(page, 'To come')) === 0
      })
      await page.getByRole('button', { name: 'Undo all' }).click()
      await until('all are undone', async () => {
        await go(page, run)
        return (await rows(page, 'Waiting')) === 0 && (await rows(page, 'Undone')) > 50
      })
    })
  })
}
