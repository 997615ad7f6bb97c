// Every page, light and dark, wide and at 320 pixels: what holds for all of them.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, open, shape, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { link, signIn } from './support/steps.js'

let demo, browser, places
before(async () => {
  demo = await startDemo()
  browser = await launch()
  places = await find()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** The addresses of every page, with the role that looks at it and a name for its picture. */
async function find() {
  const found = []
  const visit = async (role, start, wanted) => {
    const page = await open(browser, demo.url)
    await signIn(page, demo.account(role), start)
    for (const [path, name, pattern] of wanted) {
      if (path) await page.goto(path)
      const place = pattern ? await link(page, pattern) : path
      assert.ok(place, `no link on ${page.url()} leads to the page ${name}`)
      found.push([role, place, name])
    }
    await page.context().close()
  }
  const [conflict] = await demo.conflicts()
  await visit('steward', '/queue', [
    ['/queue', 'queue'],
    ['/queue?field=nothing-has-this-name', 'queue-empty'],
    ['/queue?view=snoozed', 'queue-snoozed'],
    ['/queue?sort=title&columns=values,entity,kind,due', 'queue-columns'],
    ['/queue/report', 'report'],
    ['/team', 'team'],
    [`/conflicts/${conflict.id}`, 'conflict'],
    [null, 'record', /^\/records\/[^/?]+/],
    ['/records', 'records'],
    ['/decisions', 'decisions'],
    ['/help', 'help'],
    ['/preferences', 'preferences'],
  ])
  await visit('manager', '/audit', [
    ['/audit', 'audit'],
    [null, 'audit-entry', /^\/audit\/\d+/],
    ['/audit/verification', 'audit-verification'],
  ])
  await visit('admin', '/systems', [
    ['/settings', 'settings'],
    ['/systems', 'systems'],
    [null, 'system', /^\/systems\/[^/?]+$/],
    ['/systems', 'run', /^\/runs\/[^/?]+$/],
    ['/settings/routing', 'routes'],
    ['/dry-runs', 'dry-runs'],
    ['/policies', 'policies'],
    [null, 'policy', /^\/policies\/[^/?]+\/(?!versions$)[^/?]+$/],
    ['/policies', 'policy-versions', /^\/policies\/[^/?]+\/versions$/],
  ])
  return found
}

for (const scheme of ['light', 'dark']) {
  for (const width of [1440, 320]) {
    test(`every page, ${scheme}, ${width} px`, async (t) => {
      for (const role of ['steward', 'manager', 'admin']) {
        await journey(await open(browser, demo.url, { scheme, width }), `pages ${scheme} ${width} ${role}`, async (page) => {
          await go(page, '/sign-in')
          await shot(page, `sign-in-${scheme}-${width}`)
          assert.deepEqual([...(await axe(page)), ...(await shape(page))], [], '/sign-in')
          await signIn(page, demo.account(role))
          for (const [, path, name] of places.filter(([who]) => who === role)) {
            await t.test(name, async () => {
              await go(page, path)
              await shot(page, `${name}-${scheme}-${width}`)
              assert.deepEqual([...(await axe(page)), ...(await shape(page))], [], path)
              assert.equal(await layoutShift(page), 0, `${path}: layout shift`)
            })
          }
        })
      }
    })
  }
}
