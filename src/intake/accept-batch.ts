import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { personalDataIn } from '../domain/personal-data.ts'
import { toStorable } from '../json/storable.ts'
import { ProblemError, ROW_ERRORS_LISTED, type RowError } from '../errors.ts'
import { findReceiptByKey, isKeyTaken } from './store/receipts.ts'
import { inTransaction } from '../postgres/transaction.ts'
import type { RowCheck } from './check-schema.ts'
import type { SentRows } from './read-rows.ts'
import { receiptFromRow, rejectBatch, type Receipt } from './receipt.ts'
import { refusePersonalData } from './refuse-personal-data.ts'

export interface Batch {
  source: Source
  /** Reads the rows out of what was sent; called again where they are needed again. Throws `ProblemError`. */
  read: () => SentRows | Promise<SentRows>
  /** Store the good rows and report the bad ones, instead of all or nothing. */
  lenient: boolean
  /** Do everything, then undo it. */
  dryRun: boolean
  /**
   * Media type and SHA-256 of what was sent; no hash where neither its size nor an Idempotency-Key makes it worth the
   * while.
   */
  body: { type: string, hash: Buffer | undefined }
  idempotencyKey: string | undefined
}

/** A row that may be stored, with its place in the batch. */
export interface PlacedRow<Row> { index: number, row: Row }

/** A batch whose rows have been checked: what may be stored, and what is wrong with the others. */
export interface CheckedBatch<Row> extends Batch {
  rows: Array<PlacedRow<Row>>
  errors: RowError[]
  received: number
  at: Date
}

interface Free { id?: string, note?: string }

type FastWay<Row> = (batch: CheckedBatch<Row>) => Promise<Receipt | undefined> | undefined

/** What sets one kind of row apart from another. */
export interface BatchKind<Sent extends Free, Row> {
  /** What a row is, in messages: "an event". */
  what: string
  check: RowCheck<Sent>
  /** The field whose text a sender is free in; every other one of a row that resolves is a closed word or a number. */
  free: 'id' | 'note'
  /** The row to store, or everything that is wrong with it. */
  resolve: (row: Sent, index: number) => Row | RowError[]
  /**
   * The receipt of a batch that need not be read, as it was stored before; undefined, at once or in the end, if it was
   * not.
   */
  known?: (batch: Batch, at: Date) => Promise<Receipt | undefined> | undefined
  /**
   * Faster ways than `store`, tried one after the other. Each answers undefined, at once or in the end, where it is not
   * for this batch; while its answer is on its way it keeps no row.
   */
  fast?: ReadonlyArray<FastWay<Row>>
  /** Writes the rows and the receipt, inside the caller's transaction. */
  store: (client: pg.ClientBase, batch: CheckedBatch<Row>) => Promise<Receipt>
  /** Told of what was committed. */
  committed?: (batch: Batch, receipt: Receipt) => void
}

/**
 * Takes a batch through every stage and answers with its receipt, after the commit. Throws `ProblemError` with every
 * bad row where the batch is strict and one row is bad: nothing of it is stored then.
 */
export async function acceptBatch<Sent extends Free, Row extends object> (
  pool: pg.Pool, kind: BatchKind<Sent, Row>, batch: Batch, now: number
): Promise<Receipt> {
  const before = await replayed(pool, batch)
  if (before !== undefined) return before
  const at = new Date(now)
  try {
    const receipt = await kind.known?.(batch, at) ?? await storeFastest(pool, kind, batch, at)
    if (!batch.dryRun) kind.committed?.(batch, receipt)
    return receipt
  } catch (error) {
    // The same batch under the same key was committed while this one was on its way.
    const meanwhile = isKeyTaken(error) ? await replayed(pool, batch) : undefined
    if (meanwhile !== undefined) return meanwhile
    throw error
  }
}

async function storeFastest<Sent extends Free, Row extends object> (
  pool: pg.Pool, kind: BatchKind<Sent, Row>, batch: Batch, at: Date
): Promise<Receipt> {
  let ways = batch.dryRun ? [] : kind.fast ?? []
  for (;;) {
    const begun = await begin(kind, batch, at, ways)
    if ('checked' in begun) return await store(pool, kind, begun.checked)
    const receipt = await begun.receipt
    if (receipt !== undefined) return receipt
    ways = begun.left
  }
}

// A function of its own, so that nothing holds the rows of a batch while it waits for its commit: rows that die young
// cost a third of what those do that the collector has to carry over.
async function begin<Sent extends Free, Row extends object> (
  kind: BatchKind<Sent, Row>, batch: Batch, at: Date, ways: ReadonlyArray<FastWay<Row>>
): Promise<
  { receipt: Promise<Receipt | undefined>, left: ReadonlyArray<FastWay<Row>> } | { checked: CheckedBatch<Row> }
> {
  const checked = await check(kind, batch, at)
  for (const [i, way] of checked.rows.length === 0 ? [] : ways.entries()) {
    const receipt = way(checked)
    if (receipt !== undefined) return { receipt, left: ways.slice(i + 1) }
  }
  return { checked }
}

async function check<Sent extends Free, Row extends object> (
  kind: BatchKind<Sent, Row>, batch: Batch, at: Date
): Promise<CheckedBatch<Row>> {
  const sent = await batch.read()
  const { rows, errors } = checkRows(kind, sent)
  if (errors.length > 0 && (!batch.lenient || rows.length === 0)) throw rejectBatch(errors)
  return { ...batch, rows, errors, received: sent.rows.length, at }
}

async function store<Sent extends Free, Row extends object> (
  pool: pg.Pool, kind: BatchKind<Sent, Row>, checked: CheckedBatch<Row>
): Promise<Receipt> {
  try {
    return await inTransaction(pool, async (client) => {
      const stored = await kind.store(client, checked)
      if (checked.dryRun) throw new Undo(stored)
      return stored
    })
  } catch (error) {
    if (error instanceof Undo) return error.receipt
    throw error
  }
}

/** The receipt that this Idempotency-Key got before, if any. Throws `ProblemError` if it came with another body. */
async function replayed (
  pool: pg.Pool, { source, idempotencyKey, body: { hash } }: Batch
): Promise<Receipt | undefined> {
  if (idempotencyKey === undefined) return undefined
  const row = await findReceiptByKey(pool, source.id, idempotencyKey)
  if (row === undefined) return undefined
  if (hash === undefined || row.bodyHash?.equals(hash) !== true) {
    throw new ProblemError(
      'idempotency-key-reused',
      `Idempotency-Key ${idempotencyKey} came with another body before; use a new key for a new batch.`
    )
  }
  return receiptFromRow(row)
}

function checkRows<Sent extends Free, Row extends object> (
  { what, check, free, resolve }: BatchKind<Sent, Row>, { rows, unreadable, locate = (pointer) => pointer }: SentRows
): { rows: Array<PlacedRow<Row>>, errors: RowError[] } {
  const good: Array<PlacedRow<Row>> = []
  const errors: RowError[] = []
  // Whatever the reason: a row that is not taken is never without an error, or a strict batch would be stored without
  // it.
  const formless = (index: number): RowError => ({
    index,
    pointer: '',
    code: 'invalid-value',
    detail: `The row does not have the form of ${what}.`
  })
  const refuse = (index: number, found: RowError[]): void => {
    errors.push(...(found.length > 0 ? found : [formless(index)]))
  }
  const unreadableAt = new Set(unreadable.map(({ index }) => index))
  for (let index = 0; index < rows.length; index++) {
    if (unreadableAt.has(index)) continue
    const row = rows[index]
    if (!check.fits(row)) {
      const personal = refusePersonalData(row, index)
      if (personal !== undefined) errors.push(personal)
      // Explaining costs far more than checking: past what an answer lists, a count is enough.
      else refuse(index, errors.length < ROW_ERRORS_LISTED ? check.explain(row, index) : [])
      continue
    }
    const resolved = resolve(row, index)
    // Whatever is wrong with a row could repeat a value; one that is right is free to say what it likes in one field
    // alone.
    const personal = Array.isArray(resolved) || isPersonal(row[free]) ? refusePersonalData(row, index) : undefined
    if (personal !== undefined) errors.push(personal)
    else if (Array.isArray(resolved)) refuse(index, resolved)
    else good.push({ index, row: resolved })
  }
  const located = changeListed(errors, (error) => ({ ...error, pointer: locate(error.pointer, error.index) }))
  return { rows: good, errors: changeListed([...unreadable, ...located].sort((a, b) => a.index - b.index), storable) }
}

// What no answer lists stays as it is: to read why a name was not taken is to look for the nearest one.
const changeListed = (errors: RowError[], change: (error: RowError) => RowError): RowError[] =>
  errors.map((error, i) => i < ROW_ERRORS_LISTED ? change(error) : error)

// Errors are stored with the receipt, and repeat names and values as they were sent.
const storable = ({ pointer, detail, ...error }: RowError): RowError => ({
  ...error, pointer: toStorable(pointer), detail: toStorable(detail)
})

const isPersonal = (text: string | undefined): boolean => text !== undefined && personalDataIn(text) !== undefined

/** Carries the receipt of a dry run out of the transaction that it rolls back. */
class Undo extends Error {
  readonly receipt: Receipt
  constructor (receipt: Receipt) {
    super('dry run')
    this.receipt = { ...receipt, id: null }
  }
}
