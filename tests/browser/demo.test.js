// The demo's own page: make a conflict, break a system, heal it, begin again.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, open, shape, shot } from './support/browser.js'
import { startDemo, until } from './support/demo.js'
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

const button = (page, name) => page.locator('main').getByRole('button', { name, exact: true })

/** Whether the queue, page by page, has a row that leads to a conflict. */
async function isInQueue(page, id) {
  for (let next = '/queue?view=all'; next; ) {
    await go(page, next)
    if ((await page.locator(`[data-row] a[href^="/conflicts/${id}"]`).count()) > 0) return true
    const more = page.locator('.pager a[rel=next]')
    next = (await more.count()) > 0 ? await more.getAttribute('href') : null
  }
  return false
}

/** How often each field is in dispute for each cause. */
async function kinds(demo) {
  const all = (await demo.conflicts()).flatMap((conflict) => conflict.differences)
  const found = {}
  for (const { field, cause } of all.filter((difference) => difference.state === 'open')) {
    found[`${field}: ${cause}`] = (found[`${field}: ${cause}`] ?? 0) + 1
  }
  return found
}

test('the demo page makes a conflict that is then in the queue', async () => {
  await journey(await open(browser, demo.url), 'demo makes', async (page) => {
    await signIn(page, demo.account('steward'), '/demo')
    await shot(page, 'demo')
    assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
    const known = new Set((await demo.conflicts()).map((conflict) => conflict.id))
    await button(page, 'Make a conflict').click()
    await page.waitForURL(/\/queue/)
    assert.match(await page.locator('.flash').innerText(), /^Made: ./)
    assert.equal(await layoutShift(page), 0)
    const [made, ...more] = (await demo.conflicts()).filter((conflict) => !known.has(conflict.id))
    assert.ok(made && more.length === 0, 'one more, and one only')
    assert.ok(await isInQueue(page, made.id), `${made.title} is in the queue`)
  })
})

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'
  test(`a system that is broken raises an alert, and healed the alert ends, ${how}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `demo breaks ${how}`, async (page) => {
      await signIn(page, demo.account('admin'), '/demo')
      const row = page.locator('tr', { has: page.locator('th', { hasText: 'Warehouse' }) })
      assert.match(await row.innerText(), /Works/)
      await row.getByRole('button', { name: 'Take it down' }).click()
      await page.waitForURL(/\/demo/)
      assert.match(await row.innerText(), /Broken on purpose/)
      if (scripts) assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])

      const runs = async () => {
        await demo.api('admin', 'systems/warehouse/runs', {})
        await go(page, '/alerts')
      }
      await until('an alert', async () => {
        await runs()
        return (await page.locator('.alerts li:not(.ended)', { hasText: 'Warehouse' }).count()) > 0
      }, { every: 1000 })
      await shot(page, `alerts-${scripts}`)
      assert.match(await page.locator('.banner.danger').innerText(), /Warehouse|need attention/, 'every page says so')
      await go(page, '/queue')
      assert.match(await page.locator('.notice.danger').innerText(), /Checking Warehouse fails since/)

      await go(page, '/demo')
      await button(page, 'Heal Warehouse').click()
      await page.waitForURL(/\/demo/)
      assert.match(await row.innerText(), /Works/)
      await until('the end of the alert', async () => {
        await runs()
        return (await page.locator('.banner.danger').count()) === 0
      }, { every: 1000 })
    })
  })
}

test('begun again, there is the same to decide for the same causes', async () => {
  await journey(await open(browser, demo.url), 'demo resets', async (page) => {
    page.setDefaultTimeout(60_000)
    const fresh = await startDemo()
    const told = await kinds(fresh).finally(() => fresh.stop())
    await signIn(page, demo.account('steward'), '/demo')
    await button(page, 'Reset the systems').click()
    await page.waitForURL(/\/queue/, { timeout: 60_000 })
    assert.match(await page.locator('.flash').innerText(), /stories were told again/)
    assert.deepEqual(await kinds(demo), told)
  })
})
