import { sql, type Kysely } from 'kysely'

/**
 * Names the migrations that the release before each runs on as well (adr/0036): a release that does not know one that
 * is here may start, and must not where it is missing.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE expanding_migration (name text PRIMARY KEY)`.execute(db)
}
