import { sql, type Kysely } from 'kysely'

/**
 * What instances count together of each client's requests (RATE_LIMIT_STORE=shared), as rate-limiter-flexible keeps it.
 * Not logged: after a crash the counts begin anew, which harms nobody.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE UNLOGGED TABLE rate_limit_count (
      key varchar(255) PRIMARY KEY,
      points integer NOT NULL DEFAULT 0,
      expire bigint
    )`.execute(db)
}
