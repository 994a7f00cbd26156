import type pg from 'pg'
import { ROLLUPS, SERIES } from './dimensions.ts'
import { COUNTING_EVENTS, insertPacked } from './sql.ts'
import { countFoldsOf } from './states.ts'

/**
 * Writes every rollup anew from the raw events. Writers and folding wait until the transaction ends; readers see the
 * old state.
 */
export async function rebuildRollups (client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE')
  await client.query('LOCK TABLE rollup_pending IN EXCLUSIVE MODE')
  await client.query(`
    WITH gone AS (DELETE FROM rollup_pending RETURNING ${SERIES.join(', ')})
    ${countFoldsOf(`SELECT ${SERIES.join(', ')} FROM event UNION SELECT * FROM gone`)}`)
  for (const rollup of ROLLUPS) {
    await client.query(`DELETE FROM ${rollup.folded}`)
    await client.query(insertPacked(rollup, COUNTING_EVENTS))
  }
}
