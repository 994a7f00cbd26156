import { sql, type Kysely } from 'kysely'

/**
 * What ingest costs least with (docs/performance.md). Wards by day and streets by month become append-only: a cell is
 * the sum of its rows, so their keys are no longer unique. Receipts carry no foreign key: it locked the source's row
 * for every batch. And two small rollups by which many authorities are compared.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE rollup_ward_day DROP CONSTRAINT rollup_ward_day_pkey;
    ALTER TABLE rollup_ward_day RESET (fillfactor);
    CREATE INDEX rollup_ward_day_key ON rollup_ward_day (authority_id, service_id, type, ward_id, local_date);
    ALTER TABLE rollup_street_month DROP CONSTRAINT rollup_street_month_pkey;
    ALTER TABLE rollup_street_month RESET (fillfactor);
    CREATE INDEX rollup_street_month_key ON rollup_street_month (authority_id, service_id, type, month, street);

    ALTER TABLE receipt DROP CONSTRAINT receipt_source_id_fkey, DROP CONSTRAINT receipt_source_id_idempotency_key_key;
    CREATE UNIQUE INDEX receipt_idempotency_key ON receipt (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

    CREATE TABLE rollup_week (
      events bigint NOT NULL,
      count bigint NOT NULL,
      avoidable bigint NOT NULL,
      week date NOT NULL, -- its Monday
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      outcome smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, week, outcome)
    ) WITH (fillfactor = 70);

    CREATE TABLE rollup_channel_month (
      events bigint NOT NULL,
      count bigint NOT NULL,
      avoidable bigint NOT NULL,
      month date NOT NULL, -- its first day
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      channel_id smallint NOT NULL,
      outcome smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type, month, channel_id, outcome)
    ) WITH (fillfactor = 70);

    INSERT INTO rollup_week (events, count, avoidable, week, authority_id, service_id, type, outcome)
      SELECT sum(events), sum(count), sum(avoidable), date_trunc('week', local_date)::date, authority_id, service_id, type, outcome
      FROM rollup_channel_day GROUP BY 4, 5, 6, 7, 8;
    INSERT INTO rollup_channel_month (events, count, avoidable, month, authority_id, service_id, type, channel_id, outcome)
      SELECT sum(events), sum(count), sum(avoidable), date_trunc('month', local_date)::date, authority_id, service_id, type, channel_id, outcome
      FROM rollup_channel_day GROUP BY 4, 5, 6, 7, 8, 9`.execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP TABLE rollup_week, rollup_channel_month;
    DROP INDEX receipt_idempotency_key;
    ALTER TABLE receipt ADD UNIQUE (source_id, idempotency_key), ADD FOREIGN KEY (source_id) REFERENCES source ON DELETE CASCADE;
    DROP INDEX rollup_ward_day_key, rollup_street_month_key;
    CREATE TEMP TABLE ward ON COMMIT DROP AS SELECT sum(events), sum(count), sum(avoidable), local_date, ward_id, authority_id, service_id, type, channel_id, outcome
      FROM rollup_ward_day GROUP BY 4, 5, 6, 7, 8, 9, 10;
    CREATE TEMP TABLE street ON COMMIT DROP AS SELECT sum(events), sum(count), sum(avoidable), month, ward_id, street, authority_id, service_id, type, outcome
      FROM rollup_street_month GROUP BY 4, 5, 6, 7, 8, 9, 10;
    TRUNCATE rollup_ward_day, rollup_street_month;
    INSERT INTO rollup_ward_day SELECT * FROM ward;
    INSERT INTO rollup_street_month SELECT * FROM street;
    ALTER TABLE rollup_ward_day ADD PRIMARY KEY (authority_id, service_id, type, ward_id, local_date, channel_id, outcome);
    ALTER TABLE rollup_street_month ADD PRIMARY KEY (authority_id, service_id, type, month, street, ward_id, outcome)`
    .execute(db)
}
