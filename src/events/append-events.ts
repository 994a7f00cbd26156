import type pg from 'pg'
import { mustReportOn } from '../catalogue/source-reach.ts'
import type { CheckedBatch } from '../intake/accept-batch.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import type { Slices } from '../domain/slices.ts'
import { insertReceipts, receiptsToCopy, type ReceiptRow } from '../intake/store/receipts.ts'
import { insertRefusals } from '../intake/store/refusals.ts'
import type { Refusals } from '../intake/refusals/refusals.ts'
import type { Nodes } from '../postgres/cluster/nodes.ts'
import { copyTogether } from '../postgres/copy-together.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { changeToCopy, recordChange, RollupChange } from '../rollups/index.ts'
import type { EventRow } from './columns.ts'
import { appendFew, type NewEvent } from './store/append-few.ts'
import { copyEvents, encodeNewEvents, eventsToCopy } from './store/copy.ts'
import { refuseUnkept, refuseUnkeptText } from './store/unkept.ts'
import { byId } from './store/row.ts'
import { ownerOf, type Owner } from '../intake/owner.ts'

/** Up to so many events are written in one statement; more go cheaper by COPY (docs/performance.md). */
const FEW_EVENTS = 100

/** A batch as it will be written. */
export interface EncodedBatch {
  /** Its place in a transaction: all are written in one order, so that no two wait for each other in a circle. */
  order: string
  /** Many rows wait as bytes: as objects they would cost the collector as much as all other work on them. */
  events: NewEvent[] | { copies: Buffer[], change: RollupChange }
  count: number
  receipt: ReceiptRow
  /** What is kept of the rows that were refused. */
  refusals: Refusals | undefined
}

/** Whether a batch is written with others in one statement. */
export const isFew = ({ events }: EncodedBatch): boolean => Array.isArray(events)

export async function encodeBatch (
  batch: CheckedBatch<EventRow>, receiptId: number, slices: Slices
): Promise<EncodedBatch> {
  const { source, errors } = batch
  const owner = ownerOf(source)
  const rows = batch.rows.map(({ row }) => row).sort(byId)
  mustReportOn(source, rows)
  return {
    order: `${source.id} ${rows[0]?.id ?? ''}`,
    events: rows.length > FEW_EVENTS
      ? await encoded(rows, owner, receiptId, slices)
      : rows.map((row) => ({ row, owner, receiptId })),
    count: rows.length,
    refusals: errors.length === 0 ? undefined : await batch.refusals?.(receiptId, errors, slices),
    receipt: receiptRow(batch, receiptId, { stored: rows.length, duplicates: 0, revised: 0, errors })
  }
}

/** Rows that are encoded together: a part of a slice. */
const ENCODED_ROWS = 250

async function encoded (
  rows: readonly EventRow[], owner: Owner, receiptId: number, slices: Slices
): Promise<{ copies: Buffer[], change: RollupChange }> {
  const change = new RollupChange()
  const copies: Buffer[] = []
  for (let from = 0; from < rows.length; from += ENCODED_ROWS) {
    if (slices.over) await slices.pause()
    const some = rows.slice(from, from + ENCODED_ROWS)
    for (const row of some) change.add(row, 1)
    copies.push(encodeNewEvents(some, owner, receiptId))
  }
  return { copies, change }
}

/**
 * Writes batches of events none of which is stored, their effect on the rollups and their receipts, in one transaction.
 * This is the way in for new events, at half the cost of `storeEvents`; if one event is stored already, is of a closed
 * day or of a source of which events were erased, Postgres refuses all of them.
 */
export async function appendEvents (pool: pg.Pool, nodes: Nodes, batches: readonly EncodedBatch[]): Promise<void> {
  const sorted = batches.toSorted((a, b) => a.order < b.order ? -1 : 1)
  const receipts = sorted.map(({ receipt }) => receipt)
  const few = sorted.flatMap(({ events }) => Array.isArray(events) ? events : [])
  const many = sorted.flatMap(({ events }) => Array.isArray(events) ? [] : [events])
  const refusals = sorted.flatMap(({ refusals }) => refusals ?? [])
  const areFew = many.length === 0 && few.length <= FEW_EVENTS && refusals.length === 0
  if (areFew && !nodes.areSeveral) {
    await appendFew(pool, few, receipts)
    return
  }
  // Not within the transaction, which may be run again: `addAll` uses up what it adds.
  const change = new RollupChange()
  for (const { row } of few) change.add(row, 1)
  for (const batch of many) change.addAll(batch.change)
  const earliest = change.earliestDays
  const copies = few.map(({ row, owner, receiptId }) => encodeNewEvents([row], owner, receiptId))
  const sourceIds = receipts.map(({ sourceId }) => sourceId)
  if (areFew && few.length > 0) {
    const all = [eventsToCopy(copies), ...changeToCopy(change), receiptsToCopy(receipts)]
    if (await copyTogether(pool, all, refuseUnkeptText(sourceIds, earliest))) return
  }
  await inTransaction(pool, async (client) => {
    await copyEvents(client, [...copies, ...many.flatMap((batch) => batch.copies)])
    await refuseUnkept(client, sourceIds, earliest)
    await recordChange(client, change)
    await insertReceipts(client, receipts)
    await insertRefusals(client, refusals)
  })
}
