import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Kysely } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'

const migrationFolder = path.join(import.meta.dirname, '../../migrations')

/** Brings the schema up to date. Services that start together wait for one another (an advisory lock). */
// Migrations see the schema as it was, not as `Tables` says it is.
export async function migrate<T> (db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: new FileMigrationProvider({ fs, path, migrationFolder, import: async (file: string) => await import(pathToFileURL(file).href) as unknown })
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error))
}
