// One picture of every cell of the coverage grid: starts a demo, brings every state about that
// has to be, visits each in light and dark at 1440 and 320 pixels, and writes one HTML file and
// one PNG montage.
//
//   node contact-sheet.mjs FOLDER        all cells
//   node contact-sheet.mjs --docs        remakes the pictures of the documentation

import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { launch, open, shape } from './support/browser.js'
import { startDemo } from './support/demo.js'
import { shrink } from './support/picture.js'
import { signIn } from './support/steps.js'

const LOOKS = [[1440, 'light'], [1440, 'dark'], [320, 'light'], [320, 'dark']]
// These are pressed once to decide, and once more when that was written.
const WRITTEN = ['writes-reversed', 'writes-blocked']
// These break systems, and every page says so: they are brought about when the others have their pictures.
const BREAK = ['writes-refused', 'writes-partly', 'writes-down', 'queue-paused']
// And this empties the queue: last of all.
const LAST = ['queue-done']
const WRITTEN_MS = 35_000
const PICTURE_BYTES = 150_000

/** The cells as the page of states tells them. */
async function cells(page) {
  await page.goto('/demo/states')
  return page.locator('[data-cell]').evaluateAll((rows) => rows.map((row) => ({
    id: row.dataset.cell,
    text: row.querySelector('th').textContent.trim(),
    address: row.querySelector('a')?.getAttribute('href') ?? null,
    acts: row.querySelector('form') !== null,
  })))
}

/** Presses the button of a cell and waits for the page to come back. */
async function bringAbout(page, id) {
  await page.goto('/demo/states')
  await page.locator(`[data-cell="${id}"] form button`).click()
  await page.waitForURL(/\/demo\/states/)
  const failed = page.locator('.flash.danger')
  return (await failed.count()) > 0 ? (await failed.innerText()).trim() : null
}

// Who may only look, and who may reverse what another decided.
const MANAGERS = [
  'conflict-readonly', 'writes-blocked', 'writes-approval', 'audit-searched', 'audit-empty', 'audit-verified',
]

/** What a cell needs that no address tells: somebody who is deciding. */
const STEPS = {
  'conflict-changed': async (page, bring) => {
    await page.locator('label.cell.n1').first().click()
    await bring()
    await page.locator('button.main[name=then]').click()
    await page.locator('[role=alert], .notice').first().waitFor()
  },
  'conflict-invalid': async (page) => {
    await page.locator('.rare.ntype').first().click()
    await page.locator('.extra.ntype input').first().fill('Francs')
    await page.locator('button.main[name=then]').click()
    await page.locator('[role=alert]').first().waitFor()
  },
}

async function pictures(browser, demo, all, folder, bring) {
  const shots = []
  for (const [width, scheme] of LOOKS) {
    const page = await open(browser, demo.url, { width, scheme })
    const readOnly = await open(browser, demo.url, { width, scheme })
    await signIn(page, demo.account('steward'), '/queue')
    await signIn(readOnly, demo.account('manager'), '/queue')
    for (const cell of all.filter((cell) => cell.address !== null)) {
      const reader = MANAGERS.includes(cell.id) ? readOnly : page
      await reader.goto(cell.address)
      await STEPS[cell.id]?.(reader, () => bring(cell.id))
      const file = `${cell.id}-${width}-${scheme}.png`
      await reader.screenshot({ path: join(folder, file), fullPage: false })
      shots.push({ ...cell, width, scheme, file, wrong: await shape(reader) })
    }
    await page.context().close()
    await readOnly.context().close()
  }
  return shots
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

function sheet(all, shots, failures) {
  const rows = all.map((cell) => {
    const own = shots.filter((shot) => shot.id === cell.id)
    const images = own.map((shot) => `<a href="${shot.file}"><img loading="lazy" alt="${shot.width} ${shot.scheme}" src="${shot.file}" height="300"></a>`)
    const wrong = own.flatMap((shot) => shot.wrong.map((line) => `${shot.width} ${shot.scheme}: ${line}`))
    const said = [...wrong, ...(failures.has(cell.id) ? [failures.get(cell.id)] : [])]
    const notes = said.map((line) => `<p class="wrong">${escape(line)}</p>`).join('')
    return `<section><h2>${escape(cell.id)}: ${escape(cell.text)}</h2>${notes}${images.join(' ') || '<p>Not there.</p>'}</section>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Contact sheet</title>
<style>body{font:16px system-ui;margin:1rem}img{border:1px solid #888;vertical-align:top}.wrong{color:#a8201a}h2{font-size:1rem}</style>
<h1>Contact sheet</h1>${rows.join('\n')}</html>\n`
}

/** All in one picture, small. */
async function montage(browser, folder) {
  const page = await browser.newPage({ viewport: { width: 1800, height: 1000 } })
  await page.goto(`file://${join(folder, 'index.html')}`)
  await page.evaluate(() => Promise.all([...document.images].map((image) => {
    image.loading = 'eager'
    return image.decode().catch(() => {})
  })))
  await page.screenshot({ path: join(folder, 'montage.png'), fullPage: true })
  await page.close()
}

/** Every cell into a folder; answers how many pages have a wrong shape. */
async function contactSheet(demo, browser, folder) {
  mkdirSync(folder, { recursive: true })
  const page = await open(browser, demo.url)
  await signIn(page, demo.account('steward'), '/demo/states')
  const [first, failures] = [await cells(page), new Map()]
  const acts = first.filter((cell) => cell.acts).map((cell) => cell.id)
  const bring = async (id) => {
    const failure = await bringAbout(page, id)
    if (failure) failures.set(id, failure)
  }
  const later = (id) => BREAK.includes(id) || LAST.includes(id) || id in STEPS
  for (const id of acts.filter((id) => !later(id))) await bring(id)
  await page.waitForTimeout(WRITTEN_MS)
  for (const id of WRITTEN) await bring(id)
  const whole = await cells(page)
  const own = (all, ids) => all.filter((cell) => ids.includes(cell.id))
  const plain = whole.filter((cell) => ![...BREAK, ...LAST].includes(cell.id))
  const shots = await pictures(browser, demo, plain, folder, bring)
  for (const id of BREAK) await bring(id)
  await page.waitForTimeout(WRITTEN_MS)
  const all = await cells(page)
  shots.push(...(await pictures(browser, demo, own(all, BREAK), folder, bring)))
  for (const id of LAST) await bring(id)
  shots.push(...(await pictures(browser, demo, own(all, LAST), folder, bring)))
  writeFileSync(join(folder, 'index.html'), sheet(all, shots, failures))
  await montage(browser, folder)
  const wrong = shots.filter((shot) => shot.wrong.length > 0)
  for (const shot of wrong) console.log(`${shot.file}: ${shot.wrong.join('; ')}`)
  for (const [id, failure] of failures) console.log(`${id}: ${failure}`)
  const missing = all.filter((cell) => cell.address === null).map((cell) => cell.id)
  console.log(`${shots.length} pictures of ${all.length - missing.length} cells; not there: ${missing.join(', ')}`)
  return wrong.length + failures.size
}

/** The pictures of the documentation, small enough to be read with the text. */
async function docs(demo, browser) {
  const folder = resolve(import.meta.dirname, '../../docs/pictures')
  const page = await open(browser, demo.url, { width: 1440, height: 900 })
  await signIn(page, demo.account('steward'), '/queue')
  const ada = (await demo.conflicts()).find((conflict) => conflict.title === 'Ada Okafor')
  const leads = [['queue', '/queue?view=all'], ['conflict', `/conflicts/${ada.id}`], ['demo', '/demo']]
  for (const [name, address] of leads) {
    await page.goto(address)
    const path = join(folder, `${name}.png`)
    await page.screenshot({ path, fullPage: false })
    shrink(path)
    const { size } = statSync(path)
    console.log(`${name}.png: ${Math.round(size / 1000)} kB`)
    if (size > PICTURE_BYTES) throw new Error(`${name}.png is larger than ${PICTURE_BYTES} bytes`)
  }
}

const [where] = process.argv.slice(2)
if (!where) {
  console.error('node contact-sheet.mjs FOLDER | --docs')
  process.exit(2)
}
const demo = await startDemo()
const browser = await launch()
try {
  if (where === '--docs') await docs(demo, browser)
  else process.exitCode = (await contactSheet(demo, browser, resolve(where))) > 0 ? 1 : 0
} finally {
  await browser.close()
  await demo.stop()
}
