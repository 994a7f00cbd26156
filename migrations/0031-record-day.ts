import { sql, type Kysely } from 'kysely'

/** The local day that a record's `_timestamp` was written on, where it has an offset: `at` keeps the instant alone. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE record ADD COLUMN day date`.execute(db)
}
