// Starts `referee demo` for one test file and ends it by its id.

import { spawn, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const START_MS = 120_000
const STOP_MS = 10_000

/** The binary under test: `REFEREE_BINARY`, or else the debug build. */
export function binary() {
  const built = join(process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, '../../../target'), 'debug/referee')
  const path = process.env.REFEREE_BINARY ?? built
  if (!existsSync(path)) throw new Error(`no binary at ${path}: cargo build, or set REFEREE_BINARY`)
  return path
}

/**
 * A demo of its own, in a folder of its own, on a free port.
 * @returns {Promise<Demo>} once it has told its one line and so serves.
 */
export async function startDemo(...more) {
  const data = mkdtempSync(join(tmpdir(), 'demo-'))
  // A year that was played once (tests/run) saves each file the playing.
  if (process.env.REFEREE_DEMO) cpSync(process.env.REFEREE_DEMO, data, { recursive: true })
  const args = ['demo', '--json', '--listen', '127.0.0.1:0', '--data', data, ...more]
  const child = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = []
  child.stderr.on('data', (bytes) => said.push(bytes))
  const ended = new Promise((done) => child.once('exit', (code, signal) => done(signal ?? code)))
  const line = await firstLine(child, ended).catch((error) => {
    child.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
    throw new Error(`${error.message}\n${Buffer.concat(said).toString().slice(-4000)}`)
  })
  return new Demo(JSON.parse(line), { child, ended, data, said })
}

/** The first line on standard output, within the time a start may take. */
function firstLine(child, ended) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the demo told nothing in ${START_MS} ms`)), START_MS)
    const lines = createInterface({ input: child.stdout })
    lines.once('line', (line) => {
      clearTimeout(timer)
      done(line)
    })
    ended.then((how) => {
      clearTimeout(timer)
      fail(new Error(`the demo ended before it was ready: ${how}`))
    })
  })
}

class Demo {
  #process

  constructor(told, process) {
    this.url = told.url.replace(/\/$/, '')
    this.accounts = told.accounts
    this.systems = told.systems
    this.#process = process
  }

  /** The account of a role; stewards are two, `nth` tells which. */
  account(role, nth = 0) {
    const found = this.accounts.filter((account) => account.role === role)[nth]
    if (!found) throw new Error(`no account ${nth} with the role ${role}: ${JSON.stringify(this.accounts)}`)
    return found
  }

  /** The system with that id. */
  system(id) {
    const found = this.systems.find((system) => system.id === id)
    if (!found) throw new Error(`no system ${id}: ${this.systems.map((s) => s.id)}`)
    return found
  }

  /** The file of a SQLite system, whatever its field is called. */
  file(id) {
    const system = this.system(id)
    return system.path ?? system.file ?? system.address
  }

  /** What the demo wrote to its log so far. */
  log() {
    return Buffer.concat(this.#process.said).toString()
  }

  /** Asks the API; `body` makes it a POST. Answers `{status, body}`. */
  async api(role, path, body) {
    const headers = { authorization: `Bearer ${this.account(role).token}`, accept: 'application/json' }
    const init = { headers, redirect: 'manual' }
    if (body !== undefined) {
      Object.assign(init, { method: 'POST', body: JSON.stringify(body) })
      headers['content-type'] = 'application/json'
      headers['idempotency-key'] = crypto.randomUUID()
    }
    const answer = await fetch(`${this.url}/api/v1/${path}`, init)
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
  }

  /** The same, for what has to succeed: answers the body. */
  async get(role, path) {
    const { status, body } = await this.api(role, path)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }

  /** Every open conflict, page by page. */
  async conflicts(role = 'steward') {
    const found = []
    let next = null
    do {
      const query = next ? `?cursor=${encodeURIComponent(next)}` : ''
      const page = await this.get(role, `conflicts${query}`)
      found.push(...page.items)
      next = page.next
    } while (next && found.length < 1000)
    return found
  }

  /** Ends the demo as a person would, and says if it did not end by itself. */
  async stop() {
    const { child, ended, data } = this.#process
    child.kill('SIGTERM')
    const late = new Promise((done) => setTimeout(() => done('late'), STOP_MS).unref())
    const how = await Promise.race([ended, late])
    if (how === 'late') child.kill('SIGKILL')
    await ended
    rmSync(data, { recursive: true, force: true })
    if (how !== 0) throw new Error(`the demo ended with ${how} at SIGTERM`)
  }
}

/** Rows of a statement run by the sqlite3 program on a system's file, as objects. */
export function sqlite(file, statement) {
  const out = execFileSync('sqlite3', ['-json', '-cmd', '.timeout 5000', file, statement], { encoding: 'utf8' })
  return out.trim() === '' ? [] : JSON.parse(out)
}

/**
 * Where a system keeps the row with that identifier: the table that has the column and exactly
 * one row in which another column holds the identifier.
 */
export function findRow(file, column, id) {
  const quote = (text) => `'${String(text).replaceAll("'", "''")}'`
  const tables = sqlite(file, `SELECT m.name AS t FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name = ${quote(column)}`)
  for (const { t } of tables) {
    for (const { name } of sqlite(file, `SELECT name FROM pragma_table_info(${quote(t)})`)) {
      const rows = sqlite(file, `SELECT * FROM "${t}" WHERE CAST("${name}" AS TEXT) = ${quote(id)}`)
      if (rows.length === 1) {
        return {
          row: rows[0],
          value: () => sqlite(file, `SELECT "${column}" AS v FROM "${t}" WHERE CAST("${name}" AS TEXT) = ${quote(id)}`)[0].v,
          set: (value) => sqlite(file, `UPDATE "${t}" SET "${column}" = ${quote(value)}
            WHERE CAST("${name}" AS TEXT) = ${quote(id)}; SELECT changes() AS n`)[0].n,
        }
      }
    }
  }
  throw new Error(`no row ${id} with a column ${column} in ${file}`)
}

/** Asks again until the answer is true, or fails telling what was waited for. */
export async function until(what, ask, { within = 60_000, every = 250 } = {}) {
  const end = Date.now() + within
  let last
  while (Date.now() < end) {
    last = await ask()
    if (last) return last
    await new Promise((done) => setTimeout(done, every))
  }
  throw new Error(`${what}: not within ${within} ms`)
}
