import type pg from 'pg'
import {
  CHANNEL_DAYS, columnOf, DETAIL_DAYS, DETAIL_ROLLUPS, DETAIL_STREET_MONTHS, SERIES, STREET_MONTHS, WARD_DAYS, WEEKS,
  type AnyDimension, type Family, type Rollup
} from './dimensions.ts'
import { closedDays, countingOf, isClosed, sumsOf, viewKeys, viewKeysOfRows } from './sql.ts'

/** Sums of a rollup that differ from what the raw events say. `key` is what tells them apart, in words. */
export interface Difference { rollup: string, key: string, raw: Measured, kept: Measured }
/** Sums by the name of their measure. */
type Measured = Record<string, number>

/** Sums that have to be the same: `raw` and `kept` are SELECTs of their keys and measures, in any number of rows. */
interface Comparison { rollup: string, family: Family, keys: readonly string[], raw: string, kept: string }

const measuresOf = ({ measures }: Family): string => measures.map(({ name }) => name).join(', ')
const ofRows = (rollup: Rollup, rows: string): string =>
  `SELECT ${viewKeysOfRows(rollup)}, ${measuresOf(rollup.family)} FROM (${rows}) AS event`
const ofView = (rollup: Rollup, condition = 'true'): string =>
  `SELECT ${viewKeys(rollup).join(', ')}, ${measuresOf(rollup.family)} FROM ${rollup.view} AS kept WHERE ${condition}`

const withRaw = (rollup: Rollup, raw: string, condition?: string): Comparison => ({
  rollup: rollup.view,
  family: rollup.family,
  keys: viewKeys(rollup),
  raw: ofRows(rollup, raw),
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
    raw: select(`(${ofRows(months, closedDays(days))}) AS month`),
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
    withRaw(rollup, `${countingOf(rollup.family)} UNION ALL ${closedDays(by)}`)
  ),
  ...[WARD_DAYS, STREET_MONTHS, ...DETAIL_ROLLUPS].map((rollup) =>
    withRaw(rollup, countingOf(rollup.family), `NOT ${isClosed('kept', rollup.date)}`)
  ),
  closedMonths(STREET_MONTHS, WARD_DAYS, ['outcome', 'ward']),
  closedMonths(DETAIL_STREET_MONTHS, DETAIL_DAYS, ['outcome', 'attribute', 'value'])
]

/**
 * Every sum that differs from what the raw events say: the statement sees one moment of both, so it may run while
 * events come in. A sum of no events is the same as no sum. `most` bounds the report of each comparison.
 */
export async function findDifferences (client: pg.Pool | pg.ClientBase, most: number): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const { rollup, family, keys, raw, kept } of COMPARISONS) {
    const names = family.measures.map(({ name }) => name)
    const summed = (select: string): string =>
      `SELECT ${keys.join(', ')}, ${sumsOf(family)} FROM (${select}) AS part GROUP BY ${
        keys.map((_, i) => i + 1).join(', ')}`
    const { rows } = await client.query<Record<string, unknown>>(
      `
      SELECT concat_ws(' ', ${keys.map((column) => `'${column}=' || ${column}`).join(', ')}) AS key,
        ${
        names.map((name) => `coalesce(raw.${name}, 0) AS raw_${name}, coalesce(kept.${name}, 0) AS kept_${name}`)
          .join(', ')
      }
      FROM (${summed(raw)}) AS raw FULL JOIN (${summed(kept)}) AS kept USING (${keys.join(', ')})
      WHERE ${names.map((name) => `coalesce(raw.${name}, 0) <> coalesce(kept.${name}, 0)`).join(' OR ')}
      ORDER BY 1 LIMIT $1`,
      [most]
    )
    const measured = (row: Record<string, unknown>, side: string): Measured =>
      Object.fromEntries(names.map((name) => [name, Number(row[`${side}_${name}`])]))
    differences.push(...rows.map((row) => ({
      rollup, key: String(row['key']), raw: measured(row, 'raw'), kept: measured(row, 'kept')
    })))
  }
  return differences
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
