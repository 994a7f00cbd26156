import { sql, type Kysely } from 'kysely'

const FOLDED = [
  'rollup_week',
  'rollup_channel_week',
  'rollup_channel_month',
  'rollup_channel_day',
  'rollup_ward_day',
  'rollup_street_month'
].map((view) => `${view}_folded`)

/**
 * What 0013 to 0015 packed into arrays is bytes now, each number as Postgres sends it: 4 bytes in `keys` and `events`,
 * 8 in `counts` and `avoidable`, the highest first. Postgres hands bytes on as they are; each element of an array it
 * writes as text (ADR 28).
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE FUNCTION rollup_bytes (integer[]) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
      $$ SELECT coalesce(string_agg(int4send(n), '' ORDER BY place), '') FROM unnest($1) WITH ORDINALITY AS element(n, place) $$;
    CREATE FUNCTION rollup_bytes (bigint[]) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
      $$ SELECT coalesce(string_agg(int8send(n), '' ORDER BY place), '') FROM unnest($1) WITH ORDINALITY AS element(n, place) $$`
    .execute(db)
  await withoutViews(db, async () => {
    await change(db, (column) => `ALTER ${column} TYPE bytea USING rollup_bytes(${column})`)
    await sql`
      DROP FUNCTION rollup_bytes (integer[]);
      DROP FUNCTION rollup_bytes (bigint[]);
      DROP FUNCTION rollup_packed_cells (integer[], integer[], bigint[], bigint[]);
      CREATE FUNCTION rollup_int4 (bytes bytea, at integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (get_byte(bytes, at) << 24) | (get_byte(bytes, at + 1) << 16) | (get_byte(bytes, at + 2) << 8) | get_byte(bytes, at + 3)
      $$;
      CREATE FUNCTION rollup_int8 (bytes bytea, at integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT (rollup_int4(bytes, at)::int8 << 32) | (rollup_int4(bytes, at + 4)::int8 & 4294967295) $$;

      -- Joined to nothing and kept apart by OFFSET, a large row is decompressed once and not for each of its bytes; and so is a cell's
      -- number of events, which nearly always is its count too.
      CREATE FUNCTION rollup_packed_cells (keys bytea, events bytea, counts bytea, avoidable bytea)
        RETURNS TABLE (key integer, events bigint, count bigint, avoidable bigint)
        LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200 AS $$
        SELECT key, events, CASE WHEN c = '' THEN events ELSE rollup_int8(c, 2 * at) END, CASE WHEN a = '' THEN 0 ELSE rollup_int8(a, 2 * at) END
        FROM (
          SELECT rollup_int4(k, at) AS key, rollup_int4(e, at)::int8 AS events, c, a, at
          FROM (
            SELECT whole.*, generate_series(0, length(k) - 4, 4) AS at
            FROM (SELECT keys || '' AS k, events || '' AS e, counts || '' AS c, avoidable || '' AS a OFFSET 0) AS whole
          ) AS place OFFSET 0
        ) AS cell
      $$`.execute(db)
  })
  await newestDay(db, 'rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable)', 'cell')
}

export async function down (db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE FUNCTION rollup_array4 (bytea) RETURNS integer[] LANGUAGE sql IMMUTABLE AS
      $$ SELECT coalesce(array_agg(rollup_int4($1, at) ORDER BY at), '{}') FROM generate_series(0, length($1) - 4, 4) AS at $$;
    CREATE FUNCTION rollup_array8 (bytea) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS
      $$ SELECT coalesce(array_agg(rollup_int8($1, at) ORDER BY at), '{}') FROM generate_series(0, length($1) - 8, 8) AS at $$`
    .execute(db)
  await withoutViews(db, async () => {
    await change(
      db,
      (column, type) => `ALTER ${column} TYPE ${type}[] USING rollup_array${type === 'integer' ? 4 : 8}(${column})`
    )
    await sql`
      DROP FUNCTION rollup_packed_cells (bytea, bytea, bytea, bytea);
      DROP FUNCTION rollup_array4 (bytea);
      DROP FUNCTION rollup_array8 (bytea);
      DROP FUNCTION rollup_int8 (bytea, integer);
      DROP FUNCTION rollup_int4 (bytea, integer);
      CREATE FUNCTION rollup_packed_cells (keys integer[], events integer[], counts bigint[], avoidable bigint[])
        RETURNS TABLE (key integer, events bigint, count bigint, avoidable bigint)
        LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200 AS $$
        SELECT key, events::int8, coalesce(count, events), coalesce(avoidable, 0)
        FROM unnest(keys, events, counts, avoidable) AS cell(key, events, count, avoidable)
      $$`.execute(db)
  })
  await newestDay(db, 'unnest(f.keys, f.events)', 'cell(key, events)')
}

/** The views stay what they are: they read through `rollup_packed_cells`. */
async function withoutViews (db: Kysely<unknown>, work: () => Promise<void>): Promise<void> {
  const { rows: views } = await sql<{ name: string, definition: string }>`
    SELECT viewname AS name, definition FROM pg_views WHERE schemaname = current_schema() AND viewname || '_folded' = ANY (${FOLDED})`
    .execute(db)
  for (const { name } of views) await sql`DROP VIEW ${sql.table(name)}`.execute(db)
  await work()
  for (const { name, definition } of views) {
    await sql`CREATE VIEW ${sql.table(name)} AS ${sql.raw(definition)}`.execute(db)
  }
}

async function change (db: Kysely<unknown>, alter: (column: string, type: string) => string): Promise<void> {
  const columns = { keys: 'integer', events: 'integer', counts: 'bigint', avoidable: 'bigint' }
  for (const folded of FOLDED) {
    await sql`ALTER TABLE ${sql.table(folded)} ${sql.raw(Object.entries(columns).map(([column, type]) => alter(column, type)).join(', '))}`.execute(db)
    await sql`ALTER TABLE ${sql.table(folded)} ${sql.raw(Object.keys(columns).map((column) => `ALTER ${column} SET STORAGE MAIN`).join(', '))}`.execute(db)
  }
}

async function newestDay (db: Kysely<unknown>, cells: string, name: string): Promise<void> {
  await sql`
    CREATE OR REPLACE FUNCTION rollup_newest_day (of_authority smallint, of_service smallint, of_type smallint, before date) RETURNS date
      LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT greatest(
        (SELECT day.newest FROM rollup_channel_day_folded AS f
          CROSS JOIN LATERAL (
            SELECT max(f.month + (cell.key >> 20)) AS newest FROM ${sql.raw(cells)} AS ${sql.raw(name)}
            WHERE cell.events > 0 AND f.month + (cell.key >> 20) < before
          ) AS day
          WHERE f.authority_id = of_authority AND f.service_id = of_service AND f.type = of_type AND f.month < before AND day.newest IS NOT NULL
          ORDER BY f.month DESC LIMIT 1),
        (SELECT max(local_date) FROM rollup_pending_cell
          WHERE authority_id = of_authority AND service_id = of_service AND type = of_type AND local_date < before AND events > 0))
    $$`.execute(db)
}
