import type pg from 'pg'
import type { Directory, Source } from '../catalogue/directory.ts'
import { reportsOn } from '../catalogue/source-reach.ts'
import { ObservationSchema } from '../domain/observation.ts'
import { acceptBatch, type Batch, type CheckedBatch } from '../intake/accept-batch.ts'
import { Reach } from '../intake/arrivals.ts'
import { rowCheck } from '../intake/check-schema.ts'
import type { Intake } from '../intake/intake.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import type { RefusedKind } from '../intake/refusals/refusals.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { isUnnumbered } from '../intake/repeats.ts'
import { FEED_KINDS } from '../intake/store/feeds.ts'
import { drawReceiptId, insertReceipts } from '../intake/store/receipts.ts'
import { narrowed } from '../postgres/scoped.ts'
import { recordChanges } from '../rollups/index.ts'
import { distinct, oneFigureEach } from './distinct.ts'
import { ReplacedFigures } from './replaced.ts'
import { ObservationResolver } from './resolve-observation.ts'
import { Sender } from './sender.ts'
import { lockPlaces } from './store/lock.ts'
import type { ObservationRow } from './store/row.ts'
import { storeLayers } from './store-observations.ts'

export interface ObservationIntake { intake: Intake, directory: Directory, now: number }

export const REFUSED_OBSERVATIONS: RefusedKind = {
  kind: 'observation', fields: new Set(Object.keys(ObservationSchema.properties)), isAttribute: () => false
}

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
  const { source, repeats: { period } } = batch
  const resolver = new ObservationResolver(directory, source, now)
  const replaced = period && new ReplacedFigures(directory, source, period)
  const reach = new Reach()
  return await acceptBatch(
    intake,
    {
      what: 'an observation',
      check: observationCheck,
      freeText: 'note',
      refused: REFUSED_OBSERVATIONS,
      resolve: (observation, index, told) => {
        const row = resolver.resolve(observation, index, told)
        if (Array.isArray(row)) return row
        reach.note(row.authorityId, row.serviceId, row.endOn)
        const outside = replaced?.refuse(row, index)
        return outside === undefined ? row : [outside]
      },
      storesAs: placeOf(source),
      store: async (client, checked) => await narrowed(client, { authorityIds: reportsOn(source) }, async () =>
        await storeFigures(client, checked, new Sender(directory, source), replaced)),
      committed: () => intake.arrivals.note(source.id, FEED_KINDS.figures, reach, now)
    },
    batch,
    now
  )
}

async function storeFigures (
  client: pg.ClientBase, batch: CheckedBatch<ObservationRow>, sender: Sender, replaced: ReplacedFigures | undefined
): Promise<Receipt> {
  const { source, repeats, at } = batch
  const each = isUnnumbered(repeats) ? oneFigureEach(batch.rows, repeats.newest) : distinct(batch.rows)
  const { layers, repeated } = each
  const rows = batch.rows.map(({ row }) => row)
  await lockPlaces(client, [...rows, ...replaced?.places ?? []])
  const sent = { sourceId: source.id, at, receiptId: await drawReceiptId(client) }
  const { stored, revised, older, changed, errors: refused } = await storeLayers(client, layers, sent, sender, repeats)
  const errors = [...batch.errors, ...repeated, ...refused].sort((a, b) => a.index - b.index)
  if (repeated.length + refused.length > 0 && !batch.lenient) throw rejectBatch(errors, batch.received)
  const gone = await replaced?.withdrawOthers(client, rows, sent) ?? []
  const rejected = new Set(errors.map(({ index }) => index)).size
  const passed = older + each.older
  const receipt = receiptRow(batch, sent.receiptId, {
    stored,
    revised,
    duplicates: batch.received - rejected - stored - revised - passed,
    older: passed,
    voided: gone.length,
    errors
  })
  await insertReceipts(client, [receipt])
  await recordChanges(client, [...changed, ...gone])
  return receiptFromRow(receipt)
}
