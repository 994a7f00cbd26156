import type pg from 'pg'
import { keysOf, ROLLUPS } from './definitions.ts'

/** Days of one authority, service and type: days since 1970-01-01, both inclusive. */
export interface Stretch { authorityId: number, serviceId: number, type: number, from: number, to: number }

const MEASURES = ['events', 'count', 'avoidable']
const APPENDED = ROLLUPS.filter(({ kept }) => kept === 'appended')

// One statement, so one moment: what is deleted is what is added up, and a row that another process takes at the same
// time is in the sum of one of the two. Cells of a single row are left where they are.
const STATEMENTS = APPENDED.map((rollup) => {
  const keys = keysOf(rollup).map(({ column }) => column)
  const columns = keys.join(', ')
  const date = keys.includes('month') ? 'month' : 'local_date'
  const day = (n: number): string => `date_trunc('${date === 'month' ? 'month' : 'day'}', date '1970-01-01' + $${n}::int4)::date`
  const stretch = (table: string): string => `${table}.authority_id = $1 AND ${table}.service_id = $2 AND ${table}.type = $3
    AND ${table}.${date} BETWEEN ${day(4)} AND ${day(5)}`
  return `
    WITH several AS MATERIALIZED (
      SELECT ${columns} FROM ${rollup.table} AS cell WHERE ${stretch('cell')} GROUP BY ${columns} HAVING count(*) > 1
    ), gone AS (
      DELETE FROM ${rollup.table} AS cell USING several
      WHERE ${stretch('cell')} AND ${keys.map((column) => `cell.${column} = several.${column}`).join(' AND ')}
      RETURNING cell.*
    )
    INSERT INTO ${rollup.table} (${columns}, ${MEASURES.join(', ')})
    SELECT ${columns}, ${MEASURES.map((name) => `sum(${name})`).join(', ')} FROM gone GROUP BY ${columns}
    HAVING ${MEASURES.map((name) => `sum(${name}) <> 0`).join(' OR ')} ORDER BY ${columns}`
})

/** Puts the rows of each cell of the append-only rollups together. Changes no sum; reads become cheaper. */
export async function compact (client: pg.Pool | pg.ClientBase, { authorityId, serviceId, type, from, to }: Stretch): Promise<void> {
  for (const text of STATEMENTS) await client.query(text, [authorityId, serviceId, type, from, to])
}
