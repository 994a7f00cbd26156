import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, readConfig } from '../config.ts'
import { openDatabase } from '../postgres/database.ts'
import { DirectoryInUse } from '../embedded-postgres/directory-lock.ts'
import { embeddedUrl } from '../embedded-postgres/running.ts'
import { startEmbeddedPostgres } from '../embedded-postgres/postgres.ts'
import { findDifferences, rebuildRollups } from '../rollups/index.ts'
import { inTransaction } from '../postgres/transaction.ts'

const MOST_REPORTED = 1000

/** `npm run rollups -- verify` (exit 1 if any sum differs) and `npm run rollups -- rebuild`. */
async function main (command: string | undefined): Promise<number> {
  if (command !== 'verify' && command !== 'rebuild') {
    process.stderr.write('usage: npm run rollups -- verify|rebuild\n')
    return 2
  }
  const { connectionString, stop } = await databaseOf(readConfig())
  const database = openDatabase({ connectionString, size: 1, onConnectionLost: () => undefined })
  try {
    return await inTransaction(database.pool, async (client) => {
      await client.query("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL work_mem = '256MB'")
      if (command === 'rebuild') await rebuildRollups(client)
      const differences = await findDifferences(client, MOST_REPORTED)
      for (const { rollup, key, raw, kept } of differences) {
        process.stdout.write(`${rollup} ${key}: raw ${JSON.stringify(raw)}, kept ${JSON.stringify(kept)}\n`)
      }
      process.stdout.write(`${differences.length} differing sums\n`)
      return differences.length === 0 ? 0 : 1
    })
  } finally {
    await database.close()
    await stop()
  }
}

// Beside a running service the embedded Postgres is running too; without one it is started for the command.
async function databaseOf (
  { databaseUrl, dataDir }: ReturnType<typeof readConfig>
): Promise<{ connectionString: string, stop: () => Promise<void> }> {
  if (databaseUrl !== undefined) return { connectionString: databaseUrl, stop: async () => undefined }
  if (!existsSync(join(dataDir, 'postgres'))) {
    throw new ConfigError(
        `No service keeps its data in ${dataDir}; set DATA_DIR to the folder that it uses, or DATABASE_URL.`
    )
  }
  try {
    const embedded = await startEmbeddedPostgres({ directory: dataDir, log: () => undefined })
    return { connectionString: embedded.url, stop: embedded.stop }
  } catch (error) {
    const url = error instanceof DirectoryInUse ? embeddedUrl(dataDir) : undefined
    if (url === undefined) throw error
    return { connectionString: url, stop: async () => undefined }
  }
}

try {
  process.exitCode = await main(process.argv[2])
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`)
  process.exitCode = 2
}
