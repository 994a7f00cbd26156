import type pg from 'pg'
import type { RowError } from '../errors.ts'
import { compareEvents, type Comparison } from './store/compare.ts'
import { insertEvents } from './store/insert.ts'
import { lockEvents, reviseEvents } from './store/revise.ts'
import { byId, type EventRow, type Owner } from './store/row.ts'
import { drawReceiptId, insertReceipt } from '../intake/store/receipts.ts'
import { recordChange, RollupChange } from '../rollups/index.ts'
import type { CheckedBatch, PlacedRow } from '../intake/accept-batch.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'

type Placed = PlacedRow<EventRow>

/**
 * Writes checked rows, their effect on the rollups and the receipt, inside the caller's transaction. It comes to this
 * where some of the rows may be stored already (commit-queue.ts has the way of those that are all new), so they are
 * looked up first: of a batch that is sent again nothing else is left to do. Locks are taken in one order by everybody:
 * new keys, then stored rows, then series to fold, each sorted.
 */
export async function storeEvents (client: pg.ClientBase, batch: CheckedBatch<EventRow>): Promise<Receipt> {
  const receiptId = await drawReceiptId(client)
  const writer = new Writer(client, { ownerId: batch.source.authority_id, sourceId: batch.source.id }, {
    receiptId, at: batch.at
  })
  for (const layer of distinctKeys(batch.rows)) {
    await writer.insert(await writer.sortOut(layer, null))
    await writer.revise()
  }
  const errors = [...batch.errors, ...writer.errors].sort((a, b) => a.index - b.index)
  if (writer.errors.length > 0 && !batch.lenient) throw rejectBatch(errors)
  await recordChange(client, writer.change)
  const { stored, duplicates, revised } = writer
  const receipt = receiptRow(batch, receiptId, { stored, duplicates, revised, errors })
  await insertReceipt(client, receipt)
  return receiptFromRow(receipt)
}

class Writer {
  readonly change = new RollupChange()
  readonly errors: RowError[] = []
  stored = 0
  duplicates = 0
  revised = 0
  readonly #client: pg.ClientBase
  readonly #owner: Owner
  readonly #at: Date
  readonly #receiptId: number
  #newer: Placed[] = []

  constructor (client: pg.ClientBase, owner: Owner, { receiptId, at }: { receiptId: number, at: Date }) {
    this.#client = client
    this.#owner = owner
    this.#receiptId = receiptId
    this.#at = at
  }

  /** Writes rows of distinct keys, in key order, that were not stored a moment ago. */
  async insert (placed: Placed[]): Promise<void> {
    if (placed.length === 0) return
    const rows = placed.map(({ row }) => row)
    const inserted = await insertEvents(this.#client, this.#owner, rows, this.#receiptId)
    // Another writer may have been faster with some: those are sorted out again, and it has committed by now.
    const fresh = inserted === rows.length ? placed : await this.sortOut(placed, this.#receiptId)
    this.stored += fresh.length
    for (const { row } of fresh) this.change.add(row, 1)
  }

  /**
   * Settles the rows that are stored already, but for higher revisions, which wait for `revise`; returns those that are
   * not stored or, with `newReceipt`, were stored just now under it.
   */
  async sortOut (placed: Placed[], newReceipt: number | null): Promise<Placed[]> {
    const verdicts = await compareEvents(this.#client, this.#owner, placed.map(({ row }) => row), newReceipt)
    const fresh: Placed[] = []
    for (const [i, one] of placed.entries()) {
      const { verdict, revision } = verdictAt(verdicts, i)
      if (verdict === 'new') fresh.push(one)
      else if (verdict === 'duplicate') this.duplicates++
      else if (verdict === 'newer') this.#newer.push(one)
      else this.#refuse(one, verdict, revision)
    }
    return fresh
  }

  /** Puts higher revisions in the place of what is stored. */
  async revise (): Promise<void> {
    const newer = this.#newer.sort(byKey)
    this.#newer = []
    if (newer.length === 0) return
    const rows = newer.map(({ row }) => row)
    const locked =
      new Map((await lockEvents(this.#client, this.#owner, rows.map(({ id }) => id))).map((event) => [event.id, event]))
    // Between comparing and locking somebody may have revised the row: what holds is what it is under the lock.
    const verdicts = await compareEvents(this.#client, this.#owner, rows, null)
    const revising: EventRow[] = []
    for (const [i, one] of newer.entries()) {
      const { verdict, revision } = verdictAt(verdicts, i)
      const old = locked.get(one.row.id)
      if (verdict === 'duplicate') this.duplicates++
      else if (verdict !== 'newer' || old === undefined) {
        this.#refuse(one, verdict === 'conflict' ? 'conflict' : 'stale', revision)
      } else {
        if (!old.voided) this.change.add(old, -1)
        this.change.add(one.row, 1)
        revising.push(one.row)
      }
    }
    if (revising.length > 0) await reviseEvents(this.#client, this.#owner, revising, this.#receiptId, this.#at)
    this.revised += revising.length
  }

  #refuse ({ row, index }: Placed, verdict: 'conflict' | 'stale', revision: number): void {
    this.errors.push(verdict === 'conflict'
      ? {
          index,
          pointer: '/id',
          code: 'conflict',
          detail:
          `${row.id} is stored already as revision ${revision} with other content; send a correction with ` +
            `revision ${revision + 1}, or another event with another id.`
        }
      : {
          index,
          pointer: '/revision',
          code: 'stale-revision',
          detail: `${row.id} is stored already as revision ${revision}; send a correction with revision ${revision + 1}.`
        })
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
function distinctKeys (rows: Placed[]): Placed[][] {
  const sorted = rows.toSorted(byKey)
  const layers: Placed[][] = []
  let nth = 0
  for (const [i, placed] of sorted.entries()) {
    nth = placed.row.id === sorted[i - 1]?.row.id ? nth + 1 : 0
    const layer = layers[nth]
    if (layer === undefined) layers.push([placed])
    else layer.push(placed)
  }
  return layers
}

function byKey ({ row: a }: Placed, { row: b }: Placed): number {
  return byId(a, b) || a.revision - b.revision
}
