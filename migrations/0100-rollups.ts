import { sql, type Kysely } from 'kysely'
import { createRollups } from '../src/rollups/schema.ts'

/** Rollups in one form, made from the list of dimensions, and the states of series in a table of their own. */
export async function up (db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP FUNCTION rollup_newest_day (smallint, smallint, smallint, date);
    DROP VIEW rollup_week, rollup_channel_week, rollup_channel_month, rollup_channel_day, rollup_ward_day, rollup_street_month, rollup_pending_cell;
    DROP TABLE rollup_channel_week_folded, rollup_channel_month_folded, rollup_pending, rollup_fold;
    DROP FUNCTION rollup_packed_cells (bytea, bytea, bytea, bytea);
    DROP FUNCTION rollup_cells (bigint[], bigint[], integer[])`.execute(db)
  await sql.raw(createRollups()).execute(db)
}
