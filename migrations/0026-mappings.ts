import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'

/** How the files of a source are read (docs/mappings.md), and what was noticed while one was. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE mapping (
      authority_id smallint NOT NULL, -- whose source it is
      source_id integer NOT NULL,
      name text NOT NULL,
      version integer NOT NULL, -- kept for good: receipts name it
      body jsonb NOT NULL,
      made_at timestamptz NOT NULL,
      made_by text NOT NULL,
      ended_at timestamptz, -- replaced by the next version, or removed
      PRIMARY KEY (authority_id, source_id, name, version)
    );
    -- Of one mapping one version is in force.
    CREATE UNIQUE INDEX mapping_in_force ON mapping (authority_id, source_id, name) WHERE ended_at IS NULL;

    ALTER TABLE receipt ADD COLUMN warnings jsonb; -- null: nothing was noticed
    ALTER TABLE receipt ADD COLUMN mapping jsonb -- null: it was no file, or its headings were names of fields`.execute(db)
  await protectRows(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE receipt DROP COLUMN mapping;
    ALTER TABLE receipt DROP COLUMN warnings;
    DROP TABLE mapping`.execute(db)
}
