import type pg from 'pg'
import type { Directory, Source } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { ObservationSchema, PERIOD_CODES, type PeriodObservations } from '../domain/observation.ts'
import { ProblemError, type RowError } from '../errors.ts'
import { compareKeys, keyOf, type ObservationRow } from './store/row.ts'
import { lockObservations, upsertObservations, withdrawOthers, type ObservationSet } from './store/write.ts'
import { insertReceipts } from '../intake/store/receipts.ts'
import { recordChanges } from '../rollups/index.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { acceptBatch, type Batch, type CheckedBatch } from '../intake/accept-batch.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import { rowCheck } from '../intake/check-schema.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { ObservationResolver } from './resolve-observation.ts'

interface ObservationIntake { pool: pg.Pool, directory: Directory, now: number }

const observationCheck = rowCheck(ObservationSchema, 'observation')

/**
 * Takes a batch of observations: see `acceptBatch`. An observation equal to the stored one is a duplicate; a different
 * one replaces it.
 */
export async function acceptObservations ({ pool, directory, now }: ObservationIntake, batch: Batch): Promise<Receipt> {
  const resolver = new ObservationResolver(directory, batch.source, now)
  const resolve: ObservationResolver['resolve'] = (observation, index) => resolver.resolve(observation, index)
  return await acceptBatch(
    pool,
    { what: 'an observation', check: observationCheck, freeText: 'note', resolve, store: storeObservations },
    batch,
    now
  )
}

async function storeObservations (client: pg.ClientBase, batch: CheckedBatch<ObservationRow>): Promise<Receipt> {
  const { rows, repeated } = distinct(batch.rows)
  const errors = [...batch.errors, ...repeated].sort((a, b) => a.index - b.index)
  if (repeated.length > 0 && !batch.lenient) throw rejectBatch(errors)
  const { receiptId, stored, revised, changed } = await upsertObservations(client, rows, {
    sourceId: batch.source.id, at: batch.at
  })
  const rejected = new Set(errors.map(({ index }) => index)).size
  const receipt = receiptRow(batch, receiptId, {
    stored, revised, duplicates: batch.received - rejected - stored - revised, errors
  })
  await insertReceipts(client, [receipt])
  await recordChanges(client, changed)
  return receiptFromRow(receipt)
}

// Refuse two different observations with one key: their order in the batch does not say which is newer.
function distinct (checked: Array<CheckedRow<ObservationRow>>): { rows: ObservationRow[], repeated: RowError[] } {
  const byKey = new Map<string, CheckedRow<ObservationRow>>()
  const repeated: RowError[] = []
  for (const one of checked) {
    const first = byKey.get(keyOf(one.row))
    if (first === undefined) byKey.set(keyOf(one.row), one)
    else if (
      first.row.value !== one.row.value || first.row.provisional !== one.row.provisional ||
      first.row.note !== one.row.note
    ) {
      repeated.push({
        index: one.index,
        pointer: '',
        code: 'repeated-figure',
        detail: `Row ${first.index} of this batch gives the same figure another value; send each figure once.`
      })
    }
  }
  return { rows: [...byKey.values()].map(({ row }) => row).sort(compareKeys), repeated }
}

export interface Replacement { authority: string, service: string, measure: string, observations: PeriodObservations }

/** Resolves a path and a period to the key of observations. Throws `ProblemError` for what the source may not write. */
export function observationSet (
  directory: Directory, source: Source, { authority, service, measure, observations }: Replacement, now: number
): ObservationSet {
  const resolved = new ObservationResolver(directory, source, now)
    .resolve({ authority, service, measure, period: observations.period, start_on: observations.start_on, value: 0 }, 0)
  if (Array.isArray(resolved)) throw new ProblemError(resolved[0]?.code ?? 'invalid-request', resolved[0]?.detail ?? '')
  const { authorityId, serviceId, measureId, startOn } = resolved
  return { authorityId, serviceId, measureId, startOn: formatDay(startOn), period: PERIOD_CODES[observations.period] }
}

/** Replaces all observations of a measure in a period; those that are not sent are withdrawn. All or nothing. */
export async function replaceObservations (
  { pool, directory, now }: ObservationIntake, source: Source, replacement: Replacement
): Promise<Receipt> {
  const { observations: { period, start_on, figures }, ...names } = replacement
  const set = observationSet(directory, source, replacement, now)
  const resolver = new ObservationResolver(directory, source, now)
  const errors: RowError[] = []
  const checked = figures.flatMap((observation, index) => {
    const row = resolver.resolve({ ...names, period, start_on, ...observation }, index)
    if (!Array.isArray(row)) return [{ index, row }]
    errors.push(...row)
    return []
  })
  const { rows, repeated } = distinct(checked)
  if (errors.length + repeated.length > 0) throw rejectBatch([...errors, ...repeated])
  const by = { sourceId: source.id, at: new Date(now) }
  return await inTransaction(pool, async (client) => {
    await lockObservations(client, set)
    const { receiptId, stored, revised } = await upsertObservations(client, rows, by)
    const withdrawn = await withdrawOthers(client, set, rows, { ...by, receiptId })
    const duplicates = figures.length - stored - revised
    const receipt = {
      id: receiptId,
      received: figures.length,
      stored,
      revised: revised + withdrawn,
      rejected: 0,
      duplicates,
      errors: [],
      errorsTotal: 0
    }
    await insertReceipts(client, [{
      ...receipt, sourceId: source.id, receivedAt: by.at, idempotencyKey: null, bodyHash: null
    }])
    if (stored + revised + withdrawn > 0) await recordChanges(client, [set])
    return receipt
  })
}
