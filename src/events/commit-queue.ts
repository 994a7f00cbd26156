import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { appendEvents } from './store/append.ts'
import { encodeNewEvents, type EncodedEvents } from './store/copy.ts'
import { byId, type EventRow } from './store/row.ts'
import { drawReceiptIds, type ReceiptRow } from '../intake/store/receipts.ts'
import { RollupChange } from '../rollups/index.ts'
import type { CheckedBatch, PlacedRow } from '../intake/accept-batch.ts'
import { receiptFromRow, type Receipt } from '../intake/receipt.ts'
import { receiptRow } from '../intake/receipt-row.ts'

/** Transactions at once. Two keep Postgres busy while one waits for the disk; more would only wait for each other. */
const LANES = 2
/** Rows that are worth a transaction at once, and a second one beside it; fewer do better to wait and share one. */
const MANY_ROWS = 500
/** Rows after which a group takes no further batch: what a group costs in latency and memory stays bounded. */
const GROUP_ROWS = 4000
const RECEIPTS_DRAWN = 100

/** A batch as it will be written: its rows are encoded when it comes, and need not be held while it waits. */
interface Encoded { order: string, events: EncodedEvents[], rows: number, change: RollupChange, receipt: ReceiptRow }
interface Waiting extends Encoded { resolve: (receipt: Receipt | undefined) => void, reject: (error: unknown) => void }

/**
 * Stores events that are all new, several batches of them in one transaction where they meet: a group forms only while
 * other transactions are on their way, so an idle service answers as fast as it can. Each batch gets its answer after
 * the commit. If anything stands in the way of a group (an event stored before, an idempotency key used before), all of
 * it is undone and each batch is told so, to go through a transaction of its own.
 */
export class CommitQueue {
  readonly #pool: pg.Pool
  readonly #relief: () => Promise<unknown> | undefined
  readonly #waiting: Waiting[] = []
  readonly #resenders = new Set<number>()
  #running = 0
  #starting = false
  #rowsWaiting = 0
  #receiptIds: number[] = []

  /** `relief` is what a transaction has to wait for before it begins, if anything. */
  constructor (pool: pg.Pool, relief: () => Promise<unknown> | undefined) {
    this.#pool = pool
    this.#relief = relief
  }

  /** The receipt, after the commit; undefined, at once or later, where the batch needs a transaction of its own. */
  append (batch: CheckedBatch<EventRow>): Promise<Receipt | undefined> | undefined {
    return this.#resenders.has(batch.source.id) ? undefined : this.appendSome(batch, batch.rows, 0)
  }

  /** As `append`, where it is known that only the rows of `fresh` are not stored, and the `duplicates` others are. */
  appendSome (
    batch: CheckedBatch<EventRow>, fresh: ReadonlyArray<PlacedRow<EventRow>>, duplicates: number
  ): Promise<Receipt | undefined> {
    const receiptId = this.#receiptIds.pop()
    return receiptId === undefined
      ? this.#drawIds().then((id) => this.#enqueue(encode(batch, fresh, duplicates, id)))
      : this.#enqueue(encode(batch, fresh, duplicates, receiptId))
  }

  async #drawIds (): Promise<number> {
    const [first = 0, ...others] = await drawReceiptIds(this.#pool, RECEIPTS_DRAWN)
    this.#receiptIds = [...others.reverse(), ...this.#receiptIds] // the lowest is taken first
    return first
  }

  async #enqueue (encoded: Encoded): Promise<Receipt | undefined> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ ...encoded, resolve, reject })
      this.#rowsWaiting += encoded.rows
      this.#startSoon()
    })
  }

  /** A source that sent events again is likely to go on: its next batch is not tried with the new ones. */
  noteResent ({ id }: Source, resent: boolean): void {
    if (resent) this.#resenders.add(id)
    else this.#resenders.delete(id)
  }

  // Not before everything that has arrived is read: answers that go out together bring the next requests together.
  #startSoon (): void {
    if (this.#starting) return
    this.#starting = true
    let seen = 0
    const look = (): void => {
      const more = this.#waiting.length > seen && this.#rowsWaiting < MANY_ROWS
      seen = this.#waiting.length
      if (more) {
        setImmediate(look)
      } else {
        this.#starting = false
        this.#start()
      }
    }
    setImmediate(look)
  }

  #start (): void {
    while (
      this.#waiting.length > 0 && (this.#running === 0 || (this.#running < LANES && this.#rowsWaiting >= MANY_ROWS))
    ) {
      this.#running++
      const group = this.#nextGroup()
      this.#commit(group).catch((error: unknown) => {
        for (const { reject } of group) reject(error)
      }).finally(() => {
        this.#running--
        this.#startSoon()
      })
    }
  }

  #nextGroup (): Waiting[] {
    let [count, rows] = [0, 0]
    while (count < this.#waiting.length && (count === 0 || rows < GROUP_ROWS)) rows += this.#waiting[count++]?.rows ?? 0
    this.#rowsWaiting -= rows
    return this.#waiting.splice(0, count)
  }

  async #commit (group: Waiting[]): Promise<void> {
    await this.#relief()
    group.sort((a, b) => a.order < b.order ? -1 : 1)
    const change = new RollupChange()
    for (const one of group) change.addAll(one.change)
    const appended = await appendEvents(
      this.#pool, group.flatMap(({ events }) => events), change, group.map(({ receipt }) => receipt)
    )
    for (const { receipt, resolve } of group) resolve(appended ? receiptFromRow(receipt) : undefined)
  }
}

function encode (
  batch: CheckedBatch<EventRow>, fresh: ReadonlyArray<PlacedRow<EventRow>>, duplicates: number, receiptId: number
): Encoded {
  const { source, errors } = batch
  const rows = fresh.map(({ row }) => row).sort(byId)
  const change = new RollupChange()
  for (const row of rows) change.add(row, 1)
  return {
    order: `${source.id} ${rows[0]?.id ?? ''}`,
    events: encodeNewEvents(rows, { ownerId: source.authority_id, sourceId: source.id }, receiptId),
    rows: rows.length,
    change,
    receipt: receiptRow(batch, receiptId, { stored: rows.length, duplicates, revised: 0, errors })
  }
}
