import { sql, type Kysely } from 'kysely'

/** Dashboards that somebody wrote; those that make themselves are kept nowhere. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE dashboard (
      slug text COLLATE "C" PRIMARY KEY,
      body jsonb NOT NULL, -- as front ends read it
      published boolean NOT NULL,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL
    )`.execute(db)
}
