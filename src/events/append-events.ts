import type pg from 'pg'
import type { EventRow } from './columns.ts'
import { copyEvents } from './store/copy.ts'
import { byId, ownerOf } from './store/row.ts'
import type { CheckedBatch } from '../intake/accept-batch.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { receiptFromRow, type Receipt } from '../intake/receipt.ts'
import { drawReceiptIds, insertReceipts } from '../intake/store/receipts.ts'
import { recordChange, RollupChange } from '../rollups/index.ts'

/**
 * Writes several batches of events none of which is stored, their effect on the rollups and their receipts, inside the
 * caller's transaction. This is the way in for new events, at half the cost of `storeEvents`; if one event is stored
 * already, Postgres refuses all of them.
 */
export async function appendEvents (
  client: pg.ClientBase, batches: ReadonlyArray<CheckedBatch<EventRow>>
): Promise<Receipt[]> {
  const ids = await drawReceiptIds(client, batches.length)
  const change = new RollupChange()
  const written = batches.map((batch, i) => {
    const receiptId = ids[i] ?? 0
    const rows = batch.rows.map(({ row }) => row).sort(byId)
    for (const row of rows) change.add(row, 1)
    const receipt = receiptRow(batch, receiptId, {
      stored: rows.length, duplicates: 0, revised: 0, errors: batch.errors
    })
    return { owner: ownerOf(batch.source), receiptId, rows, receipt }
  })
  // Sorted as every writer's locks are, so that no two wait for each other in a circle.
  await copyEvents(client, written.toSorted((a, b) => a.owner.sourceId - b.owner.sourceId))
  await recordChange(client, change)
  const receipts = written.map(({ receipt }) => receipt)
  await insertReceipts(client, receipts)
  return receipts.map(receiptFromRow)
}
