// The robot steward: presses real keys in Chromium and reads nothing but the pages. Started by desk.py:
// node desk.js ADDRESS LOGIN PASSWORD DECISIONS. Ends with one line of JSON; what it was right about is
// for others to say.

import { launch, open } from '../tests/browser/support/browser.js'
import { signIn } from '../tests/browser/support/steps.js'

const [address, login, password, decisions] = process.argv.slice(2)
const origin = `http://${address}`
// Conflicts in a row that are no standard ones, after which it gives up.
const MOST_SKIPPED = 200

// Runs in every page before its own script: counts keys, and looks when what they led to was painted.
function watch() {
  const store = (name, value) => sessionStorage.setItem(name, JSON.stringify(value))
  const load = (name, other) => JSON.parse(sessionStorage.getItem(name)) ?? other
  const now = () => performance.timeOrigin + performance.now()
  let shift = 0
  let jolt = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      jolt += entry.value
      if (!entry.hadRecentInput) shift += entry.value
    }
  }).observe({ type: 'layout-shift', buffered: true })
  addEventListener('pagehide', () => {
    store('shift', load('shift', 0) + shift)
    store('jolt', load('jolt', 0) + jolt)
  })
  addEventListener('keydown', (event) => {
    if (!event.isTrusted) return
    store('keys', load('keys', 0) + 1)
    const pressed = performance.timeOrigin + event.timeStamp
    if (event.key === 'Enter') return store('entered', pressed)
    // After the frame that shows what the key did.
    if (/^\d$/.test(event.key)) requestAnimationFrame(() => setTimeout(() => store('seen', [...load('seen', []), now() - pressed])))
  }, { capture: true })
  const entered = load('entered', null)
  addEventListener('DOMContentLoaded', () => {
    if (!document.querySelector('form#decide') || entered === null) return
    sessionStorage.removeItem('entered')
    // The frame with the form has been painted when the next one begins.
    requestAnimationFrame(() => requestAnimationFrame(() => store('shown', [...load('shown', []), now() - entered])))
  })
}

// What a person reads of a conflict's page.
function look() {
  const text = (element) => element?.textContent.replace(/\s+/g, ' ').trim() ?? ''
  const form = document.querySelector('form#decide')
  return {
    path: location.pathname,
    ids: [...document.querySelectorAll('header.title .id code')].map(text),
    reason: Boolean(form?.querySelector('select[name=reason]')),
    fields: [...(form?.querySelectorAll('.diff') ?? [])].map((difference) => ({
      name: text(difference.querySelector('h2')),
      cells: [...difference.querySelectorAll('.cell')].map((cell) => ({
        digit: text(cell.querySelector('.badge')),
        system: text(cell.querySelector('.system')),
        facts: [...cell.querySelectorAll('.fact')].map(text),
        truth: Boolean(cell.querySelector('.truth')),
      })),
    })),
  }
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** The day that a fact such as "Changed 3 March" or "Changed today 14:02" tells, larger is later. */
function day(fact) {
  const today = new Date()
  const midnight = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate())
  const clock = fact.match(/(today|yesterday) (\d+):(\d+)/)
  if (clock) return midnight - (clock[1] === 'yesterday' ? 86_400_000 : 0) + (clock[2] * 60 + Number(clock[3])) * 60_000
  const date = fact.match(/(\d+) (\p{L}+)(?: (\d{4}))?/u)
  const month = date ? MONTHS.indexOf(date[2]) : -1
  if (month < 0) return null
  const told = Date.UTC(date[3] ?? today.getFullYear(), month, date[1])
  return told > midnight ? Date.UTC(today.getFullYear() - 1, month, date[1]) : told
}

/** The number to press: what a person changed last, the source of truth's where that does not tell. */
function judge(field) {
  const moved = field.cells
    .map((cell) => ({ ...cell, at: day(cell.facts.find((fact) => /^Changed/.test(fact)) ?? '') }))
    .filter((cell) => cell.at !== null && !cell.facts.some((fact) => /^by .*(import|setup)/.test(fact)))
  const latest = Math.max(...moved.map((cell) => cell.at))
  const last = moved.filter((cell) => cell.at === latest)
  const truth = field.cells.find((cell) => cell.truth)
  if (last.length === 0 || last.some((cell) => cell.digit === truth?.digit)) return truth?.digit
  return last[0].digit
}

/** One or two fields with values to choose from, and nothing else asked. */
function isStandard(seen) {
  const choosable = seen.fields.every((field) => field.cells.filter((cell) => /^[1-9]$/.test(cell.digit)).length > 1)
  return [1, 2].includes(seen.fields.length) && choosable && !seen.reason
}

/** Bytes on the wire of one page and all it loads, by kind. */
async function weigh(page, client, path) {
  const sizes = { all: 0, Document: 0, Stylesheet: 0, Script: 0, other: 0 }
  const kinds = new Map()
  client.on('Network.responseReceived', (event) => kinds.set(event.requestId, event.type))
  const done = (event) => {
    const kind = kinds.get(event.requestId)
    sizes.all += event.encodedDataLength
    sizes[kind in sizes ? kind : 'other'] += event.encodedDataLength
  }
  client.on('Network.loadingFinished', done)
  await page.goto(path, { waitUntil: 'networkidle' })
  client.off('Network.loadingFinished', done)
  return sizes
}

const stored = (page, name) => page.evaluate((key) => JSON.parse(sessionStorage.getItem(key)), name)
const painted = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))))

/** Presses a key that leads to another page, and waits for that. */
async function turn(page, key) {
  const there = page.waitForEvent('domcontentloaded')
  await page.keyboard.press(key)
  await there
  await painted(page)
}

async function work(page) {
  const made = []
  let skipped = 0
  await signIn(page, { login, password })
  await turn(page, 'n')
  const began = Date.now()
  while (made.length < Number(decisions) && skipped < MOST_SKIPPED) {
    const seen = await page.evaluate(look)
    if (seen.fields.length === 0) break
    const digits = seen.fields.map(judge)
    const before = await stored(page, 'keys')
    if (!isStandard(seen) || digits.some((digit) => !digit)) {
      skipped += 1
      await turn(page, 's')
      continue
    }
    for (const digit of digits) await page.keyboard.press(digit)
    await turn(page, 'Enter')
    if (new URL(page.url()).pathname === seen.path) {
      const problem = await page.locator('[role=alert]').allInnerTexts()
      throw new Error(`${seen.path} was not saved: ${problem}`)
    }
    made.push({ ids: seen.ids, fields: seen.fields.map((field) => field.name), digits, keys: (await stored(page, 'keys')) - before })
  }
  const seconds = (Date.now() - began) / 1000
  await page.waitForTimeout(100)
  const at = new URL(page.url()).pathname
  // What the last page adds is kept when it is left.
  await page.goto('/help')
  const told = { made, skipped, seconds, at }
  for (const name of ['shown', 'seen', 'shift', 'jolt']) told[name] = await stored(page, name)
  return told
}

/** First and repeated views of two conflicts and the queue, by somebody who has just signed in. */
async function weights(browser, path) {
  const page = await open(browser, origin)
  await signIn(page, { login, password })
  const client = await page.context().newCDPSession(page)
  await client.send('Network.enable')
  const found = {}
  for (const [name, where] of [['conflict', path], ['queue', '/queue']]) {
    await client.send('Network.clearBrowserCache')
    found[name] = { first: await weigh(page, client, where), repeat: await weigh(page, client, where) }
  }
  await page.context().close()
  return found
}

const browser = await launch()
try {
  const page = await open(browser, origin)
  await page.addInitScript(watch)
  const told = await work(page)
  told.wrong = page.wrong
  told.weights = told.at.startsWith('/conflicts/') ? await weights(browser, told.at) : null
  process.stdout.write(`${JSON.stringify(told)}\n`)
} finally {
  await browser.close()
}
