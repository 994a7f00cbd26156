import { sql, type Kysely } from 'kysely'

/** What an attribute means, on which days events may carry it, and whether its breakdown is public. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE attribute
      ADD COLUMN description text,
      ADD COLUMN valid_from date,
      ADD COLUMN valid_to date, -- the last day
      ADD COLUMN published boolean NOT NULL DEFAULT true`.execute(db)
}
