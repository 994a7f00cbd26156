import type pg from 'pg'
import { CHANNEL_DAYS, OF_DETAILS, OF_EVENTS, ROLLUPS, SERIES, WEEKS } from './dimensions.ts'
import { foldPending, readAllPending } from './fold.ts'
import { closedDays, countingOf, insertPacked, isClosed } from './sql.ts'
import { countFoldsOf } from './states.ts'

/**
 * Writes every rollup anew from the raw events. Rows of closed days, whose raw events have left, stay as they are: the
 * cut-off is the first of a month, so no row of a month has days of both kinds. A row of weeks is of a year, and is
 * written anew from the days by channel. Writers and folding wait until the transaction ends; readers see the old
 * state.
 */
export async function rebuildRollups (client: pg.ClientBase): Promise<void> {
  await client.query('LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE')
  await client.query(`LOCK TABLE ${OF_EVENTS.pending}, ${OF_DETAILS.pending} IN EXCLUSIVE MODE`)
  await foldClosed(client)
  await client.query(countFoldsOf(`
    SELECT ${SERIES.join(', ')} FROM event UNION SELECT ${SERIES.join(', ')} FROM ${OF_EVENTS.pending}`))
  await client.query(`DELETE FROM ${OF_EVENTS.pending}`)
  await client.query(`DELETE FROM ${OF_DETAILS.pending}`)
  for (const rollup of ROLLUPS.filter((one) => one !== WEEKS)) {
    await client.query(`DELETE FROM ${rollup.folded} AS kept WHERE NOT ${isClosed('kept', rollup.span)}`)
    await client.query(insertPacked(rollup, countingOf(rollup.family)))
  }
  await client.query(`DELETE FROM ${WEEKS.folded}`)
  await client.query(insertPacked(WEEKS, `${countingOf(OF_EVENTS)} UNION ALL ${closedDays(CHANNEL_DAYS)}`))
}

/** What is pending of closed days is nowhere else. Nobody folds beside this transaction, which has the whole table. */
async function foldClosed (client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ id: number }>('SELECT authority_id AS id FROM retention_cut_off')
  const closing = new Set(rows.map(({ id }) => id))
  const series = (await readAllPending(client)).filter(({ authorityId }) => closing.has(authorityId))
  if (series.length > 0) await foldPending(client, series)
}
