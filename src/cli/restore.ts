import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { openDatabase } from '../postgres/database.ts'
import { makeRequestRole, protectRows } from '../postgres/row-level-security.ts'
import type { Tables } from '../postgres/tables.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { findDifferences } from '../rollups/index.ts'
import { descriptionOf } from './backups/description.ts'
import { restoreDump } from './backups/dump.ts'
import { putFolder } from './backups/put-folder.ts'
import { Refused, sentenceOf } from './backups/sentence-of.ts'
import { directUrl } from './database-of.ts'

const USAGE = 'usage: npm run restore -- --from FILE [--replace]\n'
const say = (what: string): void => {
  process.stdout.write(`${what}\n`)
}

/** `npm run restore -- --from FILE`: what `npm run backup` kept, into an empty folder or an empty database. */
async function main (): Promise<number> {
  const { values: { from, replace = false } } = parseArgs({
    options: { from: { type: 'string' }, replace: { type: 'boolean' } }
  })
  if (from === undefined || from === '') {
    process.stderr.write(USAGE)
    return 2
  }
  const config = readConfig()
  const [databaseUrl, { dataDir }] = [directUrl(config), config]
  const description = await descriptionOf(from)
  say(`${from}: of ${description.made_at}, version ${description.version}`)
  if (description.kind === 'folder') {
    if (databaseUrl !== undefined) {
      throw new Refused(`${from} is of an embedded Postgres; unset DATABASE_URL to restore it to DATA_DIR`)
    }
    return await putFolder({ file: from, description, directory: dataDir, replace, say, check: bringUpAndVerify })
  }
  if (databaseUrl === undefined) {
    throw new Refused(`${from} is of another Postgres; set DATABASE_URL to an empty database`)
  }
  await prepareEmpty(databaseUrl)
  await restoreDump(from, databaseUrl)
  return await bringUpAndVerify(databaseUrl)
}

/** A dump names the role of requests, and does not make it. */
async function prepareEmpty (connectionString: string): Promise<void> {
  const database = openDatabase({ connectionString, size: 2, onConnectionLost: () => undefined })
  try {
    const { rows: [row] } = await database.pool.query<{ tables: number }>(
      `SELECT count(*) AS tables FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')`
    )
    if (row?.tables !== 0) {
      throw new Refused('the database of DATABASE_URL is not empty; make an empty one and name it in DATABASE_URL')
    }
    await database.db.transaction().execute(async (trx) => await makeRequestRole<Tables>(trx))
  } finally {
    await database.close()
  }
}

/** Schema, rights and rollups as the next start would have them. Returns 1 where a rollup differs from its events. */
async function bringUpAndVerify (connectionString: string): Promise<number> {
  const database = openDatabase({ connectionString, size: 2, onConnectionLost: () => undefined })
  try {
    const { runRole } = readConfig()
    await prepareDatabase(database.db, { runRole, say, tell: () => undefined })
    // A dump has the policies of its rows, and not the rights that go with them.
    await database.db.transaction().execute(async (trx) => await protectRows<Tables>(trx))
    const differences = await inTransaction(database.pool, async (client) => {
      await client.query("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'")
      return await findDifferences(client, 1)
    })
    say(differences.length === 0
      ? 'restored; every rollup is the sum of its events'
      : 'restored, but rollups differ from their events: npm run rollups -- rebuild')
    return differences.length === 0 ? 0 : 1
  } finally {
    await database.close()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`Not restored: ${sentenceOf(error)}\n`)
  process.exitCode = 2
}
