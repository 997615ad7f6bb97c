// Coming in, staying out, and coming back to where one was.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, layoutShift, open } from './support/browser.js'
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

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`a wrong password is refused in one neutral sentence, ${how}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `wrong password ${how}`, async (page) => {
      const said = []
      for (const login of [demo.account('steward').login, 'nobody-of-that-name']) {
        await go(page, '/sign-in')
        await page.locator('input[name=login]').fill(login)
        await page.locator('input[name=password]').fill('wrong password here')
        const answer = page.waitForResponse((r) => r.request().method() === 'POST')
        await page.locator('main form button').first().click()
        assert.ok([401, 422].includes((await answer).status()))
        assert.match(page.url(), /sign-in/)
        assert.equal(await page.locator('input[name=login]').inputValue(), login, 'the name typed is kept')
        assert.equal(await page.locator('input[name=password]').inputValue(), '', 'the password is not')
        assert.match(await page.title(), /^Problem:/)
        said.push((await page.locator('[role=alert]').first().innerText()).trim())
      }
      assert.equal(said[0], said[1], 'nothing tells whether the name exists')
      if (scripts) assert.deepEqual(await axe(page), [])
    })
  })

  test(`signing in returns to the address asked for, signing out ends it, ${how}`, async () => {
    await journey(await open(browser, demo.url, { scripts }), `sign in ${how}`, async (page) => {
      await signIn(page, demo.account('steward'), '/decisions?page=1')
      assert.equal(new URL(page.url()).pathname, '/decisions')
      const cookies = await page.context().cookies()
      assert.ok(cookies.every((cookie) => cookie.httpOnly && cookie.sameSite !== 'None'), JSON.stringify(cookies))
      await page.locator('.me').click()
      await page.locator('#me form[action="/sign-out"] button').click()
      await page.waitForURL(/sign-in/)
      await page.goto('/queue')
      assert.match(page.url(), /sign-in/, 'the session is over')
    })
  })
}

test('a password is shown when asked for, and never sent as plain text', async () => {
  await journey(await open(browser, demo.url), 'show password', async (page) => {
    const { login, password } = demo.account('steward')
    await go(page, '/sign-in')
    const field = page.locator('input[name=password]')
    await page.locator('input[name=login]').fill(login)
    await field.fill(password)
    await page.getByLabel('Show password').check()
    assert.equal(await field.getAttribute('type'), 'text')
    assert.deepEqual(await axe(page), [])
    await page.getByLabel('Show password').uncheck()
    assert.equal(await field.getAttribute('type'), 'password')
    await page.getByLabel('Show password').check()
    await field.press('Enter')
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  })
})

test('two minutes before a session ends it says so, and goes on when asked to', async () => {
  await journey(await open(browser, demo.url), 'session ends', async (page) => {
    await page.clock.install()
    await signIn(page, demo.account('steward'))
    const strip = page.locator('#leaving')
    await page.clock.fastForward('27:30')
    assert.equal(await strip.isVisible(), false)
    await page.clock.fastForward('01:00')
    await strip.waitFor({ state: 'visible' })
    assert.match(await strip.innerText(), /signed out in 2 minutes/)
    assert.deepEqual(await axe(page), [])
    assert.equal(await layoutShift(page), 0, 'nothing moves')
    await page.getByRole('button', { name: 'Stay signed in' }).click()
    await strip.waitFor({ state: 'hidden' })
    await page.clock.fastForward('28:30')
    await strip.waitFor({ state: 'visible' })
  })
})

test('a page of another role is refused and says which role it needs', async () => {
  await journey(await open(browser, demo.url), 'other role', async (page) => {
    await signIn(page, demo.account('steward'))
    await go(page, '/policies/new', 403).catch(() => go(page, '/policies/new', 404))
    assert.equal(await page.locator('h1').count(), 1)
  })
})

test('an address that is not there says so, with a way back', async () => {
  await journey(await open(browser, demo.url), 'not there', async (page) => {
    await signIn(page, demo.account('steward'))
    for (const path of ['/conflicts/01890000-0000-7000-8000-000000000000', '/no/such/page']) {
      await go(page, path, 404)
      assert.ok((await page.locator('main a[href]').count()) > 0, 'a way back')
      assert.deepEqual(await axe(page), [])
    }
  })
})
