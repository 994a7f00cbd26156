import type pg from 'pg'
import type { CheckedBatch } from '../intake/accept-batch.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { insertReceipts, type ReceiptRow } from '../intake/store/receipts.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { recordChange, RollupChange } from '../rollups/index.ts'
import type { EventRow } from './columns.ts'
import { copyEvents, encodeNewEvents } from './store/copy.ts'
import { byId, ownerOf } from './store/row.ts'

/** A batch as it will be written. Rows that wait as objects cost the collector as much as all other work on them. */
export interface EncodedBatch {
  /** Its place in a transaction: all are written in one order, so that no two wait for each other in a circle. */
  order: string
  events: Buffer
  count: number
  change: RollupChange
  receipt: ReceiptRow
}

export function encodeBatch (batch: CheckedBatch<EventRow>, receiptId: number): EncodedBatch {
  const { source, errors } = batch
  const rows = batch.rows.map(({ row }) => row).sort(byId)
  const change = new RollupChange()
  for (const row of rows) change.add(row, 1)
  return {
    order: `${source.id} ${rows[0]?.id ?? ''}`,
    events: encodeNewEvents(rows, ownerOf(source), receiptId),
    count: rows.length,
    change,
    receipt: receiptRow(batch, receiptId, { stored: rows.length, duplicates: 0, revised: 0, errors })
  }
}

/**
 * Writes batches of events none of which is stored, their effect on the rollups and their receipts, in one transaction.
 * This is the way in for new events, at half the cost of `storeEvents`; if one event is stored already, Postgres
 * refuses all of them.
 */
export async function appendEvents (pool: pg.Pool, batches: readonly EncodedBatch[]): Promise<void> {
  const sorted = batches.toSorted((a, b) => a.order < b.order ? -1 : 1)
  // Not within the transaction, which may be run again: `addAll` uses up what it adds.
  const change = new RollupChange()
  for (const batch of sorted) change.addAll(batch.change)
  await inTransaction(pool, async (client) => {
    await copyEvents(client, sorted.map(({ events }) => events))
    await recordChange(client, change)
    await insertReceipts(client, sorted.map(({ receipt }) => receipt))
  })
}
