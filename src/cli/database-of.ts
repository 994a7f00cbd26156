import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { ConfigError, type Config } from '../config.ts'
import { DirectoryInUse } from '../embedded-postgres/directory-lock.ts'
import { startEmbeddedPostgres } from '../embedded-postgres/postgres.ts'
import { embeddedUrl } from '../embedded-postgres/running.ts'
import { awaitDatabase } from '../postgres/await-database.ts'
import { openDatabase, type Database } from '../postgres/database.ts'
import { DEADLINES, sessionOptions } from '../postgres/deadlines.ts'
import { NEEDS_SESSIONS, NO_SESSIONS } from '../postgres/server.ts'

/** Postgres itself, for a command, which goes round a pooler. Undefined: an embedded one. */
export const directUrl = ({ databaseUrl, databaseListenUrl }: Config): string | undefined =>
  databaseListenUrl ?? databaseUrl

/**
 * The database of the service, for a command. Beside a running service the embedded Postgres is running too; without
 * one it is started for the command; another one is waited for. Throws `ConfigError` where there is none.
 */
export async function databaseOf (
  config: Config
): Promise<{ connectionString: string, stop: () => Promise<void> }> {
  const url = directUrl(config)
  if (url !== undefined) {
    await waitFor(url, config)
    return { connectionString: url, stop: async () => undefined }
  }
  const { dataDir } = config
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

/** Does work on it with so many connections, and closes them, and whatever was started for it, afterwards. */
export async function withDatabase<T> (
  config: Config, size: number, work: (database: Database, connectionString: string) => Promise<T>
): Promise<T> {
  const { connectionString, stop } = await databaseOf(config)
  const database = openDatabase({ connectionString, size, onConnectionLost: () => undefined })
  try {
    return await work(database, connectionString)
  } finally {
    await database.close()
    await stop()
  }
}

async function waitFor (connectionString: string, { databaseWait, databaseListenUrl }: Config): Promise<void> {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    connectionTimeoutMillis: DEADLINES.connectMs,
    options: sessionOptions(DEADLINES.statementMs)
  })
  pool.on('error', () => undefined)
  try {
    await awaitDatabase(pool, {
      seconds: databaseWait,
      say: (what) => process.stderr.write(`${what}\n`),
      refusesPooler: databaseListenUrl === undefined ? NEEDS_SESSIONS : NO_SESSIONS
    })
  } finally {
    await pool.end()
  }
}
