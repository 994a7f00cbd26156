import { sql, type Kysely } from 'kysely'

/** Council systems that send (sources), the tokens of sources and data sets, and the audit trail. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE source (
      id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      authority_id smallint NOT NULL REFERENCES authority,
      name text NOT NULL,
      services smallint[] NOT NULL,
      provider_for smallint[] NOT NULL,
      channels jsonb NOT NULL, -- alias -> channel slug
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      UNIQUE (authority_id, name)
    );

    CREATE TABLE token (
      id text PRIMARY KEY,
      hash bytea NOT NULL, -- SHA-256 of a random 256-bit secret; such a secret needs no slow hash
      source_id integer REFERENCES source ON DELETE CASCADE,
      data_set_id integer REFERENCES data_set ON DELETE CASCADE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz,
      scopes text[] NOT NULL DEFAULT '{}', -- what it may do beyond writing
      revoked_at timestamptz,
      last_used_at timestamptz
    );
    CREATE INDEX token_source ON token (source_id);
    -- Old senders may hold one secret for several data sets.
    CREATE UNIQUE INDEX token_source_hash ON token (hash) WHERE source_id IS NOT NULL;
    CREATE UNIQUE INDEX token_data_set_hash ON token (data_set_id, hash) WHERE data_set_id IS NOT NULL;

    CREATE TABLE audit (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      at timestamptz NOT NULL,
      actor text NOT NULL,
      action text NOT NULL,
      subject text NOT NULL,
      detail jsonb NOT NULL
    )`.execute(db)
}
