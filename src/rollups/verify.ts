import type pg from 'pg'
import {
  CHANNEL_DAYS, DIMENSIONS, MEASURES, SERIES, STREET_MONTHS, WARD_DAYS, WEEKS, type Rollup
} from './dimensions.ts'
import { closedDays, COUNTING_EVENTS, isClosed, SUMS, viewKeys, viewKeysOfEvents } from './sql.ts'

/** Sums of a rollup that differ from what the raw events say. `key` is what tells them apart, in words. */
export interface Difference { rollup: string, key: string, raw: Measures, kept: Measures }
interface Measures { events: number, count: number, avoidable: number }

/** Sums that have to be the same: `raw` and `kept` are SELECTs of their keys and measures, in any number of rows. */
interface Comparison { rollup: string, keys: readonly string[], raw: string, kept: string }

const keysOf = (rollup: Rollup): string => viewKeys(rollup).join(', ')
const ofEvents = (rollup: Rollup, events: string): string =>
  `SELECT ${viewKeysOfEvents(rollup)}, ${MEASURES.join(', ')} FROM (${events}) AS event`
const ofView = (rollup: Rollup, condition = 'true'): string =>
  `SELECT ${keysOf(rollup)}, ${MEASURES.join(', ')} FROM ${rollup.view} AS kept WHERE ${condition}`

const open = ({ date }: Rollup): string => `NOT ${isClosed('kept', date)}`
const MONTHS_OF_WARDS = [...SERIES, STREET_MONTHS.date, DIMENSIONS.outcome.column, DIMENSIONS.ward.column]
const monthsOfWards = (from: string): string =>
  `SELECT ${MONTHS_OF_WARDS.join(', ')}, ${MEASURES.join(', ')} FROM ${from}`

/**
 * Open days are compared with the raw events. Closed days have none any more, but each of their events is in every
 * rollup: there a rollup is compared with one that tells more apart. So a week is whole that has days of both kinds.
 */
const COMPARISONS: readonly Comparison[] = [
  ...[{ rollup: WEEKS, by: CHANNEL_DAYS }, { rollup: CHANNEL_DAYS, by: WARD_DAYS }].map(({ rollup, by }) => ({
    rollup: rollup.view,
    keys: viewKeys(rollup),
    raw: ofEvents(rollup, `${COUNTING_EVENTS} UNION ALL ${closedDays(by)}`),
    kept: ofView(rollup)
  })),
  ...[WARD_DAYS, STREET_MONTHS].map((rollup) => ({
    rollup: rollup.view,
    keys: viewKeys(rollup),
    raw: ofEvents(rollup, COUNTING_EVENTS),
    kept: ofView(rollup, open(rollup))
  })),
  {
    rollup: `${STREET_MONTHS.view} by ward`,
    keys: MONTHS_OF_WARDS,
    raw: monthsOfWards(`(${ofEvents(STREET_MONTHS, closedDays(WARD_DAYS))}) AS month`),
    kept: monthsOfWards(`${STREET_MONTHS.view} AS kept WHERE ${isClosed('kept', STREET_MONTHS.date)}`)
  }
]

/**
 * Every sum that differs from what the raw events say: the statement sees one moment of both, so it may run while
 * events come in. A sum of no events is the same as no sum. `most` bounds the report of each comparison.
 */
export async function findDifferences (client: pg.Pool | pg.ClientBase, most: number): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const { rollup, keys, raw, kept } of COMPARISONS) {
    const summed = (select: string): string =>
      `SELECT ${keys.join(', ')}, ${SUMS} FROM (${select}) AS part GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`
    const { rows } = await client.query<Record<string, unknown>>(
      `
      SELECT concat_ws(' ', ${keys.map((column) => `'${column}=' || ${column}`).join(', ')}) AS key,
        ${
        MEASURES.map((name) => `coalesce(raw.${name}, 0) AS raw_${name}, coalesce(kept.${name}, 0) AS kept_${name}`)
          .join(', ')
      }
      FROM (${summed(raw)}) AS raw FULL JOIN (${summed(kept)}) AS kept USING (${keys.join(', ')})
      WHERE ${MEASURES.map((name) => `coalesce(raw.${name}, 0) <> coalesce(kept.${name}, 0)`).join(' OR ')}
      ORDER BY 1 LIMIT $1`,
      [most]
    )
    const measures = (row: Record<string, unknown>, side: string): Measures => ({
      events: Number(row[`${side}_events`]),
      count: Number(row[`${side}_count`]),
      avoidable: Number(row[`${side}_avoidable`])
    })
    differences.push(...rows.map((row) => ({
      rollup, key: String(row['key']), raw: measures(row, 'raw'), kept: measures(row, 'kept')
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
