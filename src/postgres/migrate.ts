import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { lastingUpTo } from './deadlines.ts'
import { reasonOf } from './failures.ts'
import { ForeignSchema } from './foreign-schema.ts'
import { MigrationFailed } from './migration-failed.ts'

const migrationFolder = path.join(import.meta.dirname, '../../migrations')

/**
 * Brings the schema up to date. Services that start together wait for one another (an advisory lock). Throws
 * `ForeignSchema`, with nothing changed, for the database of another version, and `MigrationFailed`.
 */
// Migrations see the schema as it was, not as `Tables` says it is.
export async function migrate<T> (db: Kysely<T>, folder = migrationFolder): Promise<void> {
  if (await isUpToDate(db, folder)) return
  const { FileMigrationProvider, Migrator } = await import('kysely/migration')
  const files = new FileMigrationProvider({
    fs,
    path,
    migrationFolder: folder,
    import: async (file: string) => await import(pathToFileURL(file).href) as unknown
  })
  let failure: MigrationFailed | undefined
  // Kysely goes on in a transaction that is aborted, and then tells of nothing else: what failed first is kept here.
  const watched = (name: string, migration: Migration): Migration => ({
    up: async (trx) => {
      try {
        await migration.up(trx)
      } catch (error) {
        failure ??= new MigrationFailed(name, { reason: reasonOf(error), cause: error })
        throw error
      }
    }
  })
  try {
    await db.transaction().execute(async (trx) => {
      // A hundred million events take longer than any request may, and so does waiting for another start that is at it.
      await sql.raw(lastingUpTo(0)).execute(trx)
      await sql`SET LOCAL lock_timeout = 0`.execute(trx)
      await sql`SELECT pg_advisory_xact_lock(hashtext('local-performance-platform migrations'))`.execute(trx)
      const migrator = new Migrator({
        db: trx,
        provider: {
          getMigrations: async () => Object.fromEntries(
            Object.entries(await files.getMigrations()).map(([name, one]) => [name, watched(name, one)])
          )
        }
      })
      const { error } = await migrator.migrateToLatest()
      if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error))
    })
  } catch (error) {
    throw failure ?? error
  }
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
  const foreign = rows.find(({ name }) => !known.has(name))
  if (foreign !== undefined) throw new ForeignSchema(foreign.name)
  return rows.length === known.size
}
