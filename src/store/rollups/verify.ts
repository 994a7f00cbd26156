import type pg from 'pg'
import { keysOf, ROLLUPS, type Rollup } from './definitions.ts'

/** A cell where a rollup and the raw rows differ. `key` is the cell's primary key in words. */
export interface Difference { rollup: string, key: string, raw: Measures, kept: Measures }
interface Measures { events: number, count: number, avoidable: number }

const MEASURES = ['events', 'count', 'avoidable'] as const

function recompute (rollup: Rollup): string {
  const keys = keysOf(rollup)
  return `SELECT ${keys.map(({ raw, column }) => `${raw} AS ${column}`).join(', ')},
      count(*)::int8 AS events, sum(count)::int8 AS count, coalesce(sum(count) FILTER (WHERE avoidable), 0)::int8 AS avoidable
    FROM event WHERE voided_at IS NULL GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`
}

function sums (rollup: Rollup): string {
  const columns = keysOf(rollup).map(({ column }) => column).join(', ')
  return `SELECT ${columns}, ${MEASURES.map((name) => `sum(${name})::int8 AS ${name}`).join(', ')} FROM ${rollup.table} GROUP BY ${columns}`
}

/**
 * Every cell that differs from what the raw rows say: the statement sees one moment of both, so it may run while events
 * come in. A cell of no events is the same as no cell. `most` bounds the report of each rollup.
 */
export async function findDifferences (client: pg.ClientBase, most: number): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const rollup of ROLLUPS) {
    const { table } = rollup
    const columns = keysOf(rollup).map(({ column }) => column)
    const { rows } = await client.query<Record<string, unknown>>(`
      SELECT concat_ws(' ', ${columns.map((column) => `'${column}=' || ${column}`).join(', ')}) AS key,
        ${MEASURES.map((name) => `coalesce(raw.${name}, 0) AS raw_${name}, coalesce(kept.${name}, 0) AS kept_${name}`).join(', ')}
      FROM (${recompute(rollup)}) AS raw FULL JOIN (${sums(rollup)}) AS kept USING (${columns.join(', ')})
      WHERE ${MEASURES.map((name) => `coalesce(raw.${name}, 0) <> coalesce(kept.${name}, 0)`).join(' OR ')}
      ORDER BY 1 LIMIT $1`, [most])
    const measures = (row: Record<string, unknown>, side: string): Measures =>
      ({ events: Number(row[`${side}_events`]), count: Number(row[`${side}_count`]), avoidable: Number(row[`${side}_avoidable`]) })
    differences.push(...rows.map((row) => ({ rollup: table, key: String(row['key']), raw: measures(row, 'raw'), kept: measures(row, 'kept') })))
  }
  return differences
}

/** Writes every rollup anew from the raw rows. Writers wait until the transaction ends; readers see the old state. */
export async function rebuildRollups (client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE')
  for (const rollup of ROLLUPS) {
    const columns = [...keysOf(rollup).map(({ column }) => column), ...MEASURES].join(', ')
    await client.query(`DELETE FROM ${rollup.table}`)
    await client.query(`INSERT INTO ${rollup.table} (${columns}) ${recompute(rollup)}`)
  }
}
