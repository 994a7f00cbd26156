import type pg from 'pg'
import { dateArray, int2Array, int4Array } from '../postgres/binary-array.ts'
import { copyRows } from '../postgres/copy-rows.ts'
import { CopyWriter } from '../postgres/copy-writer.ts'
import { DIMENSIONS, ROLLUPS, SERIES, type Rollup, type Series } from './dimensions.ts'
import { abbreviated, mergeSums, NO_SUMS, parsePacked, type PackedSums, type Sums } from './packed.ts'
import { packed, PACKED_COLUMNS, pendingEvents, same } from './sql.ts'
import { countFolds } from './states.ts'

/** What of a series is not folded yet: rows of `rollup_pending` and the events in them. */
export interface PendingSeries extends Series { rows: number, events: number }

/** A row to add to a folded table; `start` is the first day of its span, in days since 1970-01-01. */
interface PackedRow extends Series, PackedSums { rollup: number, start: number, wardId: number }

/** Rows of `rollup_pending` and packed rows at a time: bounds the memory, and for how long other requests wait. */
const [MOST_ROWS, MOST_PACKED] = [180, 100]

// In sub-selects: planned once, whatever the values.
const OF_SERIES =
  'unnest((SELECT $1::int2[]), (SELECT $2::int2[]), (SELECT $3::int2[])) AS series(authority_id, service_id, type)'
const seriesValues = (series: readonly Series[]): Buffer[] => [
  int2Array(series, ({ authorityId }) => authorityId),
  int2Array(series, ({ serviceId }) => serviceId),
  int2Array(series, ({ type }) => type)
]

/**
 * Makes others who fold these series wait until the transaction ends: in one order, so never in a circle. What folds is
 * planned once a connection, it may be while the tables are still empty: from here to the end of the transaction keys
 * are looked up all the same.
 */
export async function lockSeries (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  await client.query({
    name: 'lock-series',
    text: `
      SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true), count(pg_advisory_xact_lock(key))
      FROM (SELECT (authority_id::int8 << 17) + (service_id::int8 << 2) + type AS key FROM ${OF_SERIES} ORDER BY 1)
        AS sorted`,
    values: seriesValues(series)
  })
}

/**
 * Moves all that is pending of these series, which the caller's transaction has locked, into the folded tables.
 * Changes no sum.
 */
export async function foldPending (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  while (await foldSome(client, series)) { /* there may be more */ }
}

const PACKED_ROWS = ROLLUPS.map((rollup, n) => `
  SELECT ${n} AS rollup, authority_id AS "authorityId", service_id AS "serviceId", type,
    ${rollup.span} - DATE '1970-01-01' AS start, ${rollup.byWard ? DIMENSIONS.ward.column : '0'} AS "wardId",
    ${PACKED_COLUMNS.join(', ')}, (SELECT count(*) FROM gone) AS taken
  FROM (${packed(rollup, 'SELECT * FROM event')}) AS packed`)

// Postgres packs what it takes, as the folded tables have it: the service only adds rows up.
const TAKE = `
  WITH gone AS (
    DELETE FROM rollup_pending WHERE ctid = ANY (ARRAY(
      SELECT p.ctid FROM ${OF_SERIES} JOIN rollup_pending AS p ON ${same('p', 'series', SERIES)}
      LIMIT (SELECT $4::int8)
    ))
    RETURNING *
  ),
  event AS MATERIALIZED (${pendingEvents('gone')})
  ${PACKED_ROWS.join(' UNION ALL ')}`

/** As `foldPending`, but stops after some of it, and returns whether there may be more. */
export async function foldSome (client: pg.ClientBase, series: readonly Series[]): Promise<boolean> {
  const { rows } = await client.query<PackedRow & { taken: number }>({
    name: 'take-pending', text: TAKE, values: [...seriesValues(series), MOST_ROWS]
  })
  const byRollup = Map.groupBy(rows, ({ rollup }) => rollup)
  for (const [n, rollup] of ROLLUPS.entries()) {
    const added = byRollup.get(n) ?? []
    for (let from = 0; from < added.length; from += MOST_PACKED) {
      await addToFolded(client, rollup, added.slice(from, from + MOST_PACKED))
    }
  }
  await countFolds(client, byRollup.get(0) ?? [])
  return rows[0]?.taken === MOST_ROWS
}

/** Takes the rows of these spans away and writes them anew with what is added. */
async function addToFolded (
  client: pg.ClientBase, { folded, by, byWard }: Rollup, added: readonly PackedRow[]
): Promise<void> {
  const { rows } = await client.query<PackedSums & { n: number }>({
    name: `take-${folded}`,
    text: `
      DELETE FROM ${folded} AS folded
      USING unnest(
        (SELECT $1::int2[]), (SELECT $2::int2[]), (SELECT $3::int2[]), (SELECT $4::date[])
        ${byWard ? ', (SELECT $5::int4[])' : ''}
      ) WITH ORDINALITY AS added(${by.join(', ')}, n)
      WHERE ${same('folded', 'added', by)}
      RETURNING added.n, ${PACKED_COLUMNS.map((name) => `folded.${name}`).join(', ')}`,
    values: [
      ...seriesValues(added),
      dateArray(added, ({ start }) => start),
      ...(byWard ? [int4Array(added, ({ wardId }) => wardId)] : [])
    ]
  })
  const before = new Map(rows.map((row) => [row.n - 1, row]))
  const writer = new CopyWriter(added.length * LIKELY_BYTES)
  for (const [n, row] of added.entries()) {
    const old = before.get(n)
    const sums = mergeSums(old === undefined ? NO_SUMS : parsePacked(old), parsePacked(row))
    if (sums.keys.length > 0) writeRow(writer, row, byWard, sums)
  }
  await copyRows(client, { table: folded, columns: [...by, ...PACKED_COLUMNS] }, writer.written)
}

/** Of a packed row: a month of days, channels and outcomes. */
const LIKELY_BYTES = 4096
const [FIXED_BYTES, SUM_BYTES] = [3 * 6 + 2 * 8 + 4 * 4, 2 * 4 + 2 * 8]

function writeRow (
  writer: CopyWriter, { authorityId, serviceId, type, start, wardId }: PackedRow, byWard: boolean, sums: Sums
): void {
  const { counts, avoidable } = abbreviated(sums)
  writer.row(SERIES.length + (byWard ? 2 : 1) + PACKED_COLUMNS.length, FIXED_BYTES + sums.keys.length * SUM_BYTES)
  writer.int2(authorityId)
  writer.int2(serviceId)
  writer.int2(type)
  writer.date(start)
  if (byWard) writer.int4(wardId)
  writer.int4Bytes(sums.keys)
  writer.int4Bytes(sums.events)
  writer.int8Bytes(counts)
  writer.int8Bytes(avoidable)
}

/** The series that have something pending, those with the most events first. */
export async function readPending (client: pg.Pool | pg.ClientBase): Promise<PendingSeries[]> {
  const { rows } = await client.query<PendingSeries>(`
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, count(*) AS rows,
      sum(cardinality(events)) AS events
    FROM rollup_pending GROUP BY 1, 2, 3 ORDER BY events DESC, 1, 2, 3`)
  return rows
}
