// The admin says which fields need a person, and the next run follows.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, open, shape, shot } from './support/browser.js'
import { findRow, sqlite, startDemo, until } from './support/demo.js'
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

/** The mapping table of a system's page: our field -> their column. */
async function columns(page, system) {
  await go(page, `/systems/${system}`)
  const rows = await page.locator('section[aria-labelledby=mapping] tbody tr').evaluateAll((all) =>
    all.map((row) => [row.cells[1].textContent.split(/[:·,]/).pop().trim().toLowerCase(), row.cells[0].textContent.trim()]),
  )
  // Suppliers have fields of the same names: the first kind of record counts.
  return Object.fromEntries(rows.reverse())
}

/** Runs a system now and waits for the end of the run. */
async function runNow(page, system) {
  await go(page, `/systems/${system}`)
  await page.locator(`form[action="/systems/${system}/runs"] button`).click()
  await page.waitForLoadState()
  const { status, body } = await demo.api('admin', `systems/${system}/runs`, {})
  assert.ok([200, 201, 202, 409].includes(status), JSON.stringify(body))
}

/** A customer of the portal whose phone no conflict is about, with its identifier. */
async function quietCustomer(file, column) {
  const disputed = JSON.stringify(await demo.conflicts('steward'))
  const table = sqlite(file, `SELECT m.name AS t FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name = '${column}'`)[0].t
  const key = sqlite(file, `SELECT name FROM pragma_table_info('${table}') WHERE pk = 1`)[0].name
  const rows = sqlite(file, `SELECT "${key}" AS id FROM "${table}" WHERE "${column}" LIKE '+49%' LIMIT 200`)
  return String(rows.find((row) => !disputed.includes(String(row.id))).id)
}

test('a policy needs a reason, and what was typed is kept', async () => {
  await journey(await open(browser, demo.url), 'policy without reason', async (page) => {
    await signIn(page, demo.account('admin'), '/policies')
    await shot(page, 'policies')
    await go(page, await link(page, /^\/policies\/[^/?]+\/(?!versions$)[^/?]+$/))
    await page.locator('input[name=if_wrong]').fill('The parcel goes to the old address')
    await page.locator('form button.main').click()
    await page.locator('[role=alert]').first().waitFor()
    assert.match(await page.title(), /^Problem:/)
    assert.equal(await page.locator('input[name=if_wrong]').inputValue(), 'The parcel goes to the old address')
    assert.deepEqual(await axe(page), [])
  })
})

test('source wins for the phone: the next change there is written to the others without a person', async () => {
  await journey(await open(browser, demo.url), 'policy', async (page) => {
    await signIn(page, demo.account('admin'), '/systems')
    const portal = (await columns(page, 'portal')).phone
    const warehouse = (await columns(page, 'warehouse')).phone
    assert.ok(portal && warehouse, 'both systems map the phone')

    await go(page, '/policies')
    const form = await page.locator('th[scope=row] a', { hasText: /^\s*phone\s*$/i }).first().getAttribute('href')
    await go(page, form)
    await page.locator('input[name=rule][value*=source]').check()
    await page.locator('input[name=source][value=portal]').check()
    await page.locator('input[name=because]').fill('Customers keep their number in the portal')
    await shot(page, 'policy-form')
    await page.locator('form button.main').click()
    await page.waitForURL(/\/policy-drafts\//)
    assert.match(await page.locator('main').innerText(), /Becomes/)
    await shot(page, 'policy-draft')
    assert.deepEqual(await axe(page), [])
    await page.locator('form[action$="/version"] button.main').click()
    await page.waitForURL(/\/policies\//)
    const row = page.locator('tr', { has: page.locator('th a', { hasText: /^\s*phone\s*$/i }) })
    assert.match(await row.innerText(), /source wins/i)
    await go(page, `${new URL(page.url()).pathname.replace(/\/$/, '')}/versions`)
    assert.match(await page.locator('ol.versions li').first().innerText(), /Customers keep their number in the portal/)

    const id = await quietCustomer(demo.file('portal'), portal)
    const changed = findRow(demo.file('portal'), portal, id)
    assert.equal(changed.set('+49 30 5550199'), 1)
    const before = (await demo.conflicts('steward')).length
    await runNow(page, 'portal')

    await go(page, `/records?q=${encodeURIComponent(id)}`)
    if (!/\/records\/[^/?]+/.test(page.url())) await go(page, await link(page, /^\/records\/[^/?]+$/))
    const [{ WH_NO: there }] = sqlite(demo.file('warehouse'), `SELECT WH_NO FROM SHIP_TO WHERE CUST_REF = '${id}'`)
    const target = findRow(demo.file('warehouse'), warehouse, there)
    await until('the warehouse to have the number', () => /5550199/.test(String(target.value()).replaceAll(/\D/g, '')))
    assert.equal((await demo.conflicts('steward')).length, before, 'nobody was asked')
    await page.reload()
    await shot(page, 'record-after-rule')
  })
})

test('by keyboard alone: a change is drafted, looked at, switched on, and taken back', async () => {
  for (const [scheme, width] of [['light', 1440], ['dark', 320]]) {
    await journey(await open(browser, demo.url, { scheme, width }), `drafts ${scheme} ${width}`, async (page) => {
      /** Tabs until the focus is where it is wanted. */
      const to = async (selector) => {
        for (let at = 0; at < 120; at += 1) {
          await page.keyboard.press('Tab')
          if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
        }
        throw new Error(`the keyboard does not reach ${selector} on ${page.url()}`)
      }
      const name = `Reason of the journey at ${width}`
      await signIn(page, demo.account('admin'), '/policies/customer/name')
      await to('input[name=if_wrong]')
      await page.keyboard.type(`The letter greets somebody else (${width})`)
      await to('input[name=because]')
      await page.keyboard.type(name)
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/policy-drafts\//)
      assert.match(await page.locator('main').innerText(), new RegExp(name))
      assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
      await to('form[action$="/version"] button')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/policies\/customer/)
      await go(page, '/policies/customer/versions')
      assert.match(await page.locator('ol.versions li').first().innerText(), new RegExp(name))
      assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
      await to('form[action$="/draft"] input[name=because]')
      await page.keyboard.type('it was better before')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/policy-drafts\//)
      assert.match(await page.locator('h1').innerText(), /back to version/)
      await to('form[action$="/version"] button')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/policies\/customer/)
    })
  }
})

test('a dry run, without scripts and in every look: started, watched, read', async () => {
  for (const [scheme, width, scripts] of [['light', 1440, true], ['dark', 320, true], ['light', 320, false]]) {
    await journey(await open(browser, demo.url, { scheme, width, scripts }), `dry run ${scheme} ${width}`, async (page) => {
      await signIn(page, demo.account('admin'), '/dry-runs')
      if (scripts) assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
      await page.locator('form button.main').click()
      await page.waitForURL(/\/dry-runs\/[0-9a-f]+/)
      // It looks again by itself.
      await page.locator('p.lead').waitFor({ timeout: 60_000 })
      assert.match(await page.locator('p.lead').innerText(), /\d+ differences, nothing written/)
      if (scripts) assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
      const count = page.locator('table.counts td.number a').first()
      const n = Number(await count.innerText())
      await count.click()
      await page.waitForURL(/field=/)
      assert.equal(await page.locator('table.dry-rows tbody tr').count(), Math.min(n, 50))
    })
  }
})
