import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack, type Pack } from 'tar-stream'
import { moveDurably } from '../../embedded-postgres/durable.ts'
import { Refused } from './sentence-of.ts'

/** The last entry: without it an archive is cut. As `sha256sum -c` reads it, once the archive is unpacked. */
const CHECKSUMS = 'checksums.txt'
const CHUNK = 256 * 1024
/** More would cost more time than it saves of disk. */
const COMPRESSION = 1

/** An archive that cannot be read, or not by this version, in one sentence for whoever restores it. */
export class BadArchive extends Refused {}

export interface Archive {
  folder: (name: string) => Promise<void>
  text: (name: string, content: string) => Promise<void>
  /** A file as it is and as long as it is now, whatever is written to it meanwhile. One that is gone is left out. */
  file: (name: string, path: string) => Promise<void>
}

/**
 * Writes an archive whole or not at all: beside, then renamed once it is on the disk. Only its owner may read it. What
 * an interrupted backup left beside is overwritten by the next.
 */
export async function writeArchive (target: string, fill: (archive: Archive) => Promise<void>): Promise<void> {
  const beside = `${target}.unfinished`
  const [tar, file] = [pack(), await open(beside, 'w', 0o600)]
  const written = pipeline(tar, createGzip({ level: COMPRESSION }), file.createWriteStream({ flush: true }))
  try {
    await Promise.all([written, fillAndClose(tar, fill)])
  } catch (error) {
    tar.destroy(error as Error)
    await written.catch(() => undefined)
    rmSync(beside, { force: true })
    throw error
  }
  moveDurably(beside, target)
}

async function fillAndClose (tar: Pack, fill: (archive: Archive) => Promise<void>): Promise<void> {
  const sums = new Map<string, string>()
  const text = async (name: string, content: string): Promise<void> => {
    sums.set(name, createHash('sha256').update(content).digest('hex'))
    unlistened(tar.entry({ name, mode: 0o600 }, content))
  }
  await fill({
    text,
    folder: async (name) => {
      unlistened(tar.entry({ name, type: 'directory', mode: 0o700 }))
    },
    file: async (name, path) => {
      const sum = await packFile(tar, name, path)
      if (sum !== undefined) sums.set(name, sum)
    }
  })
  await text(CHECKSUMS, [...sums].map(([name, sum]) => `${sum}  ${name}\n`).join(''))
  tar.finalize()
}

// Where the disk is full every entry that waits is told, and whoever waits for the archive: once is enough.
function unlistened (entry: unknown): Writable {
  return (entry as Writable).on('error', () => undefined)
}

async function packFile (tar: Pack, name: string, path: string): Promise<string | undefined> {
  const file = await open(path).catch(unlessGone)
  if (file === undefined) return undefined
  try {
    const { size } = await file.stat()
    const hash = createHash('sha256')
    const entry = unlistened(tar.entry({ name, size, mode: 0o600 }))
    for (let at = 0; at < size;) {
      // It may have been cut since; Postgres' log tells of that, and goes over what stands here.
      const buffer = Buffer.alloc(Math.min(CHUNK, size - at))
      await file.read(buffer, 0, buffer.length, at)
      hash.update(buffer)
      if (!entry.write(buffer)) await once(entry, 'drain')
      at += buffer.length
    }
    entry.end()
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}

export function unlessGone (error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

export interface Entry { name: string, isFolder: boolean, content: AsyncIterable<Buffer> }

/**
 * Reads an archive from the first entry to the last; `take` must read what it is given to its end, or leave it whole.
 * Throws `BadArchive` where it is cut or not as it was written: what was taken before that is worth nothing.
 */
export async function readArchive (file: string, take: (entry: Entry) => Promise<void>): Promise<void> {
  const untar = extract()
  const reading = pipeline(createReadStream(file), createGunzip(), untar)
  reading.catch(() => undefined) // told where its entries are awaited
  const sums = new Map<string, string>()
  let kept: string | undefined
  try {
    for await (const entry of untar) {
      const { name, type } = entry.header
      const hash = createHash('sha256')
      const content = hashed(entry as AsyncIterable<Buffer>, hash)
      if (name === CHECKSUMS) kept = await textOf(content)
      else await take({ name, isFolder: type === 'directory', content })
      await skip(content)
      if (type !== 'directory' && name !== CHECKSUMS) sums.set(name, hash.digest('hex'))
    }
    await reading
  } catch (error) {
    throw badly(file, error)
  }
  if (kept === undefined) throw new BadArchive(`${file} is cut: its end is missing`)
  const changed = differing(kept, sums)
  if (changed !== undefined) throw new BadArchive(`${file} was changed since it was written: see ${changed} in it`)
}

async function * hashed (content: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
}

async function skip (content: AsyncIterable<Buffer>): Promise<void> {
  const chunks = content[Symbol.asyncIterator]()
  while ((await chunks.next()).done !== true);
}

export async function textOf (content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function differing (kept: string, found: Map<string, string>): string | undefined {
  const named = new Map(kept.trim().split('\n').map((line) => [line.slice(66), line.slice(0, 64)] as const))
  return [...new Set([...named.keys(), ...found.keys()])].find((name) => named.get(name) !== found.get(name))
}

function badly (file: string, error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR' || /unexpected end/i.test(message)) return new BadArchive(`${file} is cut: its end is missing`)
  if (code.startsWith('Z_') || /invalid tar|checksum/i.test(message)) return new BadArchive(`${file} is no archive of \`npm run backup\`, or is damaged`)
  return error
}
