// Makes a PNG small: at most 256 colours, chosen by how often they are there.

import { readFileSync, writeFileSync } from 'node:fs'
import * as zlib from 'node:zlib'

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const COLOURS = 256

/** Rewrites a PNG of 8-bit RGB or RGBA, as Chromium makes them, with a palette. */
export function shrink(path) {
  const { width, height, step, pixels } = read(readFileSync(path))
  const { palette, index } = reduce(pixels, step)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) index.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const parts = [chunk('IHDR', head), chunk('PLTE', palette), chunk('IDAT', zlib.deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  writeFileSync(path, Buffer.concat([SIGNATURE, ...parts]))
}

function chunk(name, data) {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc(named))
  return Buffer.concat([length, named, check])
}

/** Older versions of Node have no crc32 of their own. */
function crc(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes)
  let rest = 0xffffffff
  for (const byte of bytes) {
    rest ^= byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  }
  return (rest ^ 0xffffffff) >>> 0
}

function read(file) {
  const data = []
  let head
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at)
    const name = file.toString('latin1', at + 4, at + 8)
    const body = file.subarray(at + 8, at + 8 + length)
    if (name === 'IHDR') head = body
    if (name === 'IDAT') data.push(body)
    at += length + 12
  }
  const [width, height, depth, kind] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9]]
  const step = { 2: 3, 6: 4 }[kind]
  if (depth !== 8 || !step) throw new Error(`a PNG of another kind: depth ${depth}, colour ${kind}`)
  return { width, height, step, pixels: unfilter(zlib.inflateSync(Buffer.concat(data)), width * step, height, step) }
}

/** Undoes the five filters of PNG. */
function unfilter(raw, line, height, step) {
  const out = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)]
    for (let x = 0; x < line; x++) {
      const left = x >= step ? out[y * line + x - step] : 0
      const up = y > 0 ? out[(y - 1) * line + x] : 0
      const corner = x >= step && y > 0 ? out[(y - 1) * line + x - step] : 0
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]
      out[y * line + x] = raw[y * (line + 1) + 1 + x] + guess
    }
  }
  return out
}

function paeth(left, up, corner) {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** The commonest colours, and for each pixel the nearest of them. */
function reduce(pixels, step) {
  const count = new Map()
  const colour = (at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]
  for (let at = 0; at < pixels.length; at += step) count.set(colour(at), (count.get(colour(at)) ?? 0) + 1)
  const kept = [...count].sort((a, b) => b[1] - a[1]).slice(0, COLOURS).map(([key]) => key)
  const nearest = new Map(kept.map((key, n) => [key, n]))
  const find = (key) => {
    const far = (other) => (((other >> 16) - (key >> 16)) ** 2) + ((((other >> 8) & 255) - ((key >> 8) & 255)) ** 2) + (((other & 255) - (key & 255)) ** 2)
    return kept.reduce((best, other, n) => (far(other) < far(kept[best]) ? n : best), 0)
  }
  const index = Buffer.alloc(pixels.length / step)
  for (let at = 0; at < pixels.length; at += step) {
    const key = colour(at)
    if (!nearest.has(key)) nearest.set(key, find(key))
    index[at / step] = nearest.get(key)
  }
  return { palette: Buffer.from(kept.flatMap((key) => [key >> 16, (key >> 8) & 255, key & 255])), index }
}
