import type pg from 'pg'
import type { Directory } from '../catalogue/directory.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { ObservationSchema } from '../domain/observation.ts'
import { acceptBatch, type Batch, type CheckedBatch } from '../intake/accept-batch.ts'
import { rowCheck } from '../intake/check-schema.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { drawReceiptId, insertReceipts } from '../intake/store/receipts.ts'
import { narrowed } from '../postgres/scoped.ts'
import { recordChanges } from '../rollups/index.ts'
import { distinct } from './distinct.ts'
import { ObservationResolver } from './resolve-observation.ts'
import { Sender } from './sender.ts'
import { lockPlaces } from './store/lock.ts'
import type { ObservationRow } from './store/row.ts'
import { storeLayers } from './store-observations.ts'

export interface ObservationIntake { pool: pg.Pool, directory: Directory, now: number }

const observationCheck = rowCheck(ObservationSchema, 'observation')

/** Takes a batch of observations: see `acceptBatch`, and `storeLayers` for what replaces what. */
export async function acceptObservations ({ pool, directory, now }: ObservationIntake, batch: Batch): Promise<Receipt> {
  const resolver = new ObservationResolver(directory, batch.source, now)
  const resolve: ObservationResolver['resolve'] = (observation, index) => resolver.resolve(observation, index)
  return await acceptBatch(
    pool,
    { what: 'an observation', check: observationCheck, freeText: 'note', resolve, store: storeWithin(directory) },
    batch,
    now
  )
}

const storeWithin = (directory: Directory) => async (
  client: pg.ClientBase, batch: CheckedBatch<ObservationRow>
): Promise<Receipt> =>
  await narrowed(client, { authorityIds: reportsOn(batch.source) }, async () =>
    await storeFrom(directory)(client, batch))

const storeFrom = (directory: Directory) => async (
  client: pg.ClientBase, batch: CheckedBatch<ObservationRow>
): Promise<Receipt> => {
  const { layers, repeated } = distinct(batch.rows)
  await lockPlaces(client, batch.rows.map(({ row }) => row))
  const receiptId = await drawReceiptId(client)
  const { stored, revised, changed, errors: refused } = await storeLayers(client, layers, {
    sourceId: batch.source.id, at: batch.at, receiptId
  }, new Sender(directory, batch.source))
  const errors = [...batch.errors, ...repeated, ...refused].sort((a, b) => a.index - b.index)
  if (repeated.length + refused.length > 0 && !batch.lenient) throw rejectBatch(errors)
  const rejected = new Set(errors.map(({ index }) => index)).size
  const receipt = receiptRow(batch, receiptId, {
    stored, revised, duplicates: batch.received - rejected - stored - revised, errors
  })
  await insertReceipts(client, [receipt])
  await recordChanges(client, changed)
  return receiptFromRow(receipt)
}
