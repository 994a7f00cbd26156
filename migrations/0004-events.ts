import { sql, type Kysely } from 'kysely'

/**
 * Receipts, raw events and their history. Wide columns stand before narrow ones, so that no byte of a row is padding.
 * `0` stands for "none" in ward_id, street and provider_id, which are parts of rollup keys.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE SEQUENCE receipt_id; -- drawn by the first statement of a batch, used by the last
    CREATE TABLE receipt (
      id bigint PRIMARY KEY,
      source_id integer NOT NULL, -- no foreign key: it would lock the source's row for every batch
      received_at timestamptz NOT NULL,
      received integer NOT NULL,
      stored integer NOT NULL,
      duplicates integer NOT NULL,
      revised integer NOT NULL,
      rejected integer NOT NULL,
      errors_total integer NOT NULL DEFAULT 0,
      errors jsonb NOT NULL DEFAULT '[]', -- the first of them
      idempotency_key text,
      body_hash bytea -- with an idempotency key: what the key came with
    );
    CREATE UNIQUE INDEX receipt_idempotency_key ON receipt (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

    CREATE TABLE event (
      occurred_at timestamptz NOT NULL,
      receipt_id bigint NOT NULL, -- tells when it was received as well
      amount_pence bigint,
      source_id integer NOT NULL,
      local_date date NOT NULL, -- Europe/London
      ward_id integer NOT NULL,
      street integer NOT NULL,
      count integer NOT NULL,
      duration_seconds integer,
      revision integer NOT NULL,
      owner_id smallint NOT NULL, -- the source's authority; the row is about authority_id
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      provider_id smallint NOT NULL,
      type smallint NOT NULL,
      channel_id smallint NOT NULL,
      outcome smallint NOT NULL,
      avoidable boolean NOT NULL,
      id text COLLATE "C" NOT NULL,
      attributes jsonb,
      voided_at timestamptz,
      PRIMARY KEY (owner_id, source_id, id)
    );

    -- What an event said before a revision.
    CREATE TABLE event_history (LIKE event, replaced_at timestamptz NOT NULL,
      PRIMARY KEY (owner_id, source_id, id, revision))`.execute(db)
}
