import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { ROW_ERRORS_LISTED, type RowError } from '../errors.ts'
import { compareEvents, type Comparison } from '../store/events/compare.ts'
import { insertEvents } from '../store/events/insert.ts'
import { lockEvents, reviseEvents } from '../store/events/revise.ts'
import type { EventRow, Owner } from '../store/events/row.ts'
import { drawReceiptIds, insertReceipt } from '../store/receipts.ts'
import { applyRollupChange, RollupChange } from '../store/rollups/apply.ts'
import { rejectBatch, type Receipt } from './receipt.ts'

/** A row that may be stored, with its place in the batch. */
export interface PlacedRow { index: number, row: EventRow }

/** A batch whose rows may be stored, with what was wrong with the others. */
export interface CheckedBatch {
  source: Source
  rows: PlacedRow[]
  errors: RowError[]
  received: number
  lenient: boolean
  idempotency: { key: string, bodyHash: Buffer } | undefined
  at: Date
}

/**
 * Writes checked rows, their effect on the rollups and the receipt, inside the caller's transaction. Locks are taken in
 * one order by everybody: new keys, then stored rows, then rollup cells, each sorted.
 */
export async function storeEvents (client: pg.ClientBase, batch: CheckedBatch): Promise<Receipt> {
  const writer = new Writer(client, { ownerId: batch.source.authority_id, sourceId: batch.source.id }, batch.at)
  const [first = [], ...later] = distinctKeys(batch.rows)
  await writer.insert(first)
  for (const layer of later) await writer.sortOut(layer, null) // their keys are stored by now
  const errors = [...batch.errors, ...writer.errors].sort((a, b) => a.index - b.index)
  if (writer.errors.length > 0 && !batch.lenient) throw rejectBatch(errors)
  await applyRollupChange(client, writer.change)
  const receipt = {
    id: writer.receiptId ?? (await drawReceiptIds(client, 1))[0] ?? 0,
    received: batch.received,
    stored: writer.stored,
    duplicates: writer.duplicates,
    revised: writer.revised,
    rejected: batch.received - writer.stored - writer.duplicates - writer.revised,
    errors: errors.slice(0, ROW_ERRORS_LISTED)
  }
  await insertReceipt(client, {
    ...receipt,
    sourceId: batch.source.id,
    receivedAt: batch.at,
    idempotencyKey: batch.idempotency?.key ?? null,
    bodyHash: batch.idempotency?.bodyHash ?? null
  })
  return { ...receipt, errorsTotal: errors.length }
}

class Writer {
  readonly change = new RollupChange()
  readonly errors: RowError[] = []
  receiptId: number | null = null
  stored = 0
  duplicates = 0
  revised = 0
  readonly #client: pg.ClientBase
  readonly #owner: Owner
  readonly #at: Date

  constructor (client: pg.ClientBase, owner: Owner, at: Date) {
    this.#client = client
    this.#owner = owner
    this.#at = at
  }

  /** Writes rows of distinct keys, in key order. */
  async insert (placed: PlacedRow[]): Promise<void> {
    if (placed.length === 0) return
    const rows = placed.map(({ row }) => row)
    const { receiptId, inserted } = await insertEvents(this.#client, this.#owner, rows)
    this.receiptId = receiptId
    if (inserted === rows.length) for (const row of rows) this.#count(row)
    else await this.sortOut(placed, receiptId)
  }

  /** Decides over rows of which some are stored already; those that carry `newReceipt` were stored just now. */
  async sortOut (placed: PlacedRow[], newReceipt: number | null): Promise<void> {
    const verdicts = await compareEvents(this.#client, this.#owner, placed.map(({ row }) => row), newReceipt)
    const newer: PlacedRow[] = []
    for (const [i, one] of placed.entries()) {
      const { verdict, revision } = verdictAt(verdicts, i)
      if (verdict === 'new') this.#count(one.row)
      else if (verdict === 'duplicate') this.duplicates++
      else if (verdict === 'newer') newer.push(one)
      else this.#refuse(one, verdict, revision)
    }
    if (newer.length > 0) await this.#revise(newer)
  }

  async #revise (newer: PlacedRow[]): Promise<void> {
    const rows = newer.map(({ row }) => row)
    const locked = new Map((await lockEvents(this.#client, this.#owner, rows.map(({ id }) => id))).map((event) => [event.id, event]))
    // Between comparing and locking somebody may have revised the row: what holds is what it is under the lock.
    const verdicts = await compareEvents(this.#client, this.#owner, rows, null)
    const revising: EventRow[] = []
    for (const [i, one] of newer.entries()) {
      const { verdict, revision } = verdictAt(verdicts, i)
      const old = locked.get(one.row.id)
      if (verdict === 'duplicate') this.duplicates++
      else if (verdict !== 'newer' || old === undefined) this.#refuse(one, verdict === 'conflict' ? 'conflict' : 'stale', revision)
      else {
        if (!old.voided) this.change.add(old, -1)
        this.change.add(one.row, 1)
        revising.push(one.row)
      }
    }
    if (revising.length > 0) await reviseEvents(this.#client, this.#owner, revising, this.receiptId ?? 0, this.#at)
    this.revised += revising.length
  }

  #count (row: EventRow): void {
    this.stored++
    this.change.add(row, 1)
  }

  #refuse ({ row, index }: PlacedRow, verdict: 'conflict' | 'stale', revision: number): void {
    this.errors.push(verdict === 'conflict'
      ? { index, pointer: '/id', code: 'conflict', detail: `${row.id} is stored already as revision ${revision} with other content; send a correction with revision ${revision + 1}, or another event with another id.` }
      : { index, pointer: '/revision', code: 'stale-revision', detail: `${row.id} is stored already as revision ${revision}; send a correction with revision ${revision + 1}.` })
  }
}

function verdictAt (verdicts: Comparison[], i: number): Comparison {
  const verdict = verdicts[i]
  if (verdict === undefined) throw new RangeError(`no verdict on row ${i}`)
  return verdict
}

/**
 * Sorts a batch by key and splits it so that no part names a key twice: the n-th revision of an id that a batch brings
 * is in the n-th part.
 */
function distinctKeys (rows: PlacedRow[]): PlacedRow[][] {
  const sorted = rows.toSorted(({ row: a }, { row: b }) => a.id < b.id ? -1 : a.id > b.id ? 1 : a.revision - b.revision)
  const layers: PlacedRow[][] = []
  let nth = 0
  for (const [i, placed] of sorted.entries()) {
    nth = placed.row.id === sorted[i - 1]?.row.id ? nth + 1 : 0
    const layer = layers[nth]
    if (layer === undefined) layers.push([placed])
    else layer.push(placed)
  }
  return layers
}
