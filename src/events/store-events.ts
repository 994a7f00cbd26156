import type pg from 'pg'
import { mustReportOn } from '../catalogue/source-reach.ts'
import type { RowError } from '../errors.ts'
import { compareEvents, type Comparison } from './store/compare.ts'
import { insertEvents } from './store/insert.ts'
import { closedDayError, erasedError } from './refuse-unkept.ts'
import { erasedOf, holdCutOffs, isClosed, type CutOffs } from './store/unkept.ts'
import { lockEvents, reviseEvents } from './store/revise.ts'
import type { EventRow } from './columns.ts'
import { byId, ownerOf, type Owner } from './store/row.ts'
import { drawReceiptId, insertReceipts } from '../intake/store/receipts.ts'
import { narrowed } from '../postgres/scoped.ts'
import { recordChange, RollupChange } from '../rollups/index.ts'
import type { CheckedBatch } from '../intake/accept-batch.ts'
import { inPieces, piecesOf } from '../intake/pieces.ts'
import { MOST_VERSIONS, tooManyVersions } from '../intake/versions.ts'
import type { CheckedRow } from '../intake/check-rows.ts'
import { receiptFromRow, rejectBatch, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'

type Checked = CheckedRow<EventRow>

/**
 * Writes checked rows, their effect on the rollups and the receipt, inside the caller's transaction. This is the way in
 * for a batch of which some rows may be stored already (append-events.ts is the way in for new rows), so it looks them
 * up first: a batch that is sent again needs nothing else. Every writer takes its locks in one order: new keys, then
 * stored rows, then rollups, each sorted.
 */
export async function storeEvents (client: pg.ClientBase, batch: CheckedBatch<EventRow>): Promise<Receipt> {
  mustReportOn(batch.source, batch.rows.map(({ row }) => row))
  const cutOffs = await holdCutOffs(client)
  const receiptId = await drawReceiptId(client)
  const owner = ownerOf(batch.source)
  const writer = new Writer(client, { owner, cutOffs, receiptId, at: batch.at })
  const layers = writer.distinctKeys(await writer.kept(batch.rows))
  if (writer.errors.length > 0 && !batch.lenient) {
    throw rejectBatch(writer.errors.sort((a, b) => a.index - b.index), batch.received)
  }
  await narrowed(client, { authorityIds: [owner.ownerId] }, async () => {
    for (const layer of layers) {
      await writer.insert(await writer.sortOut(layer))
      await writer.revise()
    }
  })
  const errors = [...batch.errors, ...writer.errors].sort((a, b) => a.index - b.index)
  if (writer.errors.length > 0 && !batch.lenient) throw rejectBatch(errors, batch.received)
  await recordChange(client, writer.change)
  const { stored, duplicates, revised } = writer
  const receipt = receiptRow(batch, receiptId, { stored, duplicates, revised, errors })
  await insertReceipts(client, [receipt])
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
  readonly #cutOffs: CutOffs
  #newer: Checked[] = []

  constructor (
    client: pg.ClientBase,
    { owner, cutOffs, receiptId, at }: { owner: Owner, cutOffs: CutOffs, receiptId: number, at: Date }
  ) {
    this.#client = client
    this.#owner = owner
    this.#cutOffs = cutOffs
    this.#receiptId = receiptId
    this.#at = at
  }

  /** Refuses rows of closed days and of erased events, whatever else there is to say of them; returns the others. */
  async kept (rows: Checked[]): Promise<Checked[]> {
    const erased = await erasedOf(this.#client, this.#owner, rows.map(({ row }) => row.id))
    return rows.filter(({ row, index }) => {
      const error = erased.has(row.id)
        ? erasedError(index, row.id)
        : isClosed(this.#cutOffs, row) ? closedDayError(index, this.#cutOffs.get(row.authorityId) ?? 0) : undefined
      if (error !== undefined) this.errors.push(error)
      return error === undefined
    })
  }

  /**
   * Sorts a batch by key and splits it so that no part names a key twice: the n-th revision of an id that a batch
   * brings is in the n-th part. Refuses those beyond `MOST_VERSIONS`.
   */
  distinctKeys (rows: Checked[]): Checked[][] {
    const sorted = rows.toSorted(byKey)
    const layers: Checked[][] = []
    let nth = 0
    for (const [i, one] of sorted.entries()) {
      const { row: { id }, index } = one
      nth = id === sorted[i - 1]?.row.id ? nth + 1 : 0
      if (nth >= MOST_VERSIONS) this.errors.push(tooManyVersions(index, '/id', id))
      else (layers[nth] ??= []).push(one)
    }
    return layers
  }

  /** Writes rows of distinct keys, in key order, that were not stored a moment ago. */
  async insert (fresh: Checked[]): Promise<void> {
    if (fresh.length === 0) return
    const inserted = new Set(await inPieces(fresh, async (some) =>
      await insertEvents(this.#client, this.#owner, some.map(({ row }) => row), this.#receiptId)))
    this.stored += inserted.size
    for (const { row } of fresh) if (inserted.has(row.id)) this.change.add(row, 1)
    // Another writer may have been faster with the others. It has committed by now, so they are looked up once more.
    await this.insert(await this.sortOut(fresh.filter(({ row }) => !inserted.has(row.id))))
  }

  /** Returns the rows that are not stored and settles the others, but for higher revisions: those wait for `revise`. */
  async sortOut (checked: Checked[]): Promise<Checked[]> {
    if (checked.length === 0) return []
    const verdicts = await inPieces(checked, async (some) =>
      await compareEvents(this.#client, this.#owner, some.map(({ row }) => row)))
    const fresh: Checked[] = []
    for (const [i, one] of checked.entries()) {
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
    const locked = new Map((await inPieces(rows, async (some) =>
      await lockEvents(this.#client, this.#owner, some.map(({ id }) => id)))).map((event) => [event.id, event]))
    // Between comparing and locking somebody may have revised the row: what holds is what it is under the lock.
    const verdicts = await inPieces(rows, async (some) => await compareEvents(this.#client, this.#owner, some))
    const revising: EventRow[] = []
    for (const [i, one] of newer.entries()) {
      const { verdict, revision } = verdictAt(verdicts, i)
      const old = locked.get(one.row.id)
      if (verdict === 'duplicate') this.duplicates++
      else if (old !== undefined && isClosed(this.#cutOffs, old)) {
        this.errors.push(closedDayError(one.index, this.#cutOffs.get(old.authorityId) ?? 0))
      } else if (verdict !== 'newer' || old === undefined) {
        this.#refuse(one, verdict === 'conflict' ? 'conflict' : 'stale', revision)
      } else {
        if (!old.voided) this.change.add(old, -1)
        this.change.addCorrected(one.row)
        revising.push(one.row)
      }
    }
    for (const some of piecesOf(revising)) {
      await reviseEvents(this.#client, this.#owner, some, this.#receiptId, this.#at)
    }
    this.revised += revising.length
  }

  #refuse ({ row, index }: Checked, verdict: 'conflict' | 'stale', revision: number): void {
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
          detail: `${row.id} is stored already as revision ${revision}; send a correction with revision ` +
            `${revision + 1}.`
        })
  }
}

function verdictAt (verdicts: Comparison[], i: number): Comparison {
  const verdict = verdicts[i]
  if (verdict === undefined) throw new RangeError(`no verdict on row ${i}`)
  return verdict
}

function byKey ({ row: a }: Checked, { row: b }: Checked): number {
  return byId(a, b) || a.revision - b.revision
}
