import type pg from 'pg'
import type { Directory, Source } from '../catalogue/directory.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { ObservationSchema } from '../domain/observation.ts'
import { acceptBatch, type Batch, type CheckedBatch } from '../intake/accept-batch.ts'
import { rowCheck } from '../intake/check-schema.ts'
import type { Intake } from '../intake/intake.ts'
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

export interface ObservationIntake { intake: Intake, directory: Directory, now: number }

const observationCheck = rowCheck(ObservationSchema, 'observation')

/**
 * Writers of observations lock authority and service: those of one council wait for one another in the process, so that
 * no more than one of them waits for a lock with a connection in its hand.
 */
export const placeOf = ({ authority_id }: Source): string => `observations of ${authority_id}`

/** Takes a batch of observations: see `acceptBatch`, and `storeLayers` for what replaces what. */
export async function acceptObservations (
  { intake, directory, now }: ObservationIntake, batch: Batch
): Promise<Receipt> {
  const resolver = new ObservationResolver(directory, batch.source, now)
  const resolve: ObservationResolver['resolve'] = (observation, index) => resolver.resolve(observation, index)
  return await acceptBatch(
    intake,
    {
      what: 'an observation',
      check: observationCheck,
      freeText: 'note',
      resolve,
      storesAs: placeOf(batch.source),
      store: storeWithin(directory)
    },
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
  if (repeated.length + refused.length > 0 && !batch.lenient) throw rejectBatch(errors, batch.received)
  const rejected = new Set(errors.map(({ index }) => index)).size
  const receipt = receiptRow(batch, receiptId, {
    stored, revised, duplicates: batch.received - rejected - stored - revised, errors
  })
  await insertReceipts(client, [receipt])
  await recordChanges(client, changed)
  return receiptFromRow(receipt)
}
