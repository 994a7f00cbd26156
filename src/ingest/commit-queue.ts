import type pg from 'pg'
import type { Source } from '../catalogue/directory.ts'
import { appendEvents } from '../store/events/append.ts'
import type { NewEvent } from '../store/events/copy.ts'
import type { EventRow } from '../store/events/row.ts'
import { drawReceiptIds, type ReceiptRow } from '../store/receipts.ts'
import { RollupChange } from '../store/rollups/apply.ts'
import type { CheckedBatch } from './accept-batch.ts'
import { receiptFromRow, type Receipt } from './receipt.ts'
import { receiptRow } from './receipt-row.ts'

/** Transactions at once. Two keep Postgres busy while one waits for the disk; more would only wait for each other. */
const LANES = 2
/** Rows that are worth a transaction at once, and a second one beside it; fewer do better to wait and share one. */
const MANY_ROWS = 500
/** Rows after which a group takes no further batch: what a group costs in latency and memory stays bounded. */
const GROUP_ROWS = 4000
const RECEIPTS_DRAWN = 100

interface Waiting { batch: CheckedBatch<EventRow>, resolve: (receipt: Receipt | undefined) => void, reject: (error: unknown) => void }

/**
 * Stores batches of events that are all new, several in one transaction where they meet: a group forms only while
 * other transactions are on their way, so an idle service answers as fast as it can. Each batch gets its answer after
 * the commit. If anything stands in the way of a group (an event stored before, an idempotency key used before), all of
 * it is undone and each batch is told so, to go through a transaction of its own.
 */
export class CommitQueue {
  readonly #pool: pg.Pool
  readonly #waiting: Waiting[] = []
  readonly #resenders = new Set<number>()
  #running = 0
  #starting = false
  #rowsWaiting = 0
  #receiptIds: number[] = []

  constructor (pool: pg.Pool) {
    this.#pool = pool
  }

  /** Whether events are on their way. */
  get isBusy (): boolean {
    return this.#running > 0
  }

  /** The receipt, after the commit; undefined where the batch needs a transaction of its own. */
  async append (batch: CheckedBatch<EventRow>): Promise<Receipt | undefined> {
    if (this.#resenders.has(batch.source.id)) return undefined
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#rowsWaiting += batch.rows.length
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
    while (this.#waiting.length > 0 && (this.#running === 0 || (this.#running < LANES && this.#rowsWaiting >= MANY_ROWS))) {
      this.#running++
      const group = this.#nextGroup()
      this.#commit(group).catch((error: unknown) => { for (const { reject } of group) reject(error) }).finally(() => {
        this.#running--
        this.#startSoon()
      })
    }
  }

  #nextGroup (): Waiting[] {
    let [count, rows] = [0, 0]
    while (count < this.#waiting.length && (count === 0 || rows < GROUP_ROWS)) rows += this.#waiting[count++]?.batch.rows.length ?? 0
    this.#rowsWaiting -= rows
    return this.#waiting.splice(0, count)
  }

  async #commit (group: Waiting[]): Promise<void> {
    if (this.#receiptIds.length < group.length) this.#receiptIds = (await drawReceiptIds(this.#pool, group.length + RECEIPTS_DRAWN)).reverse() // the lowest is taken first
    const change = new RollupChange()
    const events: NewEvent[] = []
    const receipts: ReceiptRow[] = []
    for (const { batch } of group) {
      const receiptId = this.#receiptIds.pop() ?? 0
      const owner = { ownerId: batch.source.authority_id, sourceId: batch.source.id }
      for (const { row } of batch.rows) {
        events.push({ row, owner, receiptId })
        change.add(row, 1)
      }
      receipts.push(receiptRow(batch, receiptId, { stored: batch.rows.length, duplicates: 0, revised: 0, errors: batch.errors }))
    }
    const appended = await appendEvents(this.#pool, events.sort(byKey), change, receipts)
    for (const [i, { batch, resolve }] of group.entries()) {
      const row = receipts[i]
      resolve(appended && row !== undefined ? { ...receiptFromRow(row), errorsTotal: batch.errors.length } : undefined)
    }
  }
}

function byKey (a: NewEvent, b: NewEvent): number {
  return a.owner.ownerId - b.owner.ownerId || a.owner.sourceId - b.owner.sourceId || (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0)
}
