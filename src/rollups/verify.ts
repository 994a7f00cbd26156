import type pg from 'pg'
import { MEASURES, ROLLUPS } from './dimensions.ts'
import { COUNTING_EVENTS, SUMS, viewKeys, viewKeysOfEvents } from './sql.ts'

/** Sums of a rollup that differ from what the raw events say. `key` is what tells them apart, in words. */
export interface Difference { rollup: string, key: string, raw: Measures, kept: Measures }
interface Measures { events: number, count: number, avoidable: number }

/**
 * Every sum that differs from what the raw events say: the statement sees one moment of both, so it may run while
 * events come in. A sum of no events is the same as no sum. `most` bounds the report of each rollup.
 */
export async function findDifferences (client: pg.Pool | pg.ClientBase, most: number): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const rollup of ROLLUPS) {
    const keys = viewKeys(rollup)
    const sums = (columns: string, from: string): string =>
      `SELECT ${columns}, ${SUMS} FROM ${from} GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`
    const { rows } = await client.query<Record<string, unknown>>(
      `
      SELECT concat_ws(' ', ${keys.map((column) => `'${column}=' || ${column}`).join(', ')}) AS key,
        ${
        MEASURES.map((name) => `coalesce(raw.${name}, 0) AS raw_${name}, coalesce(kept.${name}, 0) AS kept_${name}`)
          .join(', ')
      }
      FROM (${sums(viewKeysOfEvents(rollup), `(${COUNTING_EVENTS}) AS event`)}) AS raw
        FULL JOIN (${sums(keys.join(', '), rollup.view)}) AS kept USING (${keys.join(', ')})
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
      rollup: rollup.view, key: String(row['key']), raw: measures(row, 'raw'), kept: measures(row, 'kept')
    })))
  }
  return differences
}
