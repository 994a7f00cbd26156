import type pg from 'pg'
import type { Directory, Source } from '../catalogue/directory.ts'
import { EventSchema } from '../domain/event.ts'
import { ProblemError, ROW_ERRORS_LISTED, type RowError } from '../errors.ts'
import { findReceiptByKey, isKeyTaken } from '../store/receipts.ts'
import { inTransaction } from '../store/transaction.ts'
import { refusePersonalData } from './refuse-personal-data.ts'
import { rowCheck } from './check-schema.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Compaction } from './compaction.ts'
import { surelyFits } from './fits-event.ts'
import type { SentRows } from './read-rows.ts'
import { EventResolver } from './resolve-event.ts'
import { receiptFromRow, rejectBatch, type Receipt } from './receipt.ts'
import { storeEvents, type PlacedRow } from './store-events.ts'

export interface Batch {
  source: Source
  sent: SentRows
  /** Store the good rows and report the bad ones, instead of all or nothing. */
  lenient: boolean
  /** Do everything, then undo it. */
  dryRun: boolean
  idempotency: { key: string, bodyHash: Buffer } | undefined
}

interface Context { pool: pg.Pool, queue: CommitQueue, compaction: Compaction, directory: Directory, now: number }

const eventCheck = rowCheck(EventSchema, Object.keys(EventSchema.properties), surelyFits)

/**
 * Takes a batch of events through every stage and answers with its receipt, after the commit. Throws `ProblemError` with
 * every bad row where the batch is strict and one row is bad: nothing of it is stored then.
 */
export async function acceptEvents ({ pool, queue, compaction, directory, now }: Context, batch: Batch): Promise<Receipt> {
  const before = await replayed(pool, batch)
  if (before !== undefined) return before
  const { rows, errors } = checkRows(new EventResolver(directory, batch.source, now), batch.sent)
  if (errors.length > 0 && (!batch.lenient || rows.length === 0)) throw rejectBatch(errors)
  const checked = { ...batch, rows, errors, received: batch.sent.rows.length, at: new Date(now) }
  const appended = batch.dryRun || rows.length === 0 ? undefined : await queue.append(checked)
  if (appended !== undefined) {
    compaction.note(rows)
    return appended
  }
  try {
    const receipt = await inTransaction(pool, async (client) => {
      const stored = await storeEvents(client, checked)
      if (batch.dryRun) throw new Undo(stored)
      return stored
    })
    compaction.note(rows)
    queue.noteResent(batch.source, receipt.stored < rows.length)
    return receipt
  } catch (error) {
    if (error instanceof Undo) return error.receipt
    // The same batch under the same key was committed while this one was on its way.
    const meanwhile = isKeyTaken(error) ? await replayed(pool, batch) : undefined
    if (meanwhile !== undefined) return meanwhile
    throw error
  }
}

/** The receipt that this Idempotency-Key got before, if any. Throws `ProblemError` if it came with another body. */
async function replayed (pool: pg.Pool, { source, idempotency }: Batch): Promise<Receipt | undefined> {
  if (idempotency === undefined) return undefined
  const row = await findReceiptByKey(pool, source.id, idempotency.key)
  if (row === undefined) return undefined
  if (row.bodyHash?.equals(idempotency.bodyHash) !== true) {
    throw new ProblemError('idempotency-key-reused', `Idempotency-Key ${idempotency.key} came with another body before; use a new key for a new batch.`)
  }
  return receiptFromRow(row)
}

function checkRows (resolver: EventResolver, { rows, unreadable, locate = (pointer) => pointer }: SentRows): { rows: PlacedRow[], errors: RowError[] } {
  const good: PlacedRow[] = []
  const errors: RowError[] = []
  const unreadableAt = new Set(unreadable.map(({ index }) => index))
  for (const [index, row] of rows.entries()) {
    if (unreadableAt.has(index)) continue
    // Before anything else is said of the row: every other error may repeat a value.
    const personal = refusePersonalData(row, index)
    if (personal !== undefined) {
      errors.push(personal)
      continue
    }
    if (!eventCheck.fits(row)) {
      // Explaining costs far more than checking: past what an answer lists, a count is enough.
      if (errors.length < ROW_ERRORS_LISTED) errors.push(...eventCheck.explain(row, index))
      else errors.push({ index, pointer: '', code: 'invalid-value', detail: 'The row does not have the form of an event.' })
      continue
    }
    const resolved = resolver.resolve(row, index)
    if (Array.isArray(resolved)) errors.push(...resolved)
    else good.push({ index, row: resolved })
  }
  const located = errors.map((error) => ({ ...error, pointer: locate(error.pointer) }))
  return { rows: good, errors: [...unreadable, ...located].sort((a, b) => a.index - b.index) }
}

/** Carries the receipt of a dry run out of the transaction that it rolls back. */
class Undo extends Error {
  readonly receipt: Receipt
  constructor (receipt: Receipt) {
    super('dry run')
    this.receipt = { ...receipt, id: null }
  }
}
