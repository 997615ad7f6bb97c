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
  const [conflict] = await demo.conflicts()
  const page = await open(browser, demo.url)
  await signIn(page, demo.account('admin'), '/systems')
  const system = await link(page, /^\/systems\/[^/?]+$/)
  await page.goto(system ?? '/systems')
  const run = await link(page, /^\/runs\/[^/?]+$/)
  await page.goto('/policies')
  const policy = await link(page, /^\/policies\/[^?]+$/)
  await page.context().close()
  const steward = await open(browser, demo.url)
  await signIn(steward, demo.account('steward'), `/conflicts/${conflict.id}`)
  const record = await link(steward, /^\/records\/[^/?]+/)
  await steward.context().close()
  const all = [
    ['steward', '/queue', 'queue'],
    ['steward', `/conflicts/${conflict.id}`, 'conflict'],
    ['steward', '/records', 'records'],
    ['steward', record, 'record'],
    ['steward', '/decisions', 'decisions'],
    ['steward', '/help', 'help'],
    ['manager', '/audit', 'audit'],
    ['admin', '/systems', 'systems'],
    ['admin', system, 'system'],
    ['admin', run, 'run'],
    ['admin', '/policies', 'policies'],
    ['admin', policy, 'policy'],
  ]
  for (const [, path, name] of all) assert.ok(path, `no link leads to the page ${name}`)
  return all
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
