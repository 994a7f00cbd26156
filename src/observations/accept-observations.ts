import type pg from 'pg'
import type { Directory, Source } from '../catalogue/directory.ts'
import { formatDay } from '../domain/calendar.ts'
import { ObservationSchema, PERIOD_CODES, type Figures } from '../domain/observation.ts'
import { ProblemError, type RowError } from '../errors.ts'
import { compareKeys, keyOf, type ObservationRow } from './store/row.ts'
import { lockFigures, upsertObservations, withdrawOthers, type FigureSet } from './store/write.ts'
import { insertReceipts } from '../intake/store/receipts.ts'
import { recordChanges } from '../rollups/index.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { acceptBatch, type Batch, type CheckedBatch } from '../intake/accept-batch.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import { rowCheck } from '../intake/check-schema.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'
import { ObservationResolver } from './resolve-observation.ts'

interface Context { pool: pg.Pool, directory: Directory, now: number }

const observationCheck = rowCheck(ObservationSchema, 'observation')

/**
 * Takes a batch of figures: see `acceptBatch`. A figure that says what is stored is a duplicate; another replaces it.
 */
export async function acceptObservations ({ pool, directory, now }: Context, batch: Batch): Promise<Receipt> {
  const resolver = new ObservationResolver(directory, batch.source, now)
  const resolve: ObservationResolver['resolve'] = (figure, index) => resolver.resolve(figure, index)
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

// Which of two different figures for the same thing is the newer cannot be told from their order in a batch.
function distinct (placed: Array<CheckedRow<ObservationRow>>): { rows: ObservationRow[], repeated: RowError[] } {
  const byKey = new Map<string, CheckedRow<ObservationRow>>()
  const repeated: RowError[] = []
  for (const one of placed) {
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

export interface Replacement { authority: string, service: string, measure: string, figures: Figures }

/** Names the figures that a path and a period mean. Throws `ProblemError` for what the source may not write. */
export function figureSet (
  directory: Directory, source: Source, { authority, service, measure, figures }: Replacement, now: number
): FigureSet {
  const resolved = new ObservationResolver(directory, source, now)
    .resolve({ authority, service, measure, period: figures.period, start_on: figures.start_on, value: 0 }, 0)
  if (Array.isArray(resolved)) throw new ProblemError(resolved[0]?.code ?? 'invalid-request', resolved[0]?.detail ?? '')
  const { authorityId, serviceId, measureId, startOn } = resolved
  return { authorityId, serviceId, measureId, startOn: formatDay(startOn), period: PERIOD_CODES[figures.period] }
}

/** Replaces every figure of a measure in a period at once: those not sent are withdrawn. All or nothing. */
export async function replaceFigures (
  { pool, directory, now }: Context, source: Source, replacement: Replacement
): Promise<Receipt> {
  const { figures: { period, start_on, figures }, ...names } = replacement
  const set = figureSet(directory, source, replacement, now)
  const resolver = new ObservationResolver(directory, source, now)
  const errors: RowError[] = []
  const placed = figures.flatMap((figure, index) => {
    const row = resolver.resolve({ ...names, period, start_on, ...figure }, index)
    if (!Array.isArray(row)) return [{ index, row }]
    errors.push(...row)
    return []
  })
  const { rows, repeated } = distinct(placed)
  if (errors.length + repeated.length > 0) throw rejectBatch([...errors, ...repeated])
  const by = { sourceId: source.id, at: new Date(now) }
  return await inTransaction(pool, async (client) => {
    await lockFigures(client, set)
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
