// A real Chromium, and what every page is held to.

import assert from 'node:assert/strict'
import { readFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']

/** Starts Chromium with everything off that would ask the network. */
export function launch() {
  const args = [
    '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--font-render-hinting=none',
  ]
  if (process.getuid?.() === 0) args.push('--no-sandbox')
  return chromium.launch({ executablePath: process.env.REFEREE_CHROMIUM ?? '/usr/bin/chromium', args })
}

/**
 * A page in a context of its own: `scheme` light or dark, `width` and `height` in CSS pixels,
 * `scripts` off to work as without JavaScript, `locale` for what the browser asks for. What goes wrong behind it is kept in `page.wrong`.
 */
export async function open(browser, origin, { scheme = 'light', width = 1440, height = 900, scripts = true, locale = 'en-GB' } = {}) {
  const context = await browser.newContext({
    baseURL: origin,
    colorScheme: scheme,
    viewport: { width, height },
    javaScriptEnabled: scripts,
    reducedMotion: 'reduce',
    locale,
    timezoneId: 'Europe/Berlin',
  })
  const page = await context.newPage()
  page.scripts = scripts
  page.setDefaultTimeout(15_000)
  watch(page, origin)
  return page
}

/** Collects console errors, exceptions, failed and foreign requests. */
function watch(page, origin) {
  page.wrong = []
  page.on('console', (message) => {
    // Chromium tells a 4xx or 5xx of the page itself as an error too; the tests look at those.
    const status = /the server responded with a status of [45]\d\d/.test(message.text())
    if (message.type() === 'error' && !status) page.wrong.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => page.wrong.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) page.wrong.push(`foreign request: ${url}`)
  })
}

/** Fails if anything went wrong behind the page. */
export function nothingWrong(page) {
  assert.deepEqual(page.wrong, [], `behind ${page.url()}`)
}

/** Goes to an address and holds its answer to the headers every page has. */
export async function go(page, path, status = 200) {
  const answer = await page.goto(path)
  assert.equal(answer.status(), status, path)
  headers(path, await answer.allHeaders())
  return answer
}

/** The headers of an HTML page. */
export function headers(path, all) {
  const csp = all['content-security-policy'] ?? ''
  assert.match(csp, /default-src 'none'/, `${path}: policy ${csp}`)
  assert.match(csp, /frame-ancestors 'none'/, `${path}: policy ${csp}`)
  assert.match(csp, /base-uri 'none'/, `${path}: policy ${csp}`)
  assert.doesNotMatch(csp, /unsafe-|\*|https?:/, `${path}: policy ${csp}`)
  assert.equal(all['x-content-type-options'], 'nosniff', path)
  assert.ok(all['referrer-policy'], `${path}: referrer-policy`)
}

/** What axe finds, as lines; none may be left. It waits by timers, which never fire where scripts are off. */
export async function axe(page) {
  assert.ok(page.scripts, 'axe needs a page with scripts')
  await page.evaluate(axeSource)
  const found = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }),
    AXE_TAGS,
  )
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}: ${(node.failureSummary ?? rule.help).replaceAll('\n', ' ')}`),
  )
}

/** What is wrong with the shape of a page, as lines: sideways scroll, headings, identifiers. */
export function shape(page) {
  return page.evaluate(() => {
    const wrong = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) {
      const wide = [...document.body.querySelectorAll('*')]
        .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && e.checkVisibility())
        .slice(0, 5)
        .map((e) => `${e.tagName.toLowerCase()}.${e.className}`)
      wrong.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}: ${wide}`)
    }
    const h1 = document.querySelectorAll('h1').length
    if (h1 !== 1) wrong.push(`${h1} h1`)
    if (!root.lang) wrong.push('no lang')
    if (!document.title.trim()) wrong.push('no title')
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id)
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at)
    if (twice.length) wrong.push(`ids twice: ${[...new Set(twice)]}`)
    return wrong
  })
}

/** The sum of layout shifts since the page began. */
export function layoutShift(page) {
  return page.evaluate(
    () =>
      new Promise((done) => {
        let sum = 0
        const seen = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += entry.hadRecentInput ? 0 : entry.value
        })
        seen.observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => done(sum), 100)
      }),
  )
}

/** Leaves a picture in the folder `REFEREE_SHOTS`, if one is named. */
export async function shot(page, name, { whole = true } = {}) {
  const folder = process.env.REFEREE_SHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: whole })
}

/** Runs a journey; if it fails, a picture of where it stood stays in `REFEREE_FAILURES`. */
export async function journey(page, name, steps) {
  try {
    await steps(page)
    nothingWrong(page)
  } catch (error) {
    const folder = process.env.REFEREE_FAILURES
    if (folder && !page.isClosed()) {
      mkdirSync(folder, { recursive: true })
      const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.png`)
      await page.screenshot({ path, fullPage: true }).catch(() => {})
      error.message += `\nat ${page.url()}, picture: ${path}`
    }
    throw error
  } finally {
    await page.context().close()
  }
}
