import type pg from 'pg'
import { compareEvents } from './store/compare.ts'
import { byId, type EventRow } from './store/row.ts'
import { isStoredWhole } from '../intake/store/receipts.ts'
import type { Batch, CheckedBatch, PlacedRow } from '../intake/accept-batch.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Receipt } from '../intake/receipt.ts'
import type { Whole } from './sent-before.ts'

/**
 * Stores what is new in a batch some of which is stored already, as a sender that is not sure what arrived sends it:
 * looked up in one round trip, committed in another. Nothing is undone that was acknowledged, so what was a duplicate
 * then still is one. Undefined, where a row revises or contradicts what is stored: the batch needs a transaction of its
 * own.
 */
export async function appendRest (
  pool: pg.Pool, queue: CommitQueue, batch: CheckedBatch<EventRow>
): Promise<Receipt | undefined> {
  const fresh = await findFresh(pool, batch)
  // Not awaited: nothing holds the rows while they wait for their commit.
  return fresh && queue.appendSome(batch, fresh, batch.rows.length - fresh.length)
}

async function findFresh (
  pool: pg.Pool, { source, rows }: CheckedBatch<EventRow>
): Promise<Array<PlacedRow<EventRow>> | undefined> {
  const sorted = rows.toSorted((a, b) => byId(a.row, b.row))
  const verdicts = await compareEvents(
    pool, { ownerId: source.authority_id, sourceId: source.id }, sorted.map(({ row }) => row), null
  )
  if (verdicts.some(({ verdict }) => verdict !== 'new' && verdict !== 'duplicate')) return undefined
  return sorted.filter((_, i) => verdicts[i]?.verdict === 'new')
}

/** The receipt of a body that was stored whole before, if that receipt still stands: all its rows are duplicates. */
export async function appendAgain (
  pool: pg.Pool, queue: CommitQueue, batch: Batch, { receiptId, received, bodyHash }: Whole, at: Date
): Promise<Receipt | undefined> {
  if (!await isStoredWhole(pool, { id: receiptId, sourceId: batch.source.id, bodyHash })) return undefined
  return await queue.appendSome({ ...batch, rows: [], errors: [], received, at }, [], received)
}
