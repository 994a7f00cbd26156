import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { inSnapshot } from '../postgres/snapshot.ts'
import {
  CHANNEL_DAYS, columnOf, DETAIL_DAYS, DETAIL_ROLLUPS, DETAIL_STREET_MONTHS, SERIES, STREET_MONTHS, WARD_DAYS, WEEKS,
  type AnyDimension, type Family, type Rollup
} from './dimensions.ts'
import { closedDays, countingOf, isClosed, sumsOf, viewKeys, viewKeysOfRows } from './sql.ts'

/** Sums of a rollup that differ from what the raw events say. `key` is what tells them apart, in words. */
export interface Difference { rollup: string, key: string, raw: Measured, kept: Measured }
/** Sums by the name of their measure. */
type Measured = Record<string, number>

/**
 * Sums that have to be the same: `raw`, which are added up, and `kept` are SELECTs of their keys and measures, in any
 * number of rows. Events and sums of an authority may lie on two nodes: none of these SELECTs is of both.
 */
interface Comparison { rollup: string, family: Family, keys: readonly string[], raw: readonly string[], kept: string }

const measuresOf = ({ measures }: Family): string => measures.map(({ name }) => name).join(', ')
const ofRows = (rollup: Rollup, rows: string): string =>
  `SELECT ${viewKeysOfRows(rollup)}, ${measuresOf(rollup.family)} FROM (${rows}) AS event`
const ofView = (rollup: Rollup, condition = 'true'): string =>
  `SELECT ${viewKeys(rollup).join(', ')}, ${measuresOf(rollup.family)} FROM ${rollup.view} AS kept WHERE ${condition}`

const withRaw = (rollup: Rollup, raw: readonly string[], condition?: string): Comparison => ({
  rollup: rollup.view,
  family: rollup.family,
  keys: viewKeys(rollup),
  raw: raw.map((rows) => ofRows(rollup, rows)),
  kept: ofView(rollup, condition)
})

/** The closed months of a rollup by month, and the days of another of the same family, by what both tell apart. */
function closedMonths (months: Rollup, days: Rollup, dimensions: readonly AnyDimension[]): Comparison {
  const keys = [...SERIES, months.date, ...dimensions.map(columnOf)]
  const select = (from: string): string => `SELECT ${keys.join(', ')}, ${measuresOf(months.family)} FROM ${from}`
  return {
    rollup: `${months.view} by ${dimensions.join(', ')}`,
    family: months.family,
    keys,
    raw: [select(`(${ofRows(months, closedDays(days))}) AS month`)],
    kept: select(`${months.view} AS kept WHERE ${isClosed('kept', months.date)}`)
  }
}

/**
 * Open days are compared with the raw events. Closed days have none any more, but each of their events is in every
 * rollup of its family: there a rollup is compared with one that tells more apart. So a week is whole that has days of
 * both kinds.
 */
const COMPARISONS: readonly Comparison[] = [
  ...[{ rollup: WEEKS, by: CHANNEL_DAYS }, { rollup: CHANNEL_DAYS, by: WARD_DAYS }].map(({ rollup, by }) =>
    withRaw(rollup, [countingOf(rollup.family), closedDays(by)])
  ),
  ...[WARD_DAYS, STREET_MONTHS, ...DETAIL_ROLLUPS].map((rollup) =>
    withRaw(rollup, [countingOf(rollup.family)], `NOT ${isClosed('kept', rollup.date)}`)
  ),
  closedMonths(STREET_MONTHS, WARD_DAYS, ['outcome', 'ward']),
  closedMonths(DETAIL_STREET_MONTHS, DETAIL_DAYS, ['outcome', 'attribute', 'value'])
]

/**
 * So often a difference has to be found, by the same amounts. On a cluster events and sums of two nodes are not read at
 * one moment: what comes in meanwhile differs for an instant, and never twice alike for long.
 */
const TIMES = 5
const PAUSE_MS = 200

/**
 * Every sum that differs from what the raw events say. It may run while events come in: what lies on one server is read
 * at one moment (with a pool: of a cluster, what lies on one node). A sum of no events is the same as no sum. `most`
 * bounds the report of each comparison.
 */
export async function findDifferences (client: pg.Pool | pg.ClientBase, most: number): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const comparison of COMPARISONS) {
    let found = await compare(client, comparison, most)
    for (let times = 1; times < TIMES && found.length > 0; times++) {
      await wait(PAUSE_MS)
      const again = new Set((await compare(client, comparison, most, found)).map(fingerprint))
      found = found.filter((one) => again.has(fingerprint(one)))
    }
    differences.push(...found.map(({ rollup, key, raw, kept }) => ({ rollup, key, raw, kept })))
  }
  return differences
}

interface Found extends Difference { authorityId: number }

/** Which sum it is, and by how much it differs. */
const fingerprint = ({ key, raw, kept }: Found): string =>
  [key, ...Object.entries(raw).map(([name, sum]) => sum - (kept[name] ?? 0))].join(' ')

async function compare (
  client: pg.Pool | pg.ClientBase, { rollup, family, keys, raw, kept }: Comparison, most: number,
  only?: readonly Found[]
): Promise<Found[]> {
  const names = family.measures.map(({ name }) => name)
  const ofSome = only === undefined ? '' : 'WHERE authority_id = ANY ($2::int2[])'
  const summed = (select: string): string => `
    SELECT ${keys.join(', ')}, ${sumsOf(family)} FROM (${select}) AS part ${ofSome}
    GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`
  const key = `concat_ws(' ', ${keys.map((column) => `'${column}=' || ${column}`).join(', ')})`
  // Each SELECT is summed on the nodes that have its rows.
  const statement = `
    WITH ${raw.map((select, i) => `raw_${i} AS MATERIALIZED (${summed(select)})`).join(', ')},
      kept AS MATERIALIZED (${summed(kept)}),
      raw AS (SELECT ${keys.join(', ')}, ${sumsOf(family)}
        FROM (${raw.map((_, i) => `SELECT * FROM raw_${i}`).join(' UNION ALL ')}) AS part
        GROUP BY ${keys.map((_, i) => i + 1).join(', ')})
    SELECT authority_id AS "authorityId", ${key} AS key,
      ${names.map((name) => `coalesce(raw.${name}, 0) AS raw_${name}, coalesce(kept.${name}, 0) AS kept_${name}`)
        .join(', ')}
    FROM raw FULL JOIN kept USING (${keys.join(', ')})
    WHERE (${names.map((name) => `coalesce(raw.${name}, 0) <> coalesce(kept.${name}, 0)`).join(' OR ')})
      ${only === undefined ? '' : `AND ${key} = ANY ($3::text[])`}
    ORDER BY 2 LIMIT $1`
  const values = only === undefined
    ? [most]
    : [most, [...new Set(only.map(({ authorityId }) => authorityId))], only.map(({ key }) => key)]
  const read = async (client: pg.Pool | pg.ClientBase): Promise<Array<Record<string, unknown>>> =>
    (await client.query<Record<string, unknown>>(statement, values)).rows
  const rows = client instanceof pg.Pool ? await inSnapshot(client, read) : await read(client)
  const measured = (row: Record<string, unknown>, side: string): Measured =>
    Object.fromEntries(names.map((name) => [name, Number(row[`${side}_${name}`])]))
  return rows.map((row) => ({
    rollup,
    key: String(row['key']),
    raw: measured(row, 'raw'),
    kept: measured(row, 'kept'),
    authorityId: Number(row['authorityId'])
  }))
}

/** Days with sums that no raw event can be compared with any more, of how many series and authorities. */
export interface ClosedDays { days: number, series: number, authorities: number }

export async function countClosedDays (client: pg.Pool | pg.ClientBase): Promise<ClosedDays> {
  const { rows: [row] } = await client.query<ClosedDays>(`
    SELECT count(*) AS days, count(DISTINCT (${SERIES.join(', ')})) AS series,
      count(DISTINCT authority_id) AS authorities
    FROM (SELECT DISTINCT ${SERIES.join(', ')}, local_date FROM (${closedDays(CHANNEL_DAYS)}) AS kept) AS day`)
  return row ?? { days: 0, series: 0, authorities: 0 }
}
