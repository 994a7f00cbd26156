import type pg from 'pg'
import { writeAudit } from '../catalogue/store/audit.ts'
import { nameOfSource } from '../catalogue/sources.ts'
import { mustReportOn } from '../catalogue/source-reach.ts'
import { formatDay } from '../domain/calendar.ts'
import type { CheckedBatch } from '../intake/accept-batch.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { isUnnumbered } from '../intake/repeats.ts'
import { drawReceiptId, insertReceipts } from '../intake/store/receipts.ts'
import { queryBuilderOn } from '../postgres/database.ts'
import { narrowed } from '../postgres/scoped.ts'
import { recordChange } from '../rollups/index.ts'
import type { EventRow } from './columns.ts'
import { EventWriter } from './event-writer.ts'
import { oneEventEach } from './one-event-each.ts'
import type { ReplacedEvents } from './replaced.ts'
import { idsToReplace } from './replace-events.ts'
import { holdCutOffs } from './store/unkept.ts'
import { ownerOf } from '../intake/owner.ts'

/**
 * Writes checked rows, their effect on the rollups and the receipt, inside the caller's transaction. This is the way in
 * for a batch of which some rows may be stored already (append-events.ts is the way in for new rows), so it looks them
 * up first: a batch that is sent again needs nothing else. Every writer takes its locks in one order: new keys, then
 * stored rows, then rollups, each sorted. `replaced`: what the batch takes the place of, and what is not in it of that
 * is voided.
 */
export async function storeEvents (
  client: pg.ClientBase, batch: CheckedBatch<EventRow>, replaced?: ReplacedEvents
): Promise<Receipt> {
  mustReportOn(batch.source, batch.rows.map(({ row }) => row))
  const cutOffs = await holdCutOffs(client)
  replaced?.mustBeOpen(cutOffs)
  const receiptId = await drawReceiptId(client)
  const owner = ownerOf(batch.source)
  const writer = new EventWriter(client, { owner, cutOffs, receiptId, at: batch.at, repeats: batch.repeats })
  const kept = await writer.kept(batch.rows)
  const layers = isUnnumbered(batch.repeats)
    ? [writer.settle(oneEventEach(kept, batch.repeats.newest))]
    : writer.distinctKeys(kept)
  if (writer.errors.length > 0 && !batch.lenient) {
    throw rejectBatch(writer.errors.sort((a, b) => a.index - b.index), batch.received)
  }
  await narrowed(client, { authorityIds: [owner.ownerId] }, async () => {
    const others = replaced === undefined ? [] : await idsToReplace(client, owner, replaced, batch.rows)
    for (const layer of layers) {
      await writer.insert(await writer.sortOut(layer))
      await writer.revise(others, replaced)
    }
  })
  const errors = [...batch.errors, ...writer.errors].sort((a, b) => a.index - b.index)
  if (writer.errors.length > 0 && !batch.lenient) throw rejectBatch(errors, batch.received)
  replaced?.mustBeNamed(batch.rows.map(({ row }) => row), writer.voided)
  await recordChange(client, writer.change)
  const { stored, duplicates, revised, older, voided: { length: voided } } = writer
  const receipt = receiptRow(batch, receiptId, { stored, duplicates, revised, older, voided, errors })
  await insertReceipts(client, [receipt])
  if (voided > 0) await audit(client, batch, { receipt: receiptId, voided })
  return receiptFromRow(receipt)
}

async function audit (
  client: pg.ClientBase, { source, at, repeats: { period } }: CheckedBatch<EventRow>, counts: object
): Promise<void> {
  if (period === undefined) return
  const { startOn, endOn, authorities, services, types } = period
  const subject = nameOfSource(source)
  const detail = {
    start_on: formatDay(startOn),
    end_on: formatDay(endOn),
    ...authorities.length > 0 && { authorities },
    ...services.length > 0 && { services },
    ...types.length > 0 && { types },
    ...counts
  }
  await writeAudit(queryBuilderOn(client), {
    at, actor: subject, action: 'replace-events', subject, detail, authorityId: source.authority_id
  })
}
