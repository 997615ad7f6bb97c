// Every number that is a link leads to a list of exactly so many. Crawled from the pages that carry such
// numbers, as each role, with something assigned, put off and asked about.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, nothingWrong, open } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { signIn } from './support/steps.js'

const START = [
  '/queue', '/queue?view=mine', '/queue?view=snoozed', '/queue?field=address', '/queue?stakes=high&due=today', '/team',
  '/failed-writes', '/incidents', '/audit', '/systems', '/records', '/records?entity=product', '/policies',
]
// Links followed by one role, and pages of one list.
const MOST_LINKS = 300
const MOST_PAGES = 40

let demo, browser
before(async () => {
  demo = await startDemo()
  browser = await launch()
  await busy()
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Some conflicts are somebody's, put off, or asked about. */
async function busy() {
  const all = await demo.conflicts()
  const { id } = (await demo.get('steward', 'me'))
  const done = async (path, body) => {
    const { status, body: said } = await demo.api('steward', path, body)
    assert.equal(status, 200, `${path}: ${JSON.stringify(said)}`)
  }
  for (const one of all.slice(0, 7)) await done(`conflicts/${one.id}/assignment`, { to: id })
  const until = new Date(Date.now() + 86_400_000).toISOString()
  for (const one of all.slice(5, 9)) await done(`conflicts/${one.id}/wait`, { until })
  for (const one of all.slice(10, 12)) await done(`conflicts/${one.id}/escalation`, { to: 'role/manager', question: 'Which?' })
  await done(`conflicts/${all[13].id}/claim`, {})
}

/** The links of a page that carry a count: `[{href, text, count, over}]`. */
function counted(page) {
  return page.evaluate(() => {
    const lists = /^\/(queue|failed-writes|records|incidents|audit)(\/[^/]+\/[^/]+\/[^/]+)?$/
    const found = []
    for (const a of document.querySelectorAll('main a[href]')) {
      const url = new URL(a.href)
      const text = a.textContent.replace(/\s+/g, ' ').trim()
      const own = a.querySelector('.count')?.textContent ?? text
      const number = own.trim().match(/^(\d[\d,]*)(\+)?(?= \p{L}|$)/u)
      const conflict = /^\/conflicts\/[^/]+$/.test(url.pathname) && / fields? disagrees?$| fields? disagree$/.test(text)
      const list = lists.test(url.pathname) && !a.closest('.pager, [data-row] th, .chips')
      if (!number || !(conflict || list)) continue
      // A chosen value's link takes the choice back: its count is of the list that is shown.
      const href = a.getAttribute('aria-current') === 'true' ? location.pathname + location.search : url.pathname + url.search
      found.push({ href, text, count: Number(number[1].replaceAll(',', '')), over: Boolean(number[2]), key: `${href} ${text.replace(/[\d,]+/g, '')}` })
    }
    return found
  })
}

/** What a list says of itself, and how many rows it shows on this page. */
function listed(page) {
  return page.evaluate(() => {
    const range = document.querySelector('main .pager > span:not(.end)')?.textContent ?? ''
    const of = range.match(/ of ([\d,]+)(\+)?/)
    const fields = document.querySelectorAll('main .diff').length
    const entries = document.querySelectorAll('main a[href^="/audit/"][aria-label]').length
    const rows = document.querySelectorAll('main [data-row]').length || document.querySelectorAll('main .table tbody tr').length
    return {
      says: of ? Number(of[1].replaceAll(',', '')) : null,
      over: Boolean(of?.[2]),
      rows: location.pathname.startsWith('/conflicts/') ? fields : location.pathname === '/audit' ? entries : rows,
      next: document.querySelector('main .pager a[rel=next]')?.getAttribute('href') ?? null,
      previous: Boolean(document.querySelector('main .pager a[rel=prev]')),
    }
  })
}

/** How many there are in the list at an address: what it says, and what its pages add up to. */
async function total(page, href) {
  const answer = await page.goto(href)
  assert.equal(answer.status(), 200, href)
  const first = await listed(page)
  let sum = first.rows
  let here = first
  for (let pages = 1; here.next && pages < MOST_PAGES; pages++) {
    if (first.says !== null && first.says > 500) return first.says
    await page.goto(here.next)
    here = await listed(page)
    sum += here.rows
  }
  if (here.next) return first.says
  // A list that says its length is that long.
  if (first.says !== null && !first.over) assert.equal(sum, first.says, `${href} says ${first.says} and shows ${sum}`)
  return first.says ?? sum
}

/** Follows what the pages count; answers what did not match. */
async function crawl(page) {
  const [wrong, followed] = [[], new Map()]
  for (const start of START) {
    const answer = await page.goto(start)
    // What the role may not see counts nothing.
    if (answer.status() === 403) continue
    assert.equal(answer.status(), 200, start)
    for (const link of await counted(page)) {
      const known = followed.get(link.href)
      if (known === undefined && followed.size >= MOST_LINKS) continue
      const found = known ?? (await total(page, link.href))
      followed.set(link.href, found)
      if (found === link.count || (link.over && found >= link.count)) continue
      // The log grows while it is looked at, the last reading of it among others: then it is between two looks.
      await page.goto(start)
      const again = (await counted(page)).find((other) => other.key === link.key)
      const fresh = again && (await total(page, link.href))
      if (again && fresh >= Math.min(link.count, again.count) && fresh <= Math.max(link.count, again.count) + grown(link)) continue
      wrong.push(`${start}: "${link.text}" leads to ${fresh ?? found} at ${link.href}`)
    }
  }
  return { wrong, followed: followed.size }
}

/** Entries that opening a list of the log adds to that very list. */
const grown = (link) => (/^\/audit\?(action=read|actor=)/.test(link.href) ? 1 : 0)

for (const role of ['steward', 'manager', 'admin']) {
  test(`every count is the length of its list: ${role}`, { timeout: 300_000 }, async () => {
    const page = await open(browser, demo.url)
    await signIn(page, demo.account(role))
    const { wrong, followed } = await crawl(page)
    assert.deepEqual(wrong, [])
    assert.ok(followed >= 30, `only ${followed} links carried a count`)
    nothingWrong(page)
    await page.context().close()
  })
}

test('a count that lies is found', async () => {
  const page = await open(browser, demo.url)
  await signIn(page, demo.account('steward'))
  await page.route('**/queue?view=mine', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/ of (\d+)<\/span>/, ' of 9999</span>') })
  })
  await assert.rejects(() => total(page, '/queue?view=mine'), /says 9999/)
  await page.context().close()
})
