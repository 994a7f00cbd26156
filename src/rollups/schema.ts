import { CHANNEL_DAYS, DIMENSIONS, MEASURES, ROLLUPS, SERIES, type Rollup } from './dimensions.ts'
import { fieldOfKey, PENDING_ARRAYS, pendingEvents, spanStart, viewKeys, viewKeysOfEvents } from './sql.ts'

const COLUMNS = SERIES.map((name) => `${name} smallint NOT NULL`).join(', ')
const byteAt = (at: number): string => `get_byte(bytes, at${at === 0 ? '' : ` + ${at}`}) << ${24 - 8 * at}`

/**
 * SQL that makes all tables, functions and views of rollups anew, empty, from the list of dimensions: what they hold
 * derives from events. A migration that adds a dimension runs it, and then `rebuildRollups`.
 */
export function createRollups (): string {
  return [DROP, STATE, PENDING, FUNCTIONS, ...ROLLUPS.map(foldedTable), ...ROLLUPS.map(view), NEWEST_DAY].join(';\n')
}

const DROP = `
  DROP FUNCTION IF EXISTS rollup_newest_day (smallint, smallint, smallint, date);
  DROP VIEW IF EXISTS ${[...ROLLUPS.map(({ view }) => view), 'rollup_pending_event'].join(', ')};
  DROP TABLE IF EXISTS ${[...ROLLUPS.map(({ folded }) => folded), 'rollup_pending'].join(', ')};
  DROP FUNCTION IF EXISTS rollup_packed_sums (bytea, bytea, bytea, bytea);
  DROP FUNCTION IF EXISTS rollup_int8 (bytea, integer);
  DROP FUNCTION IF EXISTS rollup_int4 (bytea, integer)`

// Kept when rollups are made anew: a state never goes back to what it was.
const STATE = `
  CREATE TABLE IF NOT EXISTS series_state (
    folds bigint NOT NULL DEFAULT 0, -- how often pending events of it were folded
    changes bigint NOT NULL DEFAULT 0, -- how often observations or notes changed (type 0; service 0: of all services)
    ${COLUMNS},
    PRIMARY KEY (${SERIES.join(', ')})
  ) WITH (fillfactor = 50)`

// An element of each array is one event. `events` is 1, or -1 for one that counts no more: so are the signs of others.
const PENDING = `
  CREATE TABLE rollup_pending (
    ${COLUMNS}, ${PENDING_ARRAYS.map((name) => `${name} integer[] NOT NULL`).join(', ')}
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 2000);
  ALTER TABLE rollup_pending ${PENDING_ARRAYS.map((name) => `ALTER ${name} SET STORAGE PLAIN`).join(', ')};
  CREATE INDEX rollup_pending_series ON rollup_pending (${SERIES.join(', ')});
  CREATE VIEW rollup_pending_event AS ${pendingEvents('rollup_pending')}`

// OFFSET 0 keeps the steps apart and || copies a value: else a large one would be decompressed for each of its bytes.
const FUNCTIONS = `
  CREATE FUNCTION rollup_int4 (bytes bytea, at integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT ${[0, 1, 2, 3].map((at) => `(${byteAt(at)})`).join(' | ')} $$;
  CREATE FUNCTION rollup_int8 (bytes bytea, at integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (rollup_int4(bytes, at)::int8 << 32) | (rollup_int4(bytes, at + 4)::int8 & 4294967295) $$;
  CREATE FUNCTION rollup_packed_sums (keys bytea, events bytea, counts bytea, avoidable bytea)
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
    ) AS sum
  $$`

const foldedTable = ({ folded, by, span, byWard }: Rollup): string => `
  CREATE TABLE ${folded} (
    ${COLUMNS}, ${span} date NOT NULL, ${byWard ? `${DIMENSIONS.ward.column} integer NOT NULL, ` : ''}
    keys bytea NOT NULL, -- ascending, 4 bytes a sum: see docs/rollups.md
    events bytea NOT NULL, -- 4 bytes a sum
    counts bytea NOT NULL, -- 8 bytes a sum; empty: as events
    avoidable bytea NOT NULL, -- 8 bytes a sum; empty: none
    PRIMARY KEY (${by.join(', ')})
  ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);
  ALTER TABLE ${folded} ALTER keys SET STORAGE MAIN, ALTER events SET STORAGE MAIN, ALTER counts SET STORAGE MAIN,
    ALTER avoidable SET STORAGE MAIN`

function view (rollup: Rollup): string {
  const { view, folded, date, span, key } = rollup
  const keys = viewKeys(rollup)
  const columns = date === span ? keys : [...keys, span]
  const ofFolded = (column: string): string => {
    const field = key.find(({ name }) => name === 'day' ? column === date : column === DIMENSIONS[name].column)
    if (field === undefined) return `f.${column}`
    const value = fieldOfKey(field, 'sum.key')
    return field.name === 'day'
      ? `f.${span} + ${value} AS ${date}`
      : `${value}::${DIMENSIONS[field.name].type} AS ${column}`
  }
  return `
    CREATE VIEW ${view} AS SELECT * FROM (
      SELECT ${columns.map(ofFolded).join(', ')}, ${MEASURES.map((name) => `sum.${name}`).join(', ')}
      FROM ${folded} AS f
        CROSS JOIN LATERAL rollup_packed_sums(f.keys, f.events, f.counts, f.avoidable) AS sum
      UNION ALL
      SELECT ${viewKeysOfEvents(rollup)}${date === span ? '' : `, ${spanStart(rollup)} AS ${span}`},
        ${MEASURES.join(', ')} FROM rollup_pending_event
    ) AS half`
}

const DAY_FIELD = CHANNEL_DAYS.key.find(({ name }) => name === 'day') ?? { name: 'day', shift: 0, mask: 0 }
/** The day of a key of the rollup of days by channel, with the first day of its row added. */
export const dayOfKey = (row: string, key: string): string => `${row}.month + ${fieldOfKey(DAY_FIELD, key)}`

// Of the newest month that has a day before `before` only: it costs the same however many events there are.
const NEWEST_DAY = `
  CREATE FUNCTION rollup_newest_day (of_authority smallint, of_service smallint, of_type smallint, before date)
    RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT greatest(
      (SELECT day.newest FROM ${CHANNEL_DAYS.folded} AS f
        CROSS JOIN LATERAL (
          SELECT max(${dayOfKey('f', 'sum.key')}) AS newest
          FROM rollup_packed_sums(f.keys, f.events, f.counts, f.avoidable) AS sum
          WHERE ${dayOfKey('f', 'sum.key')} < before
        ) AS day
        WHERE ${SERIES.map((name) => `f.${name} = of_${name.replace('_id', '')}`).join(' AND ')}
          AND f.month < before AND day.newest IS NOT NULL
        ORDER BY f.month DESC LIMIT 1),
      (SELECT max(local_date) FROM rollup_pending_event AS p
        WHERE ${SERIES.map((name) => `p.${name} = of_${name.replace('_id', '')}`).join(' AND ')}
          AND local_date < before))
  $$`
