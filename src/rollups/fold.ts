import type pg from 'pg'
import { dateArray, int2Array, int4Array } from '../postgres/binary-array.ts'
import { copyRows } from '../postgres/copy-rows.ts'
import { CopyWriter } from '../postgres/copy-writer.ts'
import { SERIES, type Rollup, type Series } from './definitions.ts'
import { abbreviated, mergePacked, parsePacked, type PackedCells, type PackedRow, type PackedSpan } from './packed.ts'
import type { PendingRow } from './pending.ts'
import { Unfolded } from './unfolded.ts'

/** What of a series is not folded yet: rows of `rollup_pending` and the events in them. */
export interface PendingSeries extends Series { rows: number, events: number }

/** Rows of `rollup_pending` and packed rows at a time: bounds the memory, and for how long other requests wait. */
const [MOST_ROWS, MOST_PACKED] = [125, 100]

// In sub-selects: planned once, whatever the values.
const OF_SERIES =
  'unnest((SELECT $1::int2[]), (SELECT $2::int2[]), (SELECT $3::int2[])) AS series(authority_id, service_id, type)'
const seriesValues = (series: readonly Series[]): Buffer[] => [
  int2Array(series, ({ authorityId }) => authorityId),
  int2Array(series, ({ serviceId }) => serviceId),
  int2Array(series, ({ type }) => type)
]
const same = (a: string, b: string, columns: readonly string[]): string =>
  columns.map((column) => `${a}.${column} = ${b}.${column}`).join(' AND ')

/**
 * Makes others who fold these series wait until the transaction ends: in one order, so never in a circle. What folds is
 * planned once a connection, it may be while the tables are still empty; from here to the end of the transaction keys
 * are looked up all the same.
 */
export async function lockSeries (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  await client.query({
    name: 'lock-series',
    text: `
      SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
        set_config('enable_mergejoin', 'off', true),
        count(pg_advisory_xact_lock(key))
      FROM (SELECT (authority_id::int8 << 17) + (service_id::int8 << 2) + type AS key FROM ${OF_SERIES} ORDER BY 1) AS
        sorted`,
    values: seriesValues(series)
  })
}

/**
 * Moves all that is pending of these series, which the caller's transaction has locked, into the folded rollups.
 * Changes no sum.
 */
export async function foldPending (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  while (await foldSome(client, series)) { /* there may be more */ }
}

/** As `foldPending`, but stops after some of it, and returns whether there may be more. */
export async function foldSome (client: pg.ClientBase, series: readonly Series[]): Promise<boolean> {
  const { rows } = await client.query<Series & PendingRow>({
    name: 'take-pending',
    text: `
      DELETE FROM rollup_pending WHERE ctid = ANY (ARRAY(
        SELECT p.ctid FROM ${OF_SERIES} JOIN rollup_pending AS p ON ${same('p', 'series',
          SERIES)} LIMIT (SELECT $4::int8)
      ))
      RETURNING authority_id AS "authorityId", service_id AS "serviceId", type, keys::text, places::text, counts::text`,
    values: [...seriesValues(series), MOST_ROWS]
  })
  if (rows.length === 0) return false
  const unfolded = new Unfolded()
  for (const row of rows) unfolded.add(row)
  for (const { rollup, spans } of unfolded.pack()) {
    for (let from = 0; from < spans.length; from += MOST_PACKED) {
      await addToPacked(client, rollup, spans.slice(from, from + MOST_PACKED))
    }
  }
  await client.query(countFolds(unfolded.series))
  return rows.length === MOST_ROWS
}

/** Takes the rows of these spans away and writes them anew with what is added. */
async function addToPacked (
  client: pg.ClientBase, { folded, by, byWard }: Rollup, spans: readonly PackedSpan[]
): Promise<void> {
  const { rows } = await client.query<PackedRow & { n: number }>({
    name: `take-${folded}`,
    text: `
      DELETE FROM ${folded} AS kept
      USING unnest(
        (SELECT $1::int2[]), (SELECT $2::int2[]), (SELECT $3::int2[]), (SELECT $4::date[])
        ${byWard ? ', (SELECT $5::int4[])' : ''}
      ) WITH ORDINALITY AS span(${by.join(', ')}, n)
      WHERE ${same('kept', 'span', by)}
      RETURNING span.n, kept.keys, kept.events, kept.counts, kept.avoidable`,
    values: [
      ...seriesValues(spans),
      dateArray(spans, ({ start }) => start),
      ...(byWard ? [int4Array(spans, ({ wardId }) => wardId)] : [])
    ]
  })
  const kept = new Map(rows.map((row) => [row.n - 1, row]))
  const writer = new CopyWriter(spans.length * LIKELY_BYTES)
  for (const [n, span] of spans.entries()) {
    const before = kept.get(n)
    const cells = mergePacked(before === undefined ? NONE : parsePacked(before), span.cells)
    if (cells.keys.length > 0) writePacked(writer, span, byWard, cells)
  }
  await copyRows(client, folded, [...by, 'keys', 'events', 'counts', 'avoidable'], writer.written)
}

/** Of a packed row: a month of days, channels and outcomes. */
const LIKELY_BYTES = 4096
const NONE: PackedCells = { keys: [], events: [], counts: [], avoidable: [] }
const [FIXED_BYTES, CELL_BYTES] = [3 * 6 + 2 * 8 + 4 * 4, 2 * 4 + 2 * 8]

function writePacked (
  writer: CopyWriter, { authorityId, serviceId, type, start, wardId }: PackedSpan, byWard: boolean, cells: PackedCells
): void {
  const { counts, avoidable } = abbreviated(cells)
  writer.row(SERIES.length + (byWard ? 2 : 1) + 4, FIXED_BYTES + cells.keys.length * CELL_BYTES)
  writer.int2(authorityId)
  writer.int2(serviceId)
  writer.int2(type)
  writer.date(start)
  if (byWard) writer.int4(wardId)
  writer.int4Bytes(cells.keys)
  writer.int4Bytes(cells.events)
  writer.int8Bytes(counts)
  writer.int8Bytes(avoidable)
}

function countFolds (series: readonly Series[]): pg.QueryConfig {
  return {
    name: 'count-folds',
    text: `INSERT INTO rollup_fold AS kept (${SERIES.join(', ')}, folds) SELECT ${SERIES.join(', ')}, 1 FROM ${OF_SERIES} ORDER BY 1, 2, 3
      ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET folds = kept.folds + 1`,
    values: seriesValues(series)
  }
}

/** The series that have something pending, those with the most events first. */
export async function readPending (client: pg.Pool | pg.ClientBase): Promise<PendingSeries[]> {
  const { rows } = await client.query<PendingSeries>(`
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, count(*) AS rows,
      sum(cardinality(counts)) AS events
    FROM rollup_pending GROUP BY 1, 2, 3 ORDER BY events DESC, 1, 2, 3`)
  return rows
}
