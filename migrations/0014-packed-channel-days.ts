import { sql, type Kysely } from 'kysely'

const SERIES = 'authority_id, service_id, type'

/**
 * What 0013 did for wards and streets: the days of a month, all wards together, are one row with arrays of cells (ADR
 * 27).
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP VIEW rollup_channel_day;
    ALTER TABLE rollup_channel_day_folded RENAME TO unpacked;
    ALTER TABLE unpacked DROP CONSTRAINT rollup_channel_day_folded_pkey;
    CREATE TABLE rollup_channel_day_folded (
      month date NOT NULL,
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      keys integer[] NOT NULL, -- ascending, one a cell: 5 bits day of the month from 0, 15 channel_id, 5 outcome
      events integer[] NOT NULL,
      counts bigint[] NOT NULL, -- empty: as events
      avoidable bigint[] NOT NULL -- empty: none
    ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE rollup_channel_day_folded
      ALTER keys SET STORAGE MAIN, ALTER events SET STORAGE MAIN, ALTER counts SET STORAGE MAIN, ALTER avoidable SET STORAGE MAIN;
    INSERT INTO rollup_channel_day_folded (${sql.raw(SERIES)}, month, keys, events, counts, avoidable)
      SELECT ${sql.raw(SERIES)}, month, array_agg(key ORDER BY key), array_agg(events::int4 ORDER BY key),
        CASE WHEN bool_and(count = events) THEN '{}' ELSE array_agg(count ORDER BY key) END,
        CASE WHEN bool_and(avoidable = 0) THEN '{}' ELSE array_agg(avoidable ORDER BY key) END
      FROM (
        SELECT *, ((local_date - month) << 15 | channel_id) << 5 | outcome AS key
        FROM (SELECT *, date_trunc('month', local_date::timestamp)::date AS month FROM unpacked WHERE events <> 0) AS dated
      ) AS cell GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
    ALTER TABLE rollup_channel_day_folded ADD PRIMARY KEY (${sql.raw(SERIES)}, month);
    DROP TABLE unpacked;

    -- A day lies in the row of its month: who names days had best name months too.
    CREATE VIEW rollup_channel_day AS
      SELECT authority_id, service_id, type, month, month + (cell.key >> 20) AS local_date, (cell.key >> 5 & 32767)::int2 AS channel_id,
        (cell.key & 31)::int2 AS outcome, cell.events, cell.count, cell.avoidable
      FROM rollup_channel_day_folded AS f CROSS JOIN LATERAL rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable) AS cell
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('month', local_date::timestamp)::date, local_date, channel_id, outcome, events, count, avoidable
      FROM rollup_pending_cell;

    -- Reads the newest month that has such a day, and what is pending; NULL if there is none.
    CREATE FUNCTION rollup_newest_day (of_authority smallint, of_service smallint, of_type smallint, before date) RETURNS date
      LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT greatest(
        (SELECT day.newest FROM rollup_channel_day_folded AS f
          CROSS JOIN LATERAL (
            SELECT max(f.month + (cell.key >> 20)) AS newest FROM unnest(f.keys, f.events) AS cell(key, events)
            WHERE cell.events > 0 AND f.month + (cell.key >> 20) < before
          ) AS day
          WHERE f.authority_id = of_authority AND f.service_id = of_service AND f.type = of_type AND f.month < before AND day.newest IS NOT NULL
          ORDER BY f.month DESC LIMIT 1),
        (SELECT max(local_date) FROM rollup_pending_cell
          WHERE authority_id = of_authority AND service_id = of_service AND type = of_type AND local_date < before AND events > 0))
    $$`.execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP FUNCTION rollup_newest_day (smallint, smallint, smallint, date);
    DROP VIEW rollup_channel_day;
    ALTER TABLE rollup_channel_day_folded RENAME TO packed;
    ALTER TABLE packed DROP CONSTRAINT rollup_channel_day_folded_pkey;
    CREATE TABLE rollup_channel_day_folded (
      events bigint NOT NULL, count bigint NOT NULL, avoidable bigint NOT NULL, local_date date NOT NULL,
      authority_id smallint NOT NULL, service_id smallint NOT NULL, type smallint NOT NULL, channel_id smallint NOT NULL, outcome smallint NOT NULL
    ) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
    INSERT INTO rollup_channel_day_folded (${sql.raw(SERIES)}, local_date, channel_id, outcome, events, count, avoidable)
      SELECT ${sql.raw(SERIES)}, month + (key >> 20), key >> 5 & 32767, key & 31, cell.events, cell.count, cell.avoidable
      FROM packed AS p CROSS JOIN LATERAL rollup_packed_cells(p.keys, p.events, p.counts, p.avoidable) AS cell ORDER BY 1, 2, 3, 4, 5, 6;
    ALTER TABLE rollup_channel_day_folded ADD CONSTRAINT rollup_channel_day_folded_pkey
      PRIMARY KEY (${sql.raw(SERIES)}, local_date, channel_id, outcome) INCLUDE (events, count, avoidable);
    DROP TABLE packed;
    CREATE VIEW rollup_channel_day AS
      SELECT authority_id, service_id, type, local_date, channel_id, outcome, events, count, avoidable FROM rollup_channel_day_folded
      UNION ALL
      SELECT authority_id, service_id, type, local_date, channel_id, outcome, events, count, avoidable FROM rollup_pending_cell`
    .execute(db)
}
