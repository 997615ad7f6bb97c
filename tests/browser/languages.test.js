// The main pages in German, in the accented pseudo-language and from right to left: nothing is cut,
// nothing lies on something else, nothing runs off the page, and no value leans on the page's direction.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { axe, go, journey, launch, open, shape, shot } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { link, signIn } from './support/steps.js'

/** What the demo's configuration and accounts call things. */
const CONFIGURED = readFileSync(resolve(import.meta.dirname, '../../src/demo/demo.toml'), 'utf8')
const NAMES = [
  ...[...CONFIGURED.matchAll(/\b(?:label|process) = "([^"]+)"/g)].map(([, name]) => name),
  'Referee', 'Street', 'Postcode', 'City', 'Country', 'Ana Ruiz', 'Jonas Beck', 'Maya Klein', 'Tariq Nasser', 'Iris Vogt',
]

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

async function find() {
  const [conflict] = await demo.conflicts()
  const page = await open(browser, demo.url)
  await signIn(page, demo.account('admin'), '/policies')
  const policy = await link(page, /^\/policies\/[^/?]+\/(?!versions$)[^/?]+$/)
  await go(page, '/systems')
  const system = await link(page, /^\/systems\/[^/?]+$/)
  await page.context().close()
  return [
    ['steward', '/queue', 'queue'],
    ['steward', '/queue?q=nothing-has-this-name', 'queue-empty'],
    ['steward', `/conflicts/${conflict.id}`, 'conflict'],
    ['steward', '/records', 'records'],
    ['steward', '/decisions', 'decisions'],
    ['steward', '/help', 'help'],
    ['steward', '/preferences', 'preferences'],
    ['manager', '/audit', 'audit'],
    ['admin', '/settings', 'settings'],
    ['admin', '/systems', 'systems'],
    ['admin', system, 'system'],
    ['admin', '/policies', 'policies'],
    ['admin', policy, 'policy'],
    ['admin', '/dry-runs', 'dry-runs'],
    ['admin', '/incidents', 'incidents'],
  ]
}

/** Words that are cut, and buttons, labels and headings that lie on each other, as lines. */
export function room(page) {
  return page.evaluate(() => {
    const wrong = []
    const kinds = 'button, .button, label, h1, h2, h3, legend, summary, th, .tag, .tabs a, .nav a, .crumbs a, .chip'
    const seen = (e) => e.checkVisibility() && !e.closest('.hidden, .skip, [popover]:not(:popover-open)')
    const all = [...document.querySelectorAll(kinds)].filter((e) => seen(e) && !e.classList.contains('hidden'))
    /** From where to where the words reach that are to be seen. */
    const extent = (e) => {
      const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT)
      const all = []
      while (walker.nextNode()) {
        const up = walker.currentNode.parentElement
        if (!walker.currentNode.textContent.trim() || up.closest('.hidden') || !up.checkVisibility()) continue
        const range = document.createRange()
        range.selectNodeContents(walker.currentNode)
        all.push(range.getBoundingClientRect())
      }
      const seen = all.filter((r) => r.width > 0)
      return seen.length ? { left: Math.min(...seen.map((r) => r.left)), right: Math.max(...seen.map((r) => r.right)) } : null
    }
    const name = (e) => `${e.tagName.toLowerCase()}.${e.className} “${e.textContent.trim().slice(0, 60)}”`
    const told = (e) => e.matches('button, .button, label, h1, h2, h3, legend')
    for (const e of all) {
      const box = e.getBoundingClientRect()
      const words = extent(e)
      if (!words || box.width < 2) continue
      const inline = getComputedStyle(e).display === 'inline'
      // The sign before a new value hangs out of its line.
      const hangs = e.querySelector('ins, del') ? 12 : 1.5
      const over = words.right > box.right + hangs || words.left < box.left - hangs
      if (!inline && over) wrong.push(`runs over: ${name(e)} ${words.left} ${box.left} ${words.right} ${box.right}`)
      else if (!inline && told(e) && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) wrong.push(`cut: ${name(e)}`)
      // Cut by what is around it, unless that scrolls.
      for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
        const style = getComputedStyle(up).overflowX
        if (style === 'auto' || style === 'scroll') break
        if (style === 'hidden' || style === 'clip') {
          const edge = up.getBoundingClientRect()
          if (edge.width > 1 && (words.right > edge.right + 1.5 || words.left < edge.left - 1.5)) wrong.push(`cut by ${up.className}: ${name(e)}`)
        }
      }
    }
    const boxes = all
      .filter((e) => e.matches('button, .button, h1, h2, .tabs a, .nav a') && !e.closest('.bar, .top'))
      .map((e) => [e, e.getBoundingClientRect()])
    boxes.forEach(([e, a], at) => {
      for (const [other, b] of boxes.slice(at + 1)) {
        if (e.contains(other) || other.contains(e)) continue
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
        if (across > 1 && down > 1) wrong.push(`on each other: ${name(e)} and ${name(other)}`)
      }
    })
    return [...new Set(wrong)]
  })
}

/** Words on a page of ours that did not come from the messages: without an accent of the pseudo-language. */
function strange(page) {
  return page.evaluate((names) => {
    const made = /[àƀçđéƒĝĥîĵķļḿñöƥɋŕšţûṽŵẋýžÀßÇĐÉƑĜĤÎĴĶĻḾÑÖƤɊŔŠŢÛṼŴẊÝŽ]/
    const data = 'bdi, [dir=auto], code, kbd, script, style, datalist, [lang]:not(html), option'
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.trim()
      const up = walker.currentNode.parentElement
      if (!/[a-z]{3}/i.test(text) || made.test(text) || up.closest(data) || !up.checkVisibility()) continue
      // A name that fills its element leans on nothing.
      if (text.startsWith('/') || text.replace(/^[:,] ?/, '').split(', ').every((name) => names.includes(name))) continue
      found.push(`${up.tagName.toLowerCase()}.${up.className}: ${text.slice(0, 60)}`)
    }
    return [...new Set(found)]
  }, NAMES)
}

for (const [lang, dir] of [['de', 'ltr'], ['en-XA', 'ltr'], ['ar-XB', 'rtl']]) {
  for (const width of [1280, 320]) {
    test(`the main pages in ${lang}, ${width} px`, async (t) => {
      for (const role of ['steward', 'manager', 'admin']) {
        await journey(await open(browser, demo.url, { width, locale: lang }), `language ${lang} ${width} ${role}`, async (page) => {
          await go(page, '/sign-in')
          assert.deepEqual([...(await axe(page)), ...(await shape(page)), ...(await room(page))], [], '/sign-in')
          await signIn(page, demo.account(role))
          for (const [, path, name] of places.filter(([who]) => who === role)) {
            await t.test(name, async () => {
              await go(page, path)
              await shot(page, `${name}-${lang}-${width}`)
              assert.equal(await page.locator('html').getAttribute('lang'), lang)
              assert.equal(await page.locator('html').getAttribute('dir'), dir)
              const wrong = [...(await shape(page)), ...(await room(page)), ...(await axe(page))]
              if (lang === 'en-XA') wrong.push(...(await strange(page)).map((text) => `not of the messages: ${text}`))
              assert.deepEqual(wrong, [], path)
            })
          }
        })
      }
    })
  }
}

test('the language of the account is that of its pages', async () => {
  await journey(await open(browser, demo.url), 'language of the account', async (page) => {
    await signIn(page, demo.account('steward', 1), '/preferences')
    await page.locator('#language').selectOption('de')
    await page.locator('main form .button.main').click()
    await page.getByText('Die persönlichen Einstellungen sind gespeichert.').waitFor()
    await go(page, '/queue')
    assert.equal(await page.locator('h1').textContent().then((text) => text.trim()), 'Arbeitsliste')
    const exact = await page.locator('main time').first().getAttribute('title')
    assert.match(exact, /^\d{1,2}\. \p{L}+ \d{4}, \d\d:\d\d:\d\d /u)
  })
})
