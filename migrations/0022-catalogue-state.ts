import { sql, type Kysely } from 'kysely'

/**
 * How often the catalogue was changed: each process compares it every few seconds with what it has in memory, in case
 * the notification of a change has not reached it. One row. An earlier version of the service leaves it as it is, and
 * is heard by its notifications alone.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE catalogue_state (
      id boolean PRIMARY KEY DEFAULT true CHECK (id),
      changes bigint NOT NULL
    )`.execute(db)
  await sql`INSERT INTO catalogue_state (changes) VALUES (0)`.execute(db)
}
