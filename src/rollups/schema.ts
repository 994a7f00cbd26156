import {
  CHANNEL_DAYS, columnOf, DETAIL_ROLLUPS, EVENT_ROLLUPS, OF_DETAILS, OF_EVENTS, SERIES, typeOf, type Family, type Rollup
} from './dimensions.ts'
import {
  DETAIL_ARRAYS, fieldOfKey, PENDING_ARRAYS, pendingOf, same, spanStart, viewKeys, viewKeysOfRows
} from './sql.ts'

const COLUMNS = SERIES.map((name) => `${name} smallint NOT NULL`).join(', ')
const byteAt = (at: number): string => `get_byte(bytes, at${at === 0 ? '' : ` + ${at}`}) << ${24 - 8 * at}`

/**
 * SQL that makes all tables, functions and views of rollups of events anew, empty, from the list of dimensions: what
 * they hold derives from events. A migration that adds a dimension runs it, and then `rebuildRollups`.
 */
export function createRollups (): string {
  return [
    DROP, STATE, PENDING, FUNCTIONS, unpackFunction(OF_EVENTS), ...EVENT_ROLLUPS.flatMap(tableAndView), NEWEST_DAY
  ].join(';\n')
}

/** SQL that makes those of details, empty. */
export function createDetailRollups (): string {
  return [PENDING_DETAILS, unpackFunction(OF_DETAILS), ...DETAIL_ROLLUPS.flatMap(tableAndView)].join(';\n')
}

const tableAndView = (rollup: Rollup): string[] => [foldedTable(rollup), view(rollup)]

const DROP = `
  DROP FUNCTION IF EXISTS rollup_newest_day (smallint, smallint, smallint, date);
  DROP VIEW IF EXISTS ${[...EVENT_ROLLUPS.map(({ view }) => view), OF_EVENTS.pendingView].join(', ')};
  DROP TABLE IF EXISTS ${[...EVENT_ROLLUPS.map(({ folded }) => folded), OF_EVENTS.pending].join(', ')};
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
  CREATE VIEW rollup_pending_event AS ${pendingOf(OF_EVENTS)}`

// As `rollup_pending`, of events that have an amount, a duration or attributes. The signs of `events`, `counts` and
// `amounts` are alike; a duration has none: it is multiplied by the count.
const ARRAY_TYPES: Partial<Record<typeof DETAIL_ARRAYS[number], string>> = { amounts: 'bigint', attributes: 'text' }
const PENDING_DETAILS = `
  CREATE TABLE rollup_pending_detail (
    ${COLUMNS}, ${DETAIL_ARRAYS.map((name) => `${name} ${ARRAY_TYPES[name] ?? 'integer'}[] NOT NULL`).join(', ')}
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_threshold = 2000);
  CREATE INDEX rollup_pending_detail_series ON rollup_pending_detail (${SERIES.join(', ')});
  ${detailView('CREATE')}`

/** SQL that makes the view of pending details, or puts it in the place of the one there was. */
export function detailView (how: 'CREATE' | 'CREATE OR REPLACE'): string {
  return `${how} VIEW ${OF_DETAILS.pendingView} AS ${pendingOf(OF_DETAILS)}`
}

// OFFSET 0 keeps the steps apart and || copies a value: else a large one would be decompressed for each of its bytes.
const FUNCTIONS = `
  CREATE FUNCTION rollup_int4 (bytes bytea, at integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT ${[0, 1, 2, 3].map((at) => `(${byteAt(at)})`).join(' | ')} $$;
  CREATE FUNCTION rollup_int8 (bytes bytea, at integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT (rollup_int4(bytes, at)::int8 << 32) | (rollup_int4(bytes, at + 4)::int8 & 4294967295) $$`

function unpackFunction ({ unpack, packed, measures }: Family): string {
  return `
  CREATE FUNCTION ${unpack} (${packed.map((name) => `${name} bytea`).join(', ')})
    RETURNS TABLE (key integer, ${measures.map(({ name }) => `${name} bigint`).join(', ')})
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200 AS $$
    SELECT key, ${
    measures.map(({ packed, bytes, empty }) => bytes === 4
      ? 'events_of_key'
      : `CASE WHEN of_${packed} = '' THEN ${empty === 'as-events' ? 'events_of_key' : '0'} ` +
        `ELSE rollup_int8(of_${packed}, 2 * at) END`).join(', ')
  }
    FROM (
      SELECT rollup_int4(of_keys, at) AS key, rollup_int4(of_events, at)::int8 AS events_of_key, place.*
      FROM (
        SELECT whole.*, generate_series(0, length(of_keys) - 4, 4) AS at
        FROM (SELECT ${packed.map((name) => `${name} || '' AS of_${name}`).join(', ')} OFFSET 0) AS whole
      ) AS place OFFSET 0
    ) AS sum
  $$`
}

const COMMENTS: Record<string, string> = {
  keys: 'ascending, 4 bytes a sum: see docs/rollups.md',
  events: '4 bytes a sum',
  counts: '8 bytes a sum; empty: as events'
}

function foldedTable ({ family, folded, by, span, ofRow }: Rollup): string {
  const packed = family.packed.map((name) =>
    `    ${name} bytea NOT NULL, -- ${COMMENTS[name] ?? '8 bytes a sum; empty: none'}`
  )
  return `
  CREATE TABLE ${folded} (
    ${COLUMNS}, ${span} date NOT NULL,
    ${ofRow.map((name) => `${columnOf(name)} ${typeOf(name)} ${COLLATED[typeOf(name)] ?? ''} NOT NULL, `).join('')}
${packed.join('\n')}
    PRIMARY KEY (${by.join(', ')})
  ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05);
  ALTER TABLE ${folded} ${family.packed.map((name) => `ALTER ${name} SET STORAGE MAIN`).join(', ')}`
}

const COLLATED: Partial<Record<ReturnType<typeof typeOf>, string>> = { text: 'COLLATE "C"' }

const unpacked = ({ unpack, packed }: Family): string => `${unpack}(${packed.map((name) => `f.${name}`).join(', ')})`

function view (rollup: Rollup): string {
  const { family, view, folded, date, span, key } = rollup
  const keys = viewKeys(rollup)
  const columns = date === span ? keys : [...keys, span]
  const ofFolded = (column: string): string => {
    const field = key.find(({ name }) => name === 'day' ? column === date : column === columnOf(name))
    if (field === undefined) return `f.${column}`
    const value = fieldOfKey(field, 'sum.key')
    return field.name === 'day'
      ? `f.${span} + ${value} AS ${date}`
      : `${value}::${typeOf(field.name)} AS ${column}`
  }
  return `
    CREATE VIEW ${view} AS SELECT * FROM (
      SELECT ${columns.map(ofFolded).join(', ')}, ${family.measures.map(({ name }) => `sum.${name}`).join(', ')}
      FROM ${folded} AS f CROSS JOIN LATERAL ${unpacked(family)} AS sum
      UNION ALL
      SELECT ${viewKeysOfRows(rollup)}${date === span ? '' : `, ${spanStart(rollup)} AS ${span}`},
        ${family.measures.map(({ name }) => name).join(', ')} FROM ${family.pendingView}
    ) AS half`
}

const DAY_FIELD = CHANNEL_DAYS.key.find(({ name }) => name === 'day') ?? { name: 'day', shift: 0, mask: 0 }
/** The day of a key of the rollup of days by channel, with the first day of its row added. */
export const dayOfKey = (row: string, key: string): string => `${row}.month + ${fieldOfKey(DAY_FIELD, key)}`

/**
 * The newest day before `before` among folded events of the series that `series` names. Of the newest month that has
 * such a day only: it costs the same however many events there are. `ofAuthority` says again of `f` whose series they
 * are: a cluster does not see it by the series.
 */
export const newestFolded = (series: string, before: string, ofAuthority = ''): string => `(
      SELECT day.newest FROM ${CHANNEL_DAYS.folded} AS f
        CROSS JOIN LATERAL (
          SELECT max(${dayOfKey('f', 'sum.key')}) AS newest
          FROM ${unpacked(OF_EVENTS)} AS sum
          WHERE ${dayOfKey('f', 'sum.key')} < ${before}
        ) AS day
        WHERE ${same('f', series, SERIES)} AND f.month < ${before} AND day.newest IS NOT NULL${ofAuthority}
        ORDER BY f.month DESC LIMIT 1)`

const NEWEST_DAY = `
  CREATE FUNCTION rollup_newest_day (of_authority smallint, of_service smallint, of_type smallint, before date)
    RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT greatest(${newestFolded('series', 'before')},
      (SELECT max(local_date) FROM rollup_pending_event AS p
        WHERE ${same('p', 'series', SERIES)} AND local_date < before))
    FROM (SELECT of_authority AS authority_id, of_service AS service_id, of_type AS type) AS series
  $$`
