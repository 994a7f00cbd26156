import { sql, type Kysely } from 'kysely'
import { protectRows } from '../src/postgres/row-level-security.ts'
import { DETAIL_ROLLUPS, OF_DETAILS } from '../src/rollups/dimensions.ts'
import { createDetailRollups } from '../src/rollups/schema.ts'
import { countingOf, insertPacked } from '../src/rollups/sql.ts'

/**
 * Sums of what events say beside their dimensions: amounts, durations, attributes (docs/rollups.md). What is stored is
 * summed; what the release before takes after that is not, until `npm run rollups -- rebuild`.
 */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql.raw(createDetailRollups()).execute(db)
  for (const rollup of DETAIL_ROLLUPS) await sql.raw(insertPacked(rollup, countingOf(OF_DETAILS))).execute(db)
  await protectRows(db)
}
