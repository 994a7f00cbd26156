import { sql, type Kysely } from 'kysely'

const SERIES = 'authority_id, service_id, type'
const ROLLUPS = [
  { view: 'rollup_week', date: 'week', byChannel: false },
  { view: 'rollup_channel_week', date: 'week', byChannel: true },
  { view: 'rollup_channel_month', date: 'month', byChannel: true }
]

/**
 * What 0013 and 0014 did for days and streets: the weeks, and the months, of a year are one row with arrays of cells
 * (ADR 27).
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  for (const { view, date, byChannel } of ROLLUPS) {
    const folded = sql.table(`${view}_folded`)
    const start = (day: string): string => `date_trunc('year', ${day}::timestamp)::date`
    const ofPending = `date_trunc('${date}', local_date::timestamp)::date`
    await sql`
      DROP VIEW ${sql.table(view)};
      ALTER TABLE ${folded} RENAME TO unpacked;
      ALTER TABLE unpacked DROP CONSTRAINT ${sql.ref(`${view}_folded_pkey`)};
      CREATE TABLE ${folded} (
        year date NOT NULL, -- in which the ${sql.raw(date)} starts
        authority_id smallint NOT NULL,
        service_id smallint NOT NULL,
        type smallint NOT NULL,
        keys integer[] NOT NULL, -- ascending, one a cell: 9 bits day of the year from 0, 15 channel_id${sql.raw(byChannel ? '' : ' (0)')}, 5 outcome
        events integer[] NOT NULL,
        counts bigint[] NOT NULL, -- empty: as events
        avoidable bigint[] NOT NULL -- empty: none
      ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);
      ALTER TABLE ${folded} ALTER keys SET STORAGE MAIN, ALTER events SET STORAGE MAIN, ALTER counts SET STORAGE MAIN, ALTER avoidable SET STORAGE MAIN;
      INSERT INTO ${folded} (${sql.raw(SERIES)}, year, keys, events, counts, avoidable)
        SELECT ${sql.raw(SERIES)}, year, array_agg(key ORDER BY key), array_agg(events::int4 ORDER BY key),
          CASE WHEN bool_and(count = events) THEN '{}' ELSE array_agg(count ORDER BY key) END,
          CASE WHEN bool_and(avoidable = 0) THEN '{}' ELSE array_agg(avoidable ORDER BY key) END
        FROM (
          SELECT *, ((${sql.ref(date)} - year) << 15 | ${sql.raw(byChannel ? 'channel_id' : '0')}) << 5 | outcome AS key
          FROM (SELECT *, ${sql.raw(start(date))} AS year FROM unpacked WHERE events <> 0) AS dated
        ) AS cell GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
      ALTER TABLE ${folded} ADD PRIMARY KEY (${sql.raw(SERIES)}, year);
      DROP TABLE unpacked;
      CREATE VIEW ${sql.table(view)} AS
        SELECT authority_id, service_id, type, year, year + (cell.key >> 20) AS ${sql.ref(date)},
          ${sql.raw(byChannel ? '(cell.key >> 5 & 32767)::int2 AS channel_id,' : '')} (cell.key & 31)::int2 AS outcome, cell.events, cell.count, cell.avoidable
        FROM ${folded} AS f CROSS JOIN LATERAL rollup_packed_cells(f.keys, f.events, f.counts, f.avoidable) AS cell
        UNION ALL
        SELECT authority_id, service_id, type, ${sql.raw(start(ofPending))}, ${sql.raw(ofPending)},
          ${sql.raw(byChannel ? 'channel_id,' : '')} outcome, events, count, avoidable
        FROM rollup_pending_cell`.execute(db)
  }
}

export async function down (db: Kysely<unknown>): Promise<void> {
  for (const { view, date, byChannel } of ROLLUPS) {
    const folded = sql.table(`${view}_folded`)
    const columns = sql.raw(`${SERIES}, ${date}${byChannel ? ', channel_id' : ''}, outcome`)
    await sql`
      DROP VIEW ${sql.table(view)};
      ALTER TABLE ${folded} RENAME TO packed;
      ALTER TABLE packed DROP CONSTRAINT ${sql.ref(`${view}_folded_pkey`)};
      CREATE TABLE ${folded} (
        events bigint NOT NULL, count bigint NOT NULL, avoidable bigint NOT NULL, ${sql.ref(date)} date NOT NULL,
        authority_id smallint NOT NULL, service_id smallint NOT NULL, type smallint NOT NULL,
        ${sql.raw(byChannel ? 'channel_id smallint NOT NULL,' : '')} outcome smallint NOT NULL
      ) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
      INSERT INTO ${folded} (${columns}, events, count, avoidable)
        SELECT ${sql.raw(SERIES)}, year + (key >> 20), ${sql.raw(byChannel ? 'key >> 5 & 32767,' : '')} key & 31, cell.events, cell.count, cell.avoidable
        FROM packed AS p CROSS JOIN LATERAL rollup_packed_cells(p.keys, p.events, p.counts, p.avoidable) AS cell ORDER BY 1, 2, 3, 4, 5;
      ALTER TABLE ${folded} ADD CONSTRAINT ${sql.ref(`${view}_folded_pkey`)} PRIMARY KEY (${columns}) INCLUDE (events, count, avoidable);
      DROP TABLE packed;
      CREATE VIEW ${sql.table(view)} AS
        SELECT ${columns}, events, count, avoidable FROM ${folded}
        UNION ALL
        SELECT ${sql.raw(SERIES)}, date_trunc(${sql.lit(date)}, local_date::timestamp)::date, ${sql.raw(byChannel ? 'channel_id,' : '')} outcome, events, count, avoidable
        FROM rollup_pending_cell`.execute(db)
  }
}
