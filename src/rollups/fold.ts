import type pg from 'pg'
import { arrayOf, dateArray, int2Array } from '../postgres/binary-array.ts'
import { writeValue } from '../postgres/binary-writer.ts'
import { readNodes } from '../postgres/cluster/nodes.ts'
import { copyRows } from '../postgres/copy-rows.ts'
import { CopyWriter } from '../postgres/copy-writer.ts'
import {
  columnOf, DETAIL_ROLLUPS, EVENT_ROLLUPS, OF_DETAILS, OF_EVENTS, parameterOf, SERIES, type AnyDimension, type Family,
  type Rollup, type Series
} from './dimensions.ts'
import { abbreviated, mergeSums, noSums, parsePacked, type PackedSums, type Sums } from './packed.ts'
import { none, packed, pendingOf, same } from './sql.ts'
import { countFolds } from './states.ts'

/** What of a series is not folded yet: pending rows and the events in them. */
export interface PendingSeries extends Series { rows: number, events: number }

/**
 * A row to add to a folded table; `start` is the first day of its span, in days since 1970-01-01. The ids of the
 * dimensions that it is of stand under their columns, and its sums under those of packed rows.
 */
type PackedRow = Series & { rollup: number, start: number } & Record<string, unknown>

/** Rows of `rollup_pending` and packed rows at a time: bounds the memory, and for how long other requests wait. */
const [MOST_ROWS, MOST_PACKED] = [180, 100]

/** Series of one authority: what takes rows of them is sent to the one node that has them. */
interface Own { authorityId: number, series: readonly Series[] }

// Values stand in sub-selects, so that a statement is planned once, whatever they are: all but the authority, by which
// a cluster looks up the node.
const OF_SERIES =
  'unnest((SELECT $2::int2[]), (SELECT $3::int2[])) AS series(service_id, type)'
const ownValues = ({ authorityId, series }: Own): unknown[] => [
  authorityId,
  int2Array(series, ({ serviceId }) => serviceId),
  int2Array(series, ({ type }) => type)
]
const OF_ALL =
  'unnest((SELECT $1::int2[]), (SELECT $2::int2[]), (SELECT $3::int2[])) AS series(authority_id, service_id, type)'

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
      FROM (SELECT (authority_id::int8 << 17) + (service_id::int8 << 2) + type AS key FROM ${OF_ALL} ORDER BY 1)
        AS sorted`,
    values: [
      int2Array(series, ({ authorityId }) => authorityId),
      int2Array(series, ({ serviceId }) => serviceId),
      int2Array(series, ({ type }) => type)
    ]
  })
}

/**
 * Moves all that is pending of these series, which the caller's transaction has locked, into the folded tables.
 * Changes no sum.
 */
export async function foldPending (client: pg.ClientBase, series: readonly Series[]): Promise<void> {
  for (const [authorityId, own] of Map.groupBy(series, ({ authorityId }) => authorityId)) {
    while (await foldSome(client, authorityId, own)) { /* there may be more */ }
  }
}

interface Taking { family: Family, rollups: readonly Rollup[], name: string, text: string }

// Postgres packs what it takes, as the folded tables have it: the service only adds rows up.
function taking (family: Family, rollups: readonly Rollup[]): Taking {
  const ofRow: AnyDimension[] = family.dimensions.filter((name) => rollups.some((one) => one.ofRow.includes(name)))
  const packedRows = rollups.map((rollup, n) => `
  SELECT ${n} AS rollup, authority_id AS "authorityId", service_id AS "serviceId", type,
    ${rollup.span} - DATE '1970-01-01' AS start,
    ${ofRow.map((name) => `${rollup.ofRow.includes(name) ? '' : `${none(name)} AS `}${columnOf(name)}`).join(', ')},
    ${family.packed.join(', ')}, (SELECT count(*) FROM gone) AS taken
  FROM (${packed(rollup, 'SELECT * FROM event')}) AS packed`)
  return {
    family,
    rollups,
    name: `take-${family.pending}`,
    text: `
  WITH gone AS (
    DELETE FROM ${family.pending} WHERE authority_id = $1::int2 AND ctid = ANY (ARRAY(
      SELECT p.ctid FROM ${OF_SERIES} JOIN ${family.pending} AS p ON ${same('p', 'series', ['service_id', 'type'])}
      WHERE p.authority_id = $1::int2
      LIMIT $4::int8
    ))
    RETURNING *
  ),
  event AS MATERIALIZED (${pendingOf(family, 'gone')})
  ${packedRows.join(' UNION ALL ')}`
  }
}

const TAKE_EVENTS = taking(OF_EVENTS, EVENT_ROLLUPS)
const TAKE_DETAILS = taking(OF_DETAILS, DETAIL_ROLLUPS)

/** As `foldPending`, of one authority's series, but stops after some of it; returns whether there may be more. */
export async function foldSome (
  client: pg.ClientBase, authorityId: number, series: readonly Series[]
): Promise<boolean> {
  const own = { authorityId, series }
  const events = await take(client, TAKE_EVENTS, own)
  const details = await take(client, TAKE_DETAILS, own)
  await countFolds(client, authorityId, events.folded)
  return events.mayBeMore || details.mayBeMore
}

async function take (
  client: pg.ClientBase, { rollups, name, text }: Taking, own: Own
): Promise<{ folded: Series[], mayBeMore: boolean }> {
  const { rows } = await client.query<PackedRow & { taken: number }>({
    name, text, values: [...ownValues(own), MOST_ROWS]
  })
  const byRollup = Map.groupBy(rows, ({ rollup }) => rollup)
  for (const [n, rollup] of rollups.entries()) {
    const added = byRollup.get(n) ?? []
    for (let from = 0; from < added.length; from += MOST_PACKED) {
      await addToFolded(client, rollup, own.authorityId, added.slice(from, from + MOST_PACKED))
    }
  }
  return { folded: byRollup.get(0) ?? [], mayBeMore: rows[0]?.taken === MOST_ROWS }
}

/** Takes an authority's rows of these spans away and writes them anew with what is added. */
async function addToFolded (
  client: pg.ClientBase, rollup: Rollup, authorityId: number, added: readonly PackedRow[]
): Promise<void> {
  const { family, folded, by, ofRow } = rollup
  const inAuthority = by.filter((column) => column !== 'authority_id')
  const ids = ofRow.map((name, i) => `(SELECT $${5 + i}::${parameterOf(name)}[])`)
  const { rows } = await client.query<PackedSums & { n: number }>({
    name: `take-${folded}`,
    text: `
      DELETE FROM ${folded} AS folded
      USING unnest(${['(SELECT $2::int2[]), (SELECT $3::int2[]), (SELECT $4::date[])', ...ids].join(', ')})
        WITH ORDINALITY AS added(${inAuthority.join(', ')}, n)
      WHERE folded.authority_id = $1::int2 AND ${same('folded', 'added', inAuthority)}
      RETURNING added.n, ${family.packed.map((name) => `folded.${name}`).join(', ')}`,
    values: [
      ...ownValues({ authorityId, series: added }),
      dateArray(added, ({ start }) => start),
      ...ofRow.map((name) => arrayOf(parameterOf(name))(added, (row) => row[columnOf(name)] as never))
    ]
  })
  const before = new Map(rows.map((row) => [row.n - 1, row]))
  const writer = new CopyWriter(added.length * LIKELY_BYTES)
  for (const [n, row] of added.entries()) {
    const old = before.get(n)
    const sums = mergeSums(
      old === undefined ? noSums(family) : parsePacked(family, old), parsePacked(family, row as unknown as PackedSums)
    )
    if (sums.keys.length > 0) writeRow(writer, rollup, row, sums)
  }
  await copyRows(client, { table: folded, columns: [...by, ...family.packed] }, writer.written)
}

/** Of a packed row: a month of days, channels and outcomes. */
const LIKELY_BYTES = 4096
const [FIXED_BYTES, MOST_SUM_BYTES] = [4 * 8 + 7 * 4, 4 + 6 * 8]

function writeRow (writer: CopyWriter, { family, ofRow }: Rollup, row: PackedRow, sums: Sums): void {
  writer.row(SERIES.length + 1 + ofRow.length + family.packed.length)
  for (const name of ['authorityId', 'serviceId', 'type'] as const) writeValue(writer, 'int2', row[name])
  writeValue(writer, 'date', row.start)
  for (const name of ofRow) writeValue(writer, parameterOf(name), row[columnOf(name)] as never)
  writer.reserve(FIXED_BYTES + sums.keys.length * MOST_SUM_BYTES)
  writer.int4Bytes(sums.keys)
  for (const [i, column] of abbreviated(family, sums).entries()) {
    if (family.measures[i]?.bytes === 4) writer.int4Bytes(column)
    else writer.int8Bytes(column)
  }
}

/** The series that have something pending, those with the most events first; of all authorities, or of some. */
export async function readAllPending (
  client: pg.Pool | pg.ClientBase, authorityIds?: readonly number[]
): Promise<PendingSeries[]> {
  const of = (pending: string): string => `
    SELECT ${SERIES.join(', ')}, cardinality(events) AS events FROM ${pending}
    ${authorityIds === undefined ? '' : 'WHERE authority_id = ANY ($1::int2[])'}`
  const { rows } = await client.query<PendingSeries>(`
    SELECT authority_id AS "authorityId", service_id AS "serviceId", type, count(*) AS rows, sum(events) AS events
    FROM (${of(OF_EVENTS.pending)} UNION ALL ${of(OF_DETAILS.pending)}) AS pending
    GROUP BY 1, 2, 3 ORDER BY events DESC, 1, 2, 3`, authorityIds === undefined ? [] : [authorityIds])
  return rows
}

/** As `readAllPending`, without the authorities of a node of a cluster that does not answer. */
export async function readPending (pool: pg.Pool): Promise<PendingSeries[]> {
  try {
    return await readAllPending(pool)
  } catch (error) {
    const found: PendingSeries[][] = []
    for (const own of Map.groupBy(await readNodes(pool), ([, node]) => node).values()) {
      const authorityIds = own.map(([authorityId]) => authorityId)
      await readAllPending(pool, authorityIds).then((pending) => found.push(pending), () => undefined)
    }
    if (found.length === 0) throw error
    return found.flat().sort((a, b) => b.events - a.events)
  }
}
