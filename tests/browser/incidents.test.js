// Very much changes at once: one incident, which a steward decides as a group and by keyboard.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, open, shape, shot } from './support/browser.js'
import { sqlite, startDemo, until } from './support/demo.js'
import { link, signIn } from './support/steps.js'

let demo, browser, incident
before(async () => {
  demo = await startDemo()
  browser = await launch()
  // A loader gives every customer of the portal another phone number.
  const file = demo.file('portal')
  const found = sqlite(file, `SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name LIKE '%phone%'`)[0]
  sqlite(file, `UPDATE "${found.t}" SET "${found.c}" = '+49 30 777' || (10000 + rowid)`)
  const { status } = await demo.api('admin', 'systems/portal/runs', { full: true })
  assert.ok([202, 409].includes(status), String(status))
  incident = await until('the incident', async () => {
    const { items } = await demo.get('steward', 'incidents')
    return items.find((one) => one.state === 'open' && one.system === 'portal')
  })
  await until('its conflicts', async () => {
    const held = await demo.get('steward', `conflicts?incident=${incident.id}&limit=5`)
    return held.items.length > 0
  })
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

for (const scheme of ['light', 'dark']) {
  for (const width of [1440, 320]) {
    test(`incident pages, ${scheme}, ${width} px`, async () => {
      await journey(await open(browser, demo.url, { scheme, width }), `incidents ${scheme} ${width}`, async (page) => {
        await signIn(page, demo.account('steward'))
        for (const [path, name] of [['/queue', 'queue-incident'], ['/incidents', 'incidents'], [`/incidents/${incident.id}`, 'incident']]) {
          await go(page, path)
          await shot(page, `${name}-${scheme}-${width}`)
          assert.deepEqual([...(await axe(page)), ...(await shape(page))], [], path)
          assert.equal(await layoutShift(page), 0, `${path}: layout shift`)
        }
      })
    })
  }
}

for (const scripts of [true, false]) {
  test(`a mass change is frozen and shown before it is decided, scripts ${scripts ? 'on' : 'off'}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `group ${scripts}`, async (page) => {
      await signIn(page, demo.account('steward'))
      await go(page, '/queue')
      assert.match(await page.locator('main').innerText(), /incidents? waits? for a choice/)
      await go(page, `/incidents/${incident.id}`)
      assert.match(await page.locator('h1').innerText(), /in Portal|from Portal/)
      // By keyboard alone: the first outcome, a reason, and on.
      await page.locator('input[name=choice]').first().focus()
      await page.keyboard.press('Space')
      await page.locator('#note').focus()
      await page.keyboard.type('The numbers moved')
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.pathname.startsWith('/groups/'))
      if (scripts) {
        await shot(page, 'group')
        assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
      }
      assert.match(await page.locator('main').innerText(), /Not decided yet/)
      const seen = await demo.get('steward', `incidents/${incident.id}`)
      assert.equal(seen.state, 'open', 'looking decides nothing')
    })
  })
}

test('what is typed decides it, and the page says how far it is', async () => {
  await journey(await open(browser, demo.url), 'group decided', async (page) => {
    await signIn(page, demo.account('steward'), `/incidents/${incident.id}`)
    await page.locator('input[name=choice]').first().check()
    await page.locator('#note').fill('The numbers moved')
    await page.locator('form[action$="/groups"] button.main').click()
    await page.waitForURL((url) => url.pathname.startsWith('/groups/'))
    const number = page.locator('#count')
    if (await number.count()) {
      const asked = await page.locator('label[for=count]').innerText()
      await number.fill(asked.replaceAll(/\D/g, ''))
    }
    await page.locator('form[action$="/decision"] button.main').click()
    await page.waitForLoadState()
    const ended = await until('the end of the incident', async () => {
      const now = await demo.get('steward', `incidents/${incident.id}`)
      return now.state === 'ended' && now
    })
    assert.equal(ended.ending, 'accepted')
    // Nobody asks for the page again: it says its end by itself.
    const said = page.locator('header.title .state-word')
    await until('the end of the run on its page', async () => /Decided|Done/.test(await said.innerText()), { every: 500 })
    assert.equal(await page.locator('[data-under-way]').count(), 0)
    await go(page, `/incidents/${incident.id}`)
    assert.match(await page.locator('header.title').innerText(), /Accepted as right/)
    await go(page, await link(page, /^\/groups\/[^/?]+$/))
    await shot(page, 'group-done')
    assert.deepEqual([...(await axe(page)), ...(await shape(page))], [])
  })
})
