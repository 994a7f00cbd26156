import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { keepDistributed } from './cluster/distribute.ts'
import { distributedTables } from './cluster/state.ts'
import { lastingUpTo } from './deadlines.ts'
import { recordExpanding, refuseContracting } from './expanding.ts'
import { reasonOf } from './failures.ts'
import { ForeignSchema, NotMigrated } from './foreign-schema.ts'
import { MigrationFailed } from './migration-failed.ts'
import { lockMigrations } from './migration-lock.ts'
import { RightsMissing } from './rights-missing.ts'
import { LOCK_SECONDS, withoutQueueing } from './without-queueing.ts'

const migrationFolder = path.join(import.meta.dirname, '../../migrations')

interface Options {
  /** Told what it waits for. */
  say?: (what: string) => void
  /** Told of each migration as it begins, and with the milliseconds that it took as it ends. */
  tell?: (migration: string, ms?: number) => void
  /** What belongs to the same transaction, after the last migration. */
  last?: <T>(trx: Kysely<T>) => Promise<void>
}

/**
 * Brings the schema up to date. Services that start together wait for one another (an advisory lock). Throws
 * `ForeignSchema`, with nothing changed, for the database of another version, unless that is a newer one whose
 * migrations this one runs on.
 */
// Migrations see the schema as it was, not as `Tables` says it is.
export async function migrate<T> (
  db: Kysely<T>, folder = migrationFolder, { say = () => undefined, tell, last }: Options = {}
): Promise<void> {
  if (await isUpToDate(db, folder)) return
  await mustMakeTables(db)
  const { FileMigrationProvider, Migrator } = await import('kysely/migration')
  await withoutQueueing(async () => await db.transaction().execute(async (trx) => {
    // A hundred million events take longer than any request may, and so does waiting for another start that is at it.
    await sql.raw(lastingUpTo(0)).execute(trx)
    await sql`SET LOCAL lock_timeout = 0`.execute(trx)
    await lockMigrations(trx)
    const onNodes = await distributedTables(trx)
    let failure: unknown
    // Kysely sets a lock_timeout of its own, and goes on in a transaction that is aborted: what failed first is kept.
    const impatient = (name: string, migration: Migration): Migration => ({
      up: async (db) => {
        try {
          await sql.raw(`SET LOCAL lock_timeout = '${LOCK_SECONDS}s'`).execute(db)
          const began = performance.now()
          tell?.(name)
          await migration.up(db)
          tell?.(name, Math.round(performance.now() - began))
        } catch (error) {
          failure ??= new MigrationFailed(name, { reason: reasonOf(error), cause: error })
          throw error
        }
      }
    })
    const files = new FileMigrationProvider({
      fs,
      path,
      migrationFolder: folder,
      import: async (file: string) => await import(pathToFileURL(file).href) as unknown
    })
    const migrator = new Migrator({
      db: trx,
      provider: {
        getMigrations: async () => Object.fromEntries(
          Object.entries(await files.getMigrations()).map(([name, one]) => [name, impatient(name, one)])
        )
      }
    })
    const { error: told } = await migrator.migrateToLatest()
    const error = failure ?? told
    if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error))
    await keepDistributed(trx, onNodes)
    await recordExpanding(trx, folder)
    await last?.(trx)
  }), say)
}

// Kysely goes on where it may not make its own table, and says nothing of why.
async function mustMakeTables<T> (db: Kysely<T>): Promise<void> {
  const { rows: [found] } = await sql<{ user: string, schema: string | null, may: boolean }>`
    SELECT current_user AS user, current_schema() AS schema,
      coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may`.execute(db)
  if (found === undefined || found.may) return
  throw new RightsMissing(
    `The user ${found.user} may not make tables in the schema ${found.schema ?? 'public'} of the database, ` +
      'which lacks migrations of this version: let its owner run `npm run migrate`, and set MIGRATE=false for ' +
      'whoever runs the service; or make the user the owner (ALTER DATABASE … OWNER TO …)'
  )
}

/** Throws `NotMigrated` where the schema lacks a migration, and `ForeignSchema` as `migrate` does. */
export async function checkMigrated<T> (db: Kysely<T>, folder = migrationFolder): Promise<void> {
  if (!await isUpToDate(db, folder)) throw new NotMigrated('The database lacks migrations of this version')
}

// Nearly every start finds nothing to do, and need not load the migrations to see it.
async function isUpToDate<T> (db: Kysely<T>, folder: string): Promise<boolean> {
  const { rows: [table] } = await sql<{ exists: boolean }>`SELECT to_regclass('kysely_migration') IS NOT NULL AS exists`
    .execute(db)
  if (table?.exists !== true) return false
  const [files, { rows }] = await Promise.all([
    fs.readdir(folder),
    sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`.execute(db)
  ])
  const known = new Set(files.map((file) => path.parse(file).name))
  const foreign = rows.map(({ name }) => name).filter((name) => !known.has(name))
  await refuseContracting(db, foreign)
  const isComplete = rows.length - foreign.length === known.size
  // The migrations of two releases cannot be put into one order.
  if (!isComplete && foreign[0] !== undefined) throw new ForeignSchema(foreign[0])
  return isComplete
}
