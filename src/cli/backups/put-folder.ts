import { execFileSync } from 'node:child_process'
import {
  chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { postgresBinaries } from '../../embedded-postgres/binaries.ts'
import { lockDirectory } from '../../embedded-postgres/directory-lock.ts'
import { moveDurably, writeDurably } from '../../embedded-postgres/durable.ts'
import { BESIDE, REPLACED } from '../../embedded-postgres/initialise.ts'
import { startEmbeddedPostgres } from '../../embedded-postgres/postgres.ts'
import { giveTo, runAs } from '../../embedded-postgres/run-as.ts'
import { readOr } from '../../embedded-postgres/running.ts'
import { BadArchive, readArchive, type Entry } from './archive.ts'
import { MACHINE, majorOf, type Description } from './description.ts'
import { Refused } from './sentence-of.ts'

/** Kept beside the database. Those of the folder that is restored to win: they may have been changed since. */
const SECRETS = ['postgres-password', 'operator-token']

interface Options {
  file: string
  description: Description
  directory: string
  /** A database that is there is moved aside, and kept. */
  replace: boolean
  say: (what: string) => void
  /** What is done with the restored database before it takes the place: it is thrown away if that throws. */
  check: (connectionString: string) => Promise<number>
}

/**
 * Puts the folder of a backup into the data directory: unpacked beside, started, checked, and renamed only then.
 * Returns what `check` did. Throws `BadArchive`, `DirectoryInUse` or `Refused`, with nothing changed.
 */
export async function putFolder (options: Options): Promise<number> {
  const { file, description, replace, say } = options
  const directory = resolve(options.directory)
  await refuseOther(file, description)
  const unlock = await lockDirectory(directory)
  const data = join(directory, 'postgres')
  if (isFull(data) && !replace) {
    throw new Refused(
      `${data} holds a database; name another folder with DATA_DIR, or add --replace to move it aside`
    )
  }
  const beside = mkdtempSync(join(directory, BESIDE))
  try {
    await unpack(file, beside)
    say('unpacked and as it was written; starting it')
    const result = await tryOut(beside, directory, options.check)
    for (const name of SECRETS) keepSecret(name, beside, directory)
    if (isFull(data)) {
      const aside = join(directory, `${REPLACED}${new Date().toISOString().replaceAll(':', '')}`)
      renameSync(data, aside)
      say(`the database that was there is kept in ${aside}`)
    }
    rmSync(data, { recursive: true, force: true }) // an empty folder, as of a mounted volume
    moveDurably(join(beside, 'postgres'), data)
    return result
  } finally {
    rmSync(beside, { recursive: true, force: true })
    unlock()
  }
}

async function refuseOther (file: string, { postgres, machine }: Description): Promise<void> {
  const { postgres: program } = await postgresBinaries()
  const [, own] = /(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' })) ?? []
  const major = majorOf(postgres)
  if (own !== String(major)) {
    throw new BadArchive(
      `${file} is of PostgreSQL ${major}, this service has ${own ?? 'another'}; restore it with a version of the ` +
        `service that has ${major}`
    )
  }
  if (machine !== MACHINE) {
    throw new BadArchive(`${file} is of ${machine}, and ${MACHINE} cannot read the files of such a machine`)
  }
}

async function unpack (file: string, beside: string): Promise<void> {
  const as = runAs()
  giveTo(as, beside)
  await readArchive(file, async ({ name, isFolder, content }: Entry) => {
    const path = resolve(beside, name)
    if (!path.startsWith(`${beside}/`)) throw new BadArchive(`${file} names a file outside its folder: ${name}`)
    for (const folder of isFolder ? [dirname(path), path] : [dirname(path)]) {
      if (existsSync(folder)) continue
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      giveTo(as, folder)
    }
    if (isFolder) return
    await pipeline(content, createWriteStream(path, { mode: 0o600 }))
    giveTo(as, path)
  })
}

/** Postgres goes over the log of the backup as after a crash, and flushes everything as it stops. */
async function tryOut (
  beside: string, directory: string, check: (connectionString: string) => Promise<number>
): Promise<number> {
  const server = await startEmbeddedPostgres({ directory: beside, log: () => undefined })
  try {
    const result = await check(server.url)
    const password = readOr(join(directory, 'postgres-password')).trim()
    if (password !== '') await setPassword(server.url, password)
    return result
  } finally {
    await server.stop()
  }
}

async function setPassword (connectionString: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(`ALTER ROLE postgres PASSWORD ${client.escapeLiteral(password)}`)
  } finally {
    await client.end()
  }
}

function keepSecret (name: string, from: string, to: string): void {
  const [given, file] = [readOr(join(from, name)), join(to, name)]
  if (given === '' || readOr(file).trim() !== '') return
  writeDurably(file, given, 0o600)
  chmodSync(file, 0o600)
}

const isFull = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length > 0
