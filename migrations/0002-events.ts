import { sql, type Kysely } from 'kysely'

/**
 * Raw events, their history, receipts and the rollups kept in the same transaction. Wide columns stand before narrow
 * ones, so that no byte of a row is padding. `0` stands for "none" in ward_id, street and provider_id, which are parts
 * of rollup keys.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE SEQUENCE receipt_id; -- drawn by the first statement of a batch, used by the last
    CREATE TABLE receipt (
      id bigint PRIMARY KEY,
      source_id integer NOT NULL REFERENCES source ON DELETE CASCADE,
      received_at timestamptz NOT NULL,
      received integer NOT NULL,
      stored integer NOT NULL,
      duplicates integer NOT NULL,
      revised integer NOT NULL,
      rejected integer NOT NULL,
      errors jsonb NOT NULL DEFAULT '[]',
      idempotency_key text,
      body_hash bytea, -- with an idempotency key: what the key came with
      UNIQUE (source_id, idempotency_key)
    );

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
      PRIMARY KEY (owner_id, source_id, id, revision));

    CREATE TABLE rollup_channel_day (
      events bigint NOT NULL, -- rows
      count bigint NOT NULL, -- what they count
      avoidable bigint NOT NULL, -- of count
      local_date date NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      channel_id smallint NOT NULL,
      outcome smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, local_date, channel_id, outcome)
    ) WITH (fillfactor = 70);

    CREATE TABLE rollup_ward_day (
      events bigint NOT NULL,
      count bigint NOT NULL,
      avoidable bigint NOT NULL,
      local_date date NOT NULL,
      ward_id integer NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      channel_id smallint NOT NULL,
      outcome smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, ward_id, local_date, channel_id, outcome)
    ) WITH (fillfactor = 70);

    CREATE TABLE rollup_street_month (
      events bigint NOT NULL,
      count bigint NOT NULL,
      avoidable bigint NOT NULL,
      month date NOT NULL, -- its first day
      ward_id integer NOT NULL,
      street integer NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      outcome smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, month, street, ward_id, outcome)
    ) WITH (fillfactor = 70)`.execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE rollup_street_month, rollup_ward_day, rollup_channel_day, event_history, event, receipt; DROP SEQUENCE receipt_id`
    .execute(db)
}
