import { sql, type Kysely } from 'kysely'

/** Tokens have roles, and those of administrators and readers authorities. The audit trail is chained by hash. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE token
      ADD COLUMN role text NOT NULL DEFAULT 'source'
        CHECK (role IN ('operator', 'administrator', 'source', 'reader', 'data-set')),
      ADD COLUMN label text NOT NULL DEFAULT '',
      ADD COLUMN authorities smallint[] NOT NULL DEFAULT '{}'; -- of an administrator or a reader
    UPDATE token SET role = 'data-set' WHERE data_set_id IS NOT NULL;
    CREATE UNIQUE INDEX token_person_hash ON token (hash) WHERE source_id IS NULL AND data_set_id IS NULL;

    ALTER TABLE source
      ADD COLUMN takes_over integer[] NOT NULL DEFAULT '{}', -- ids of sources whose figures it may replace
      ADD COLUMN carried_to smallint[] NOT NULL DEFAULT '{}'; -- successors of its authority that govern it as well

    ALTER TABLE audit
      ADD COLUMN authority_id smallint, -- whose administrators may read the line; null: the operator alone
      ADD COLUMN previous bytea, -- hash of the line before
      ADD COLUMN hash bytea; -- SHA-256 of previous and of what the line says`.execute(db)
}
