import { sql, type Kysely } from 'kysely'

const SERIES = 'authority_id, service_id, type'
const PACKED = {
  rollup_ward_day: {
    keys: 'ward_id, local_date, channel_id, outcome',
    month: "date_trunc('month', local_date::timestamp)::date",
    key: "((local_date - date_trunc('month', local_date::timestamp)::date) << 15 | channel_id) << 5 | outcome"
  },
  rollup_street_month: { keys: 'month, street, ward_id, outcome', month: 'month', key: '(street << 5) | outcome' }
}

/**
 * Wards' days and streets' months were most of the rows of all rollups, one an event or nearly so, and adding each to
 * its index was most of the work of folding. A month of a ward is one row now, its cells are arrays (ADR 26).
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP VIEW rollup_ward_day, rollup_street_month;

    -- Arrays that are left empty say what is so of nearly all cells: as many counted as there are events, none avoidable.
    CREATE FUNCTION rollup_packed_cells (keys integer[], events integer[], counts bigint[], avoidable bigint[])
      RETURNS TABLE (key integer, events bigint, count bigint, avoidable bigint)
      LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200 AS $$
      SELECT key, events::int8, coalesce(count, events), coalesce(avoidable, 0)
      FROM unnest(keys, events, counts, avoidable) AS cell(key, events, count, avoidable)
    $$`.execute(db)
  for (const [view, { month, key }] of Object.entries(PACKED)) {
    const folded = sql.table(`${view}_folded`)
    await sql`
      ALTER TABLE ${folded} RENAME TO unpacked;
      ALTER TABLE unpacked DROP CONSTRAINT ${sql.ref(`${view}_folded_pkey`)};
      CREATE TABLE ${folded} (
        month date NOT NULL,
        ward_id integer NOT NULL,
        authority_id smallint NOT NULL,
        service_id smallint NOT NULL,
        type smallint NOT NULL,
        keys integer[] NOT NULL, -- ascending, one a cell: ${
      sql.raw(view === 'rollup_ward_day'
        ? '5 bits day of the month from 0, 15 channel_id, 5 outcome'
        : '27 bits street, 5 outcome')
    }
        events integer[] NOT NULL,
        counts bigint[] NOT NULL, -- empty: as events
        avoidable bigint[] NOT NULL -- empty: none
      ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);
      ALTER TABLE ${folded} ALTER keys SET STORAGE MAIN, ALTER events SET STORAGE MAIN, ALTER counts SET STORAGE MAIN, ALTER avoidable SET STORAGE MAIN;
      INSERT INTO ${folded} (${sql.raw(SERIES)}, month, ward_id, keys, events, counts, avoidable)
        SELECT ${sql.raw(SERIES)}, ${sql.raw(month)}, ward_id, array_agg(key ORDER BY key), array_agg(events::int4 ORDER BY key),
          CASE WHEN bool_and(count = events) THEN '{}' ELSE array_agg(count ORDER BY key) END,
          CASE WHEN bool_and(avoidable = 0) THEN '{}' ELSE array_agg(avoidable ORDER BY key) END
        FROM (SELECT *, ${sql.raw(key)} AS key FROM unpacked WHERE events <> 0) AS cell GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;
      ALTER TABLE ${folded} ADD PRIMARY KEY (${sql.raw(SERIES)}, month, ward_id);
      DROP TABLE unpacked`.execute(db)
  }
  await sql`
    -- A ward's day lies in the row of its month: who names days had best name months too.
    CREATE VIEW rollup_ward_day AS
      SELECT authority_id, service_id, type, month, ward_id, month + (cell.key >> 20) AS local_date, (cell.key >> 5 & 32767)::int2 AS channel_id,
        (cell.key & 31)::int2 AS outcome, cell.events, cell.count, cell.avoidable
      FROM rollup_ward_day_folded AS f CROSS JOIN LATERAL rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable) AS cell
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('month', local_date::timestamp)::date, ward_id, local_date, channel_id, outcome, events, count, avoidable
      FROM rollup_pending_cell;
    CREATE VIEW rollup_street_month AS
      SELECT authority_id, service_id, type, month, (cell.key >> 5 & 134217727) AS street, ward_id, (cell.key & 31)::int2 AS outcome,
        cell.events, cell.count, cell.avoidable
      FROM rollup_street_month_folded AS f CROSS JOIN LATERAL rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable) AS cell
      UNION ALL
      SELECT authority_id, service_id, type, date_trunc('month', local_date::timestamp)::date, street, ward_id, outcome, events, count, avoidable
      FROM rollup_pending_cell`.execute(db)
}

export async function down (db: Kysely<unknown>): Promise<void> {
  for (const [view, { keys }] of Object.entries(PACKED)) {
    const [folded, columns] = [sql.table(`${view}_folded`), sql.raw(`${SERIES}, ${keys}`)]
    const isDay = view === 'rollup_ward_day'
    await sql`
      DROP VIEW ${sql.table(view)};
      ALTER TABLE ${folded} RENAME TO packed;
      ALTER TABLE packed DROP CONSTRAINT ${sql.ref(`${view}_folded_pkey`)};
      CREATE TABLE ${folded} (
        events bigint NOT NULL, count bigint NOT NULL, avoidable bigint NOT NULL, ${sql.raw(isDay ? 'local_date' : 'month')} date NOT NULL,
        ward_id integer NOT NULL, ${sql.raw(isDay ? '' : 'street integer NOT NULL,')} authority_id smallint NOT NULL, service_id smallint NOT NULL,
        type smallint NOT NULL, ${sql.raw(isDay ? 'channel_id smallint NOT NULL,' : '')} outcome smallint NOT NULL
      ) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
      INSERT INTO ${folded} (${columns}, events, count, avoidable)
        SELECT ${sql.raw(SERIES)}, ${
      sql.raw(isDay
        ? 'ward_id, month + (key >> 20), key >> 5 & 32767, key & 31'
        : 'month, key >> 5 & 134217727, ward_id, key & 31')
    },
          cell.events, cell.count, cell.avoidable
        FROM packed AS p CROSS JOIN LATERAL rollup_packed_cells(p.keys, p.events, p.counts, p.avoidable) AS cell ORDER BY 1, 2, 3, 4, 5, 6, 7;
      ALTER TABLE ${folded} ADD CONSTRAINT ${sql.ref(`${view}_folded_pkey`)} PRIMARY KEY (${columns}) INCLUDE (events, count, avoidable);
      DROP TABLE packed`.execute(db)
  }
  await sql`
    DROP FUNCTION rollup_packed_cells (integer[], integer[], bigint[], bigint[]);
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
