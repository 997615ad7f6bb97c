// The tests' own tools: what they are there to find is planted, and found.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { axe, headers, launch, layoutShift, nothingWrong, open, shape } from './support/browser.js'

const GOOD = `<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1><p>Text</p></main>`
const PAGES = {
  '/good': GOOD,
  '/contrast': GOOD.replace('<p>', '<p style="color:#aaa;background:#fff">'),
  '/label': GOOD.replace('<p>', '<input><p>'),
  '/wide': GOOD.replace('<p>', '<p style="width:500px">'),
  '/two': GOOD.replace('<p>', '<h1 id="x">Two</h1><p id="x">'),
  '/error': `${GOOD}<script>throw new Error('planted')</script>`,
  '/foreign': `${GOOD}<img alt="" src="http://127.0.0.1:1/x.png">`,
  '/shift': `${GOOD}<script>setTimeout(() => document.querySelector('main').prepend(document.createElement('hr'), 'new', document.createElement('hr')), 50)</script>`,
}
const POLICY = "default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"

let server, origin, browser
before(async () => {
  server = createServer((request, answer) => {
    answer.setHeader('content-type', 'text/html')
    answer.end(PAGES[request.url] ?? '')
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${server.address().port}`
  browser = await launch()
})
after(async () => {
  await browser?.close()
  server?.close()
})

async function at(path, options) {
  const page = await open(browser, origin, options)
  await page.goto(path)
  return page
}

test('a good page has nothing wrong', async () => {
  const page = await at('/good', { width: 320 })
  assert.deepEqual(await axe(page), [])
  assert.deepEqual(await shape(page), [])
  assert.equal(await layoutShift(page), 0)
  nothingWrong(page)
})

test('axe finds low contrast and a field without a name', async () => {
  assert.match((await axe(await at('/contrast'))).join(), /color-contrast/)
  assert.match((await axe(await at('/label'))).join(), /label/)
})

test('sideways scroll, two headings and an id twice are found', async () => {
  assert.match((await shape(await at('/wide', { width: 320 }))).join(), /sideways/)
  assert.deepEqual(await shape(await at('/two')), ['2 h1', 'ids twice: x'])
})

test('an exception and a foreign request are found', async () => {
  const broken = await at('/error')
  assert.throws(() => nothingWrong(broken), /planted/)
  const foreign = await at('/foreign')
  assert.throws(() => nothingWrong(foreign), /foreign request/)
})

test('a shift of the layout is found', async () => {
  const page = await at('/shift')
  await page.waitForTimeout(200)
  assert.notEqual(await layoutShift(page), 0)
})

test('a missing or weak policy is found', () => {
  const rest = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' }
  headers('/', { 'content-security-policy': POLICY, ...rest })
  for (const weak of ['', POLICY.replace("'none'", "'self'"), `${POLICY}; script-src 'unsafe-inline'`, `${POLICY}; img-src *`]) {
    assert.throws(() => headers('/', { 'content-security-policy': weak, ...rest }), /policy/)
  }
  assert.throws(() => headers('/', { 'content-security-policy': POLICY }))
})

test('without scripts none runs', async () => {
  const page = await at('/error', { scripts: false })
  nothingWrong(page)
})
