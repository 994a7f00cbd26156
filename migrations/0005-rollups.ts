import { sql, type Kysely } from 'kysely'

const SERIES = 'authority_id, service_id, type'
const start = (unit: string, day: string): string => `date_trunc('${unit}', ${day}::timestamp)::date`

/** `span` is a row's, `date` a cell's first day; `key` says what a cell's key holds, `from` how to read it. */
const ROLLUPS = [
  { view: 'rollup_week', span: 'year', date: 'week', columns: ['outcome'] },
  { view: 'rollup_channel_week', span: 'year', date: 'week', columns: ['channel_id', 'outcome'] },
  { view: 'rollup_channel_month', span: 'year', date: 'month', columns: ['channel_id', 'outcome'] },
  { view: 'rollup_channel_day', span: 'month', date: 'local_date', columns: ['channel_id', 'outcome'] },
  { view: 'rollup_ward_day', span: 'month', date: 'local_date', columns: ['ward_id', 'channel_id', 'outcome'] },
  { view: 'rollup_street_month', span: 'month', date: 'month', columns: ['street', 'ward_id', 'outcome'] }
]

/** Columns of a cell, from its key: 12 bits day of the span, 15 channel_id, 5 outcome; or 27 street, 5 outcome. */
const FROM_KEY: Record<string, string> = {
  channel_id: '(cell.key >> 5 & 32767)::int2 AS channel_id',
  street: '(cell.key >> 5 & 134217727) AS street',
  outcome: '(cell.key & 31)::int2 AS outcome',
  ward_id: 'ward_id'
}

/** Sums of events: what is pending, what is folded, and views of both. See docs/rollups.md. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A sum of bigint that stays bigint: the built-in one is numeric, which readers pay for with every row.
    CREATE AGGREGATE sum8 (bigint) (SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE); -- throws beyond 2^63

    CREATE TABLE rollup_pending (
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL, -- 0: figures or notes of it changed, which no rollup holds
      keys bigint[] NOT NULL, -- 16 bits day since 1970, 15 channel_id, 5 outcome, 1 avoidable, 1 taken away instead of added
      places bigint[] NOT NULL, -- 21 bits ward_id, 27 street
      counts integer[] NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 2000);
    ALTER TABLE rollup_pending
      ALTER keys SET STORAGE PLAIN, ALTER places SET STORAGE PLAIN, ALTER counts SET STORAGE PLAIN;
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
      RETURNS TABLE (local_date date, channel_id smallint, outcome smallint, ward_id integer, street integer,
        events bigint, count bigint, avoidable bigint)
      LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 40 AS $$
      SELECT date '1970-01-01' + (key >> 22)::int4, (key >> 7 & 32767)::int2, (key >> 2 & 31)::int2,
        (place >> 27)::int4, (place & 134217727)::int4,
        1 - 2 * (key & 1), count * (1 - 2 * (key & 1)), count * (1 - 2 * (key & 1)) * (key >> 1 & 1)
      FROM unnest(keys, places, counts) AS cell(key, place, count)
    $$;
    CREATE VIEW rollup_pending_cell AS
      SELECT p.authority_id, p.service_id, p.type, cell.*
      FROM rollup_pending AS p CROSS JOIN LATERAL rollup_cells(p.keys, p.places, p.counts) AS cell;

    CREATE FUNCTION rollup_int4 (bytes bytea, at integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT (get_byte(bytes, at) << 24) | (get_byte(bytes, at + 1) << 16) | (get_byte(bytes, at + 2) << 8)
        | get_byte(bytes, at + 3)
    $$;
    CREATE FUNCTION rollup_int8 (bytes bytea, at integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT (rollup_int4(bytes, at)::int8 << 32) | (rollup_int4(bytes, at + 4)::int8 & 4294967295)
    $$;
    -- Joined to nothing and kept apart by OFFSET, a large row is decompressed once and not for each of its bytes; and so is a
    -- cell's number of events, which nearly always is its count too.
    CREATE FUNCTION rollup_packed_cells (keys bytea, events bytea, counts bytea, avoidable bytea)
      RETURNS TABLE (key integer, events bigint, count bigint, avoidable bigint)
      LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200 AS $$
      SELECT key, events, CASE WHEN c = '' THEN events ELSE rollup_int8(c, 2 * at) END,
        CASE WHEN a = '' THEN 0 ELSE rollup_int8(a, 2 * at) END
      FROM (
        SELECT rollup_int4(k, at) AS key, rollup_int4(e, at)::int8 AS events, c, a, at
        FROM (
          SELECT whole.*, generate_series(0, length(k) - 4, 4) AS at
          FROM (SELECT keys || '' AS k, events || '' AS e, counts || '' AS c, avoidable || '' AS a OFFSET 0) AS whole
        ) AS place OFFSET 0
      ) AS cell
    $$`.execute(db)
  for (const rollup of ROLLUPS) await createRollup(db, rollup)
  await sql`
    -- Reads the newest month that has such a day, and what is pending; NULL if there is none.
    CREATE FUNCTION rollup_newest_day (of_authority smallint, of_service smallint, of_type smallint, before date)
      RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT greatest(
        (SELECT day.newest FROM rollup_channel_day_folded AS f
          CROSS JOIN LATERAL (
            SELECT max(f.month + (cell.key >> 20)) AS newest
            FROM rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable) AS cell
            WHERE cell.events > 0 AND f.month + (cell.key >> 20) < before
          ) AS day
          WHERE f.authority_id = of_authority AND f.service_id = of_service AND f.type = of_type AND f.month < before
            AND day.newest IS NOT NULL
          ORDER BY f.month DESC LIMIT 1),
        (SELECT max(local_date) FROM rollup_pending_cell
          WHERE authority_id = of_authority AND service_id = of_service AND type = of_type AND local_date < before
            AND events > 0))
    $$`.execute(db)
}

// A day lies in the row of its month: who names days had best name months too.
async function createRollup (
  db: Kysely<unknown>, { view, span, date, columns }: typeof ROLLUPS[number]
): Promise<void> {
  const byWard = columns.includes('ward_id')
  const ofDay = columns.includes('street') ? '' : `${span} + (cell.key >> 20) AS ${date},`
  const pendingDate = date === 'local_date' ? date : start(date, 'local_date')
  const folded = sql.table(`${view}_folded`)
  await sql`
    CREATE TABLE ${folded} (
      ${sql.ref(span)} date NOT NULL, -- the first day
      ${sql.raw(byWard ? 'ward_id integer NOT NULL,' : '')}
      authority_id smallint NOT NULL,
      service_id smallint NOT NULL,
      type smallint NOT NULL,
      keys bytea NOT NULL, -- ascending, one a cell, as integers of four bytes
      events bytea NOT NULL, -- likewise
      counts bytea NOT NULL, -- of eight bytes; empty: as events
      avoidable bytea NOT NULL -- of eight bytes; empty: none
    ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE ${folded} ALTER keys SET STORAGE MAIN, ALTER events SET STORAGE MAIN, ALTER counts SET STORAGE MAIN,
      ALTER avoidable SET STORAGE MAIN;
    ALTER TABLE ${folded} ADD PRIMARY KEY (${sql.raw(`${SERIES}, ${span}${byWard ? ', ward_id' : ''}`)});
    CREATE VIEW ${sql.table(view)} AS
      SELECT ${sql.raw(SERIES)}, ${sql.ref(span)}, ${sql.raw(ofDay)}
        ${sql.raw(columns.map((column) => FROM_KEY[column]).join(', '))}, cell.events, cell.count, cell.avoidable
      FROM ${folded} AS f CROSS JOIN LATERAL rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable) AS cell
      UNION ALL
      SELECT ${sql.raw(SERIES)}, ${sql.raw(start(span, pendingDate))}, ${sql.raw(ofDay === '' ? '' : `${pendingDate},`)}
        ${sql.raw(columns.join(', '))}, events, count, avoidable
      FROM rollup_pending_cell`.execute(db)
}
