import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { readConfig, type Config } from '../config.ts'
import { writeArchive } from './backups/archive.ts'
import { copyFolder } from './backups/copy-folder.ts'
import { dumpDatabase } from './backups/dump.ts'
import { Refused, sentenceOf } from './backups/sentence-of.ts'
import { databaseOf } from './database-of.ts'

/** `npm run backup -- --to FILE`: everything that the service keeps, in one file, while it goes on. */
async function main (): Promise<number> {
  const { values: { to } } = parseArgs({ options: { to: { type: 'string' } } })
  if (to === undefined || to === '') {
    process.stderr.write('usage: npm run backup -- --to FILE\n')
    return 2
  }
  const config = readConfig()
  const [target, began] = [resolve(to), performance.now()]
  if (config.databaseUrl === undefined && target.startsWith(`${resolve(config.dataDir, 'postgres')}/`)) {
    throw new Refused(`${target} is in the folder that is copied; name a file elsewhere, best on another disk`)
  }
  const { connectionString, stop } = await databaseOf(config)
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined) // told by the statement that it fails
  try {
    await client.connect()
    await alone(client)
    await writeArchive(target, async (archive) => {
      if (config.databaseUrl !== undefined) {
        await dumpDatabase(connectionString, `${target}.dump`, archive)
        return
      }
      const directory = resolve(config.dataDir)
      await copyFolder(client, join(directory, 'postgres'), archive)
      for (const name of secretsOf(config)) await archive.file(name, join(directory, name))
    })
  } finally {
    await client.end().catch(() => undefined)
    await stop()
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(`${target}: ${(statSync(target).size / 1e6).toFixed(1)} MB in ${seconds} s\n`)
  return 0
}

// An operator token of the environment is kept by whoever set it.
const secretsOf = ({ operatorToken }: Config): string[] =>
  operatorToken === undefined ? ['postgres-password', 'operator-token'] : ['postgres-password']

/** Two at once might write to the same file. */
async function alone (client: pg.Client): Promise<void> {
  const { rows: [row] } = await client.query<{ got: boolean }>(
    "SELECT pg_try_advisory_lock(hashtext('local-performance-platform backup')) AS got"
  )
  if (row?.got !== true) throw new Refused('another backup of this database is being made')
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`No backup: ${sentenceOf(error)}\n`)
  process.exitCode = 2
}
