import { sql, type Kysely } from 'kysely'
import { createRollups } from '../src/rollups/schema.ts'

/**
 * Sums of events, what is pending of them, and the states of series (docs/rollups.md). Their SQL derives from the list
 * of dimensions, and they themselves from the events: a migration that adds a dimension makes them anew and rebuilds.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A sum of bigint that stays bigint and throws beyond it: the built-in one is numeric, which every reader pays for.
    CREATE AGGREGATE sum8 (bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE)`.execute(db)
  await sql.raw(createRollups()).execute(db)
}
