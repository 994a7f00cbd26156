import { sql, type Kysely } from 'kysely'

/**
 * A receipt lists the first errors of its batch; how many there were in all it forgot. Of batches before this the
 * listed ones are counted.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE receipt ADD errors_total integer NOT NULL DEFAULT 0;
    UPDATE receipt SET errors_total = jsonb_array_length(errors) WHERE errors <> '[]'`.execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE receipt DROP errors_total`.execute(db)
}
