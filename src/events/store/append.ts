import pg from 'pg'
import { runPipeline } from '../../postgres/pipeline.ts'
import { receiptStep, type ReceiptRow } from '../../intake/store/receipts.ts'
import { recordChange, type RollupChange } from '../../rollups/index.ts'
import { copyEvents, type EncodedEvents } from './copy.ts'

/**
 * One transaction: new events as `encodeNewEvents` wrote them, their effect on the rollups, their
 * receipts. Returns false, with nothing kept, if some event or idempotency key is stored already, if Postgres cannot
 * take some value, or if the transaction lost a race: the general path (see events/store-events.ts) waits that out, and
 * takes each batch alone, so that what is wrong with one fails no other.
 */
export async function appendEvents (
  pool: pg.Pool, events: readonly EncodedEvents[], change: RollupChange, receipts: readonly ReceiptRow[]
): Promise<boolean> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await runPipeline(client, [...copyEvents(events), receiptStep(receipts)])
    await recordChange(client, change)
    await client.query('COMMIT')
    client.release()
    return true
  } catch (error) {
    const refused = error instanceof pg.DatabaseError && REFUSED.test(error.code ?? '')
    if (refused) await client.query('ROLLBACK')
    // Whether it committed is not known: such a connection is thrown away.
    client.release(refused ? undefined : error as Error)
    if (refused) return false
    throw error
  }
}

const REFUSED = /^(?:22|23|40P01$|40001$)/ // data exception, constraint violation; deadlock, serialisation failure
