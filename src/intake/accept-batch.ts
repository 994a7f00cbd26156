import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { ProblemError, type RowError } from '../errors.ts'
import { drawReceiptId, findReceiptByKey, insertReceipts, isKeyTaken } from './store/receipts.ts'
import { insertRefusals } from './store/refusals.ts'
import { ownerOf } from './owner.ts'
import { within } from '../postgres/scoped.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { checkRows, type CheckedRow, type FreeText, type RowKind } from './check-rows.ts'
import type { Intake, Sender } from './intake.ts'
import type { SentRows } from './read-rows.ts'
import { fileOf, placeRefused, type FileRead } from './placed.ts'
import type { Repeats } from './repeats.ts'
import { BatchRefused, receiptFromRow, rejectBatch, type Receipt } from './receipt.ts'
import { receiptRow } from './receipt-row.ts'
import { countWords, rejectionsOf, type RefusedKind, type Refusals } from './refusals/refusals.ts'
import type { Slices } from '../domain/slices.ts'

export interface Batch {
  source: Source
  /** Of the body. */
  bytes: number
  /** Reads the rows out of what was sent; called again where they are needed again. Throws `ProblemError`. */
  read: (slices: Slices) => Promise<SentRows>
  /** Store the good rows and report the bad ones, instead of all or nothing. */
  lenient: boolean
  /** Do everything, then undo it. */
  dryRun: boolean
  repeats: Repeats
  /** The key, with the SHA-256 of what was sent under it. */
  idempotency: { key: string, bodyHash: Buffer } | undefined
  /** What becomes of rows that a lenient batch refuses, inside its transaction; left out: they are kept. */
  settle?: (client: pg.ClientBase, receipt: Receipt) => Promise<void>
}

/** A batch whose rows have been checked: what may be stored, and what is wrong with the others. */
export interface CheckedBatch<Row> extends Batch {
  rows: Array<CheckedRow<Row>>
  errors: RowError[]
  received: number
  at: Date
  /** What is to be kept of these refused rows, with `errors`, under a receipt; undefined: nothing. */
  refusals: ((receiptId: number, errors: readonly RowError[], slices?: Slices) => Promise<Refusals>) | undefined
  /** Where the rows came as a file. */
  file?: FileRead | undefined
}

/** What sets one kind of row apart from another. */
export interface BatchKind<Sent extends FreeText, Row> extends RowKind<Sent, Row> {
  refused: RefusedKind
  /** A way to store a batch of the source more cheaply than `store`, for rows that are all new; undefined: none. */
  append?: (source: Source) => Promise<Append<Row> | undefined>
  /** Names what waits for the same locks, and so goes one after the other; left out: the batches of a source. */
  storesAs?: string
  /** Writes the rows and the receipt, inside the caller's transaction. */
  store: (client: pg.ClientBase, batch: CheckedBatch<Row>) => Promise<Receipt>
  /** Told of what was committed. */
  committed?: (batch: Batch, receipt: Receipt) => void
}

/**
 * Makes bytes of a batch, and what stores them: that answers after the commit; or undefined, with nothing stored, where
 * the batch needs `store`.
 */
export type Append<Row> = (batch: CheckedBatch<Row>, slices: Slices) => Promise<() => Promise<Receipt | undefined>>

/** Of one source one batch at a time is read, and one stored in a transaction of its own. */
export const senderOf = ({ source, bytes }: Pick<Batch, 'source' | 'bytes'>): Sender => ({
  key: `source ${source.id}`, bytes
})

/**
 * Takes a batch through every stage and answers with its receipt, after the commit: read, check and resolve, store.
 * Throws `ProblemError` with every bad row where the batch is strict and one row is bad: nothing of it is stored then
 * but a receipt that says so.
 */
export async function acceptBatch<Sent extends FreeText, Row extends object> (
  intake: Intake, kind: BatchKind<Sent, Row>, batch: Batch, now: number
): Promise<Receipt> {
  const before = await replayed(intake.pool, batch)
  if (before !== undefined) return before
  const at = new Date(now)
  try {
    if (batch.dryRun) return await store(intake, kind, batch, at)
    const receipt = await append(intake, kind, batch, at) ?? await store(intake, kind, batch, at)
    kind.committed?.(batch, receipt)
    return receipt
  } catch (error) {
    // The same batch under the same key was committed while this one was on its way.
    const meanwhile = isKeyTaken(error) ? await replayed(intake.pool, batch) : undefined
    if (meanwhile !== undefined) return meanwhile
    if (error instanceof BatchRefused && !batch.dryRun) await storeRefusal(intake, kind, batch, error, at)
    throw error
  }
}

async function check<Sent extends FreeText, Row extends object> (
  kind: BatchKind<Sent, Row>, batch: Batch, at: Date, slices: Slices
): Promise<CheckedBatch<Row>> {
  const sent = await batch.read(slices)
  const keeps = batch.lenient && !batch.dryRun
  const { rows, errors } = await checkRows(kind, sent, slices, keeps)
  const received = sent.rows.length
  if (errors.length > 0 && !batch.lenient) {
    const refusal = rejectBatch(errors, received)
    if (!batch.dryRun) refusal.words = await countWords(sent, errors, kind.refused, slices)
    throw refusal
  }
  const refusals: CheckedBatch<Row>['refusals'] = async (receiptId, errors, slices) => ({
    source: batch.source,
    receiptId,
    at,
    kind: kind.refused.kind,
    mapping: sent.mapping,
    rejections: await rejectionsOf(sent, errors, kind.refused, slices),
    words: await countWords(sent, errors, kind.refused, slices)
  })
  return { ...batch, rows, errors, received, at, file: fileOf(sent), refusals: keeps ? refusals : undefined }
}

// Nothing here holds the rows while their bytes wait for their commit: rows that die young cost the collector a third
// of what older ones do. A batch that is not all new is read once more.
async function append<Sent extends FreeText, Row extends object> (
  intake: Intake, kind: BatchKind<Sent, Row>, batch: Batch, at: Date
): Promise<Receipt | undefined> {
  const encode = batch.settle === undefined ? await kind.append?.(batch.source) : undefined
  if (encode === undefined) return undefined
  return await intake.readAndCommit(senderOf(batch), async (slices) =>
    await encode(await check(kind, batch, at, slices), slices))
}

// Rows are checked when the transaction's turn has come: many batches may wait for theirs.
async function store<Sent extends FreeText, Row extends object> (
  intake: Intake, kind: BatchKind<Sent, Row>, batch: Batch, at: Date
): Promise<Receipt> {
  const sender = senderOf(batch)
  return await intake.store({ ...sender, key: kind.storesAs ?? sender.key }, async () => {
    const checked = await intake.read(sender, async (slices) => await check(kind, batch, at, slices))
    try {
      return await inTransaction(intake.pool, async (client) => {
        const stored = await kind.store(client, checked)
        if (checked.dryRun) throw new Undo(stored)
        await (batch.settle ?? keepRefused(checked))(client, stored)
        return stored
      })
    } catch (error) {
      if (error instanceof Undo) return error.receipt
      throw placeRefused(error, checked.file)
    }
  })
}

const keepRefused = ({ refusals }: CheckedBatch<unknown>): NonNullable<Batch['settle']> => async (client, receipt) => {
  if (refusals === undefined || receipt.id === null || receipt.errors.length === 0) return
  await insertRefusals(client, [await refusals(receipt.id, receipt.errors)])
}

/**
 * Stores the receipt of a batch that was refused, and names it in the problem. Its Idempotency-Key is not used up.
 */
async function storeRefusal<Sent extends FreeText, Row extends object> (
  intake: Intake, kind: BatchKind<Sent, Row>, batch: Batch, refused: BatchRefused, at: Date
): Promise<void> {
  const { errors, received, words } = refused
  const { source, repeats } = batch
  const id = await intake.store({ key: senderOf(batch).key, bytes: 0 }, async () =>
    await inTransaction(intake.pool, async (client) => {
      const receiptId = await drawReceiptId(client)
      await insertReceipts(client, [receiptRow({ source, received, at, repeats, idempotency: undefined }, receiptId, {
        stored: 0, duplicates: 0, revised: 0, errors: [...errors]
      })])
      if (words.length > 0) {
        const { kind: of } = kind.refused
        await insertRefusals(client, [{ source, receiptId, at, kind: of, mapping: undefined, rejections: [], words }])
      }
      return receiptId
    }))
  refused.extra['receipt'] = String(id)
}

/** The receipt that this Idempotency-Key got before, if any. Throws `ProblemError` if it came with another body. */
async function replayed (pool: pg.Pool, { source, idempotency }: Batch): Promise<Receipt | undefined> {
  if (idempotency === undefined) return undefined
  const { key, bodyHash } = idempotency
  const owner = ownerOf(source)
  const row = await findReceiptByKey(within(pool, { authorityIds: [owner.ownerId] }), owner, key)
  if (row === undefined) return undefined
  if (row.bodyHash?.equals(bodyHash) !== true) {
    throw new ProblemError(
      'idempotency-key-reused',
      `Idempotency-Key ${key} came with another body before; use a new key for a new batch.`
    )
  }
  return { ...receiptFromRow(row), again: true }
}

/** Carries the receipt of a dry run out of the transaction that it rolls back. */
class Undo extends Error {
  readonly receipt: Receipt
  constructor (receipt: Receipt) {
    super('dry run')
    this.receipt = { ...receipt, id: null }
  }
}
