import type pg from 'pg'
import { insertCells, keysFrom, MEASURES, ROLLUPS, SERIES, SUMS, type Rollup } from './definitions.ts'

/** A cell where a rollup and the raw rows differ. `key` is the cell's primary key in words. */
export interface Difference { rollup: string, key: string, raw: Measures, kept: Measures }
interface Measures { events: number, count: number, avoidable: number }

const recompute = (rollup: Rollup): string => `
  SELECT ${keysFrom(rollup)}, count(*)::int8 AS events, sum8(count) AS count,
    coalesce(sum8(count) FILTER (WHERE avoidable), 0) AS avoidable
  FROM event WHERE voided_at IS NULL GROUP BY ${rollup.keys.map((_, i) => i + 1).join(', ')}`

const sums = ({ view, keys }: Rollup): string =>
  `SELECT ${keys.join(', ')}, ${SUMS} FROM ${view} GROUP BY ${keys.join(', ')}`

/**
 * Every cell that differs from what the raw rows say: the statement sees one moment of both, so it may run while events
 * come in. A cell of no events is the same as no cell. `most` bounds the report of each rollup.
 */
export async function findDifferences (client: pg.Pool | pg.ClientBase, most: number): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const rollup of ROLLUPS) {
    const { view, keys } = rollup
    const { rows } = await client.query<Record<string, unknown>>(
      `
      SELECT concat_ws(' ', ${keys.map((column) => `'${column}=' || ${column}`).join(', ')}) AS key,
        ${
        MEASURES.map((name) => `coalesce(raw.${name}, 0) AS raw_${name}, coalesce(kept.${name}, 0) AS kept_${name}`)
          .join(', ')
      }
      FROM (${recompute(rollup)}) AS raw FULL JOIN (${sums(rollup)}) AS kept USING (${keys.join(', ')})
      WHERE ${MEASURES.map((name) => `coalesce(raw.${name}, 0) <> coalesce(kept.${name}, 0)`).join(' OR ')}
      ORDER BY 1 LIMIT $1`,
      [most]
    )
    const measures = (row: Record<string, unknown>, side: string): Measures => ({
      events: Number(row[`${side}_events`]),
      count: Number(row[`${side}_count`]),
      avoidable: Number(row[`${side}_avoidable`])
    })
    differences
      .push(...rows.map((row) => ({
        rollup: view, key: String(row['key']), raw: measures(row, 'raw'), kept: measures(row, 'kept')
      })))
  }
  return differences
}

/**
 * Writes every rollup anew from the raw rows. Writers and folding wait until the transaction ends; readers see the old
 * state.
 */
export async function rebuildRollups (client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE')
  await client.query(`
    LOCK TABLE rollup_pending IN EXCLUSIVE MODE;
    WITH gone AS (DELETE FROM rollup_pending RETURNING ${SERIES.join(', ')})
    INSERT INTO rollup_fold AS kept (${SERIES.join(', ')}, folds)
    SELECT ${SERIES.join(', ')}, 1 FROM (SELECT ${SERIES.join(', ')} FROM event UNION SELECT * FROM gone) AS series
    ON CONFLICT (${SERIES.join(', ')}) DO UPDATE SET folds = kept.folds + 1`)
  for (const rollup of ROLLUPS) {
    await client.query(`DELETE FROM ${rollup.folded}`)
    await client.query(insertCells(rollup, recompute(rollup)))
  }
}
