import { sql, type Kysely } from 'kysely'

/** Has those who change the schema or its rights do so one after another, until their transactions end. */
export async function lockMigrations<T> (trx: Kysely<T>): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('local-performance-platform migrations'))`.execute(trx)
}
