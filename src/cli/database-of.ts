import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { ConfigError, type Config } from '../config.ts'
import { DirectoryInUse } from '../embedded-postgres/directory-lock.ts'
import { startEmbeddedPostgres } from '../embedded-postgres/postgres.ts'
import { embeddedUrl } from '../embedded-postgres/running.ts'
import { awaitDatabase } from '../postgres/await-database.ts'
import { DEADLINES, sessionOptions } from '../postgres/deadlines.ts'

/**
 * The database of the service, for a command. Beside a running service the embedded Postgres is running too; without
 * one it is started for the command; another one is waited for. Throws `ConfigError` where there is none.
 */
export async function databaseOf (
  { databaseUrl, databaseWait, dataDir }: Config
): Promise<{ connectionString: string, stop: () => Promise<void> }> {
  if (databaseUrl !== undefined) {
    await waitFor(databaseUrl, databaseWait)
    return { connectionString: databaseUrl, stop: async () => undefined }
  }
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

async function waitFor (connectionString: string, seconds: number): Promise<void> {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    connectionTimeoutMillis: DEADLINES.connectMs,
    options: sessionOptions(DEADLINES.statementMs)
  })
  pool.on('error', () => undefined)
  try {
    await awaitDatabase(pool, { seconds, say: (what) => process.stderr.write(`${what}\n`) })
  } finally {
    await pool.end()
  }
}
