import { sql, type Kysely } from 'kysely'

/**
 * Transactions append what they change of a series in a few narrow rows, and rollups are folded together from them
 * afterwards (ADR 22). What was a table is now the view of both, so that readers see every acknowledged event. The
 * folded tables have one row a cell again.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE rollup_pending (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL, -- 0: figures or notes of it changed, which no rollup holds
      keys bigint[] NOT NULL, -- 16 bits day since 1970, 15 channel_id, 5 outcome, 1 avoidable, 1 taken away instead of added
      places bigint[] NOT NULL, -- 21 bits ward_id, 27 street
      counts integer[] NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 2000);
    ALTER TABLE rollup_pending ALTER keys SET STORAGE PLAIN, ALTER places SET STORAGE PLAIN, ALTER counts SET STORAGE PLAIN;
    CREATE INDEX rollup_pending_series ON rollup_pending (authority_id, service_id, type);

    -- How often a series was folded: with the number of rows pending it names the state of the series (ADR 21).
    CREATE TABLE rollup_fold (
      folds bigint NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      PRIMARY KEY (authority_id, service_id, type)
    ) WITH (fillfactor = 50);

    -- Simple enough for the planner to inline. Each element is one event, or one that counts no more.
    CREATE FUNCTION rollup_cells (keys bigint[], places bigint[], counts integer[])
      RETURNS TABLE (local_date date, channel_id smallint, outcome smallint, ward_id integer, street integer, events bigint, count bigint, avoidable bigint)
      LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 40 AS $$
      SELECT date '1970-01-01' + (key >> 22)::int4, (key >> 7 & 32767)::int2, (key >> 2 & 31)::int2,
        (place >> 27)::int4, (place & 134217727)::int4,
        1 - 2 * (key & 1), count * (1 - 2 * (key & 1)), count * (1 - 2 * (key & 1)) * (key >> 1 & 1)
      FROM unnest(keys, places, counts) AS cell(key, place, count)
    $$;

    ALTER TABLE rollup_week RENAME TO rollup_week_folded;
    ALTER TABLE rollup_channel_week RENAME TO rollup_channel_week_folded;
    ALTER TABLE rollup_channel_month RENAME TO rollup_channel_month_folded;
    ALTER TABLE rollup_channel_day RENAME TO rollup_channel_day_folded;

    CREATE TABLE rollup_ward_day_folded (LIKE rollup_ward_day) WITH (fillfactor = 85);
    INSERT INTO rollup_ward_day_folded (events, count, avoidable, local_date, ward_id, authority_id, service_id, type, channel_id, outcome)
      SELECT sum8(events), sum8(count), sum8(avoidable), local_date, ward_id, authority_id, service_id, type, channel_id, outcome
      FROM rollup_ward_day GROUP BY 4, 5, 6, 7, 8, 9, 10 ORDER BY 6, 7, 8, 5, 4, 9, 10;
    ALTER TABLE rollup_ward_day_folded ADD PRIMARY KEY (authority_id, service_id, type, ward_id, local_date, channel_id, outcome);
    DROP TABLE rollup_ward_day;

    CREATE TABLE rollup_street_month_folded (LIKE rollup_street_month) WITH (fillfactor = 85);
    INSERT INTO rollup_street_month_folded (events, count, avoidable, month, ward_id, street, authority_id, service_id, type, outcome)
      SELECT sum8(events), sum8(count), sum8(avoidable), month, ward_id, street, authority_id, service_id, type, outcome
      FROM rollup_street_month GROUP BY 4, 5, 6, 7, 8, 9, 10 ORDER BY 7, 8, 9, 4, 6, 5, 10;
    ALTER TABLE rollup_street_month_folded ADD PRIMARY KEY (authority_id, service_id, type, month, street, ward_id, outcome);
    DROP TABLE rollup_street_month;

    CREATE VIEW rollup_pending_cell AS
      SELECT p.authority_id, p.service_id, p.type, cell.*
      FROM rollup_pending AS p CROSS JOIN LATERAL rollup_cells(p.keys, p.places, p.counts) AS cell;

    -- A cell may have several rows in each of these: who reads them adds up.
    CREATE VIEW rollup_week AS
      SELECT authority_id, service_id, type, week, outcome, events, count, avoidable FROM rollup_week_folded
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('week', local_date::timestamp)::date, outcome, events, count, avoidable FROM rollup_pending_cell;
    CREATE VIEW rollup_channel_week AS
      SELECT authority_id, service_id, type, week, channel_id, outcome, events, count, avoidable FROM rollup_channel_week_folded
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('week', local_date::timestamp)::date, channel_id, outcome, events, count, avoidable FROM rollup_pending_cell;
    CREATE VIEW rollup_channel_month AS
      SELECT authority_id, service_id, type, month, channel_id, outcome, events, count, avoidable FROM rollup_channel_month_folded
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('month', local_date::timestamp)::date, channel_id, outcome, events, count, avoidable FROM rollup_pending_cell;
    CREATE VIEW rollup_channel_day AS
      SELECT authority_id, service_id, type, local_date, channel_id, outcome, events, count, avoidable FROM rollup_channel_day_folded
      UNION ALL
      SELECT authority_id, service_id, type, local_date, channel_id, outcome, events, count, avoidable FROM rollup_pending_cell;
    CREATE VIEW rollup_ward_day AS
      SELECT authority_id, service_id, type, ward_id, local_date, channel_id, outcome, events, count, avoidable FROM rollup_ward_day_folded
      UNION ALL
      SELECT authority_id, service_id, type, ward_id, local_date, channel_id, outcome, events, count, avoidable FROM rollup_pending_cell;
    CREATE VIEW rollup_street_month AS
      SELECT authority_id, service_id, type, month, street, ward_id, outcome, events, count, avoidable FROM rollup_street_month_folded
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('month', local_date::timestamp)::date, street, ward_id, outcome, events, count, avoidable FROM rollup_pending_cell`
    .execute(db)
}

/** What is pending must be folded before: `npm run rollups -- rebuild` after it does as well. */
export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP VIEW rollup_week, rollup_channel_week, rollup_channel_month, rollup_channel_day, rollup_ward_day, rollup_street_month, rollup_pending_cell;
    DROP FUNCTION rollup_cells (bigint[], bigint[], integer[]);
    DROP TABLE rollup_pending, rollup_fold;
    ALTER TABLE rollup_week_folded RENAME TO rollup_week;
    ALTER TABLE rollup_channel_week_folded RENAME TO rollup_channel_week;
    ALTER TABLE rollup_channel_month_folded RENAME TO rollup_channel_month;
    ALTER TABLE rollup_channel_day_folded RENAME TO rollup_channel_day;
    ALTER TABLE rollup_ward_day_folded RENAME TO rollup_ward_day;
    ALTER TABLE rollup_ward_day DROP CONSTRAINT rollup_ward_day_folded_pkey;
    ALTER TABLE rollup_ward_day RESET (fillfactor);
    CREATE INDEX rollup_ward_day_key ON rollup_ward_day (authority_id, service_id, type, ward_id, local_date);
    ALTER TABLE rollup_street_month_folded RENAME TO rollup_street_month;
    ALTER TABLE rollup_street_month DROP CONSTRAINT rollup_street_month_folded_pkey;
    ALTER TABLE rollup_street_month RESET (fillfactor);
    CREATE INDEX rollup_street_month_key ON rollup_street_month (authority_id, service_id, type, month, street)`
    .execute(db)
}
