import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresBinaries } from './binaries.ts'
import { moveDurably } from './durable.ts'
import { launch } from './launch.ts'
import { killProcessesOn } from './orphans.ts'
import { giveTo, type RunAs } from './run-as.ts'
import { DirectoryUnusable } from './unusable.ts'

/** A restore unpacks here too: what an interrupted one left is removed as well. */
export const BESIDE = 'postgres.new-'
/** Where a restore has moved the database that was there. */
export const REPLACED = 'postgres.replaced-'

/**
 * Makes the folder of a new database in `directory/postgres`, or leaves it as it is if it is there. It is made beside
 * and renamed when it is complete, so that however a first start ends the folder is whole or absent.
 */
export async function ensureInitialised (
  directory: string, password: string, runAs: RunAs, signal: AbortSignal
): Promise<string> {
  sweep(directory)
  const data = join(directory, 'postgres')
  if (existsSync(join(data, 'PG_VERSION'))) return data
  refuseHalfRestored(directory)
  // An `initdb` of an interrupted start may still write to the folder that it was given: each has its own.
  const beside = mkdtempSync(join(directory, BESIDE))
  try {
    await initdb(beside, password, runAs, signal)
    signal.throwIfAborted()
    rmSync(data, { recursive: true, force: true }) // an empty folder, as of a mounted volume
    moveDurably(join(beside, 'data'), data)
    return data
  } finally {
    remove(beside)
  }
}

// A restore was killed between its two last renames: an empty database must not take the place.
function refuseHalfRestored (directory: string): void {
  const replaced = readdirSync(directory).filter((name) => name.startsWith(REPLACED)).sort().at(-1)
  if (replaced === undefined) return
  throw new DirectoryUnusable(
    `a restore to DATA_DIR (${directory}) was interrupted: run it again, or rename ${replaced} to postgres`
  )
}

async function initdb (beside: string, password: string, runAs: RunAs, signal: AbortSignal): Promise<void> {
  const { initdb } = await postgresBinaries()
  const [data, passwordFile] = [join(beside, 'data'), join(beside, 'password')]
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  for (const path of [beside, data, passwordFile]) giveTo(runAs, path)
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions'
  ]
  const complaints: string[] = []
  const child = launch(initdb, args, runAs, (line) => complaints.push(line))
  const kill = (): void => {
    child.kill('SIGTERM')
  }
  signal.addEventListener('abort', kill)
  process.once('exit', kill)
  try {
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    signal.throwIfAborted()
    const said = complaints.join('\n')
    if (code !== 0) throw new Error(`initdb failed in ${data}: ${said}`)
  } finally {
    signal.removeEventListener('abort', kill)
    process.off('exit', kill)
  }
}

/** Removes what interrupted first starts left, of this version and of those that wrote the password beside. */
function sweep (directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name.startsWith(BESIDE)) remove(join(directory, name))
    if (name === 'initial-password') rmSync(join(directory, name), { force: true })
  }
}

// Whoever still writes to it is ended first. What cannot be removed now is left to the next start.
function remove (folder: string): void {
  killProcessesOn(join(folder, 'data'))
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  } catch {}
}
